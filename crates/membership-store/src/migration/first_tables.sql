-- The first tables. One text for SQLite and PostgreSQL: SQLite takes PostgreSQL's names of types.
--
-- * Moments are microseconds since 1970-01-01T00:00:00Z.
-- * In the tables of tenants every key begins with the tenant, so that a distributed database can shard by it.
-- * Every constraint has a name: src/fault.rs tells by it what went wrong.

CREATE TABLE installation (
    id         bigint NOT NULL,
    generation bigint NOT NULL,
    issued_at  bigint,
    operator   uuid,
    CONSTRAINT installation_pk PRIMARY KEY (id),
    CONSTRAINT installation_is_one CHECK (id = 1),
    CONSTRAINT installation_generation CHECK (generation >= 0)
);

INSERT INTO installation (id, generation) VALUES (1, 0);

-- The end of each audit. Its row is also the lock of its scope.
CREATE TABLE audit_head (
    scope_id   uuid   NOT NULL,
    scope_kind text   NOT NULL,
    revision   bigint NOT NULL,
    hash       bytea  NOT NULL,
    -- The latest moment of any record so far, and how far behind that a record has ever been: clocks differ.
    reached    bigint NOT NULL,
    lag        bigint NOT NULL,
    CONSTRAINT audit_head_pk PRIMARY KEY (scope_id),
    CONSTRAINT audit_head_scope CHECK (scope_kind IN ('installation', 'tenant', 'account')),
    CONSTRAINT audit_head_revision CHECK (revision >= 0),
    CONSTRAINT audit_head_lag CHECK (lag >= 0)
);

CREATE TABLE audit (
    scope_id   uuid   NOT NULL,
    revision   bigint NOT NULL,
    scope_kind text   NOT NULL,
    at         bigint NOT NULL,
    actor      text   NOT NULL,
    request    uuid   NOT NULL,
    object     uuid   NOT NULL,
    name       text   NOT NULL,
    body       text   NOT NULL,
    hash       bytea  NOT NULL,
    -- The latest moment of this record and all before it, so that it never falls from one revision to the next.
    reached    bigint NOT NULL,
    CONSTRAINT audit_pk PRIMARY KEY (scope_id, revision),
    CONSTRAINT audit_scope CHECK (scope_kind IN ('installation', 'tenant', 'account')),
    CONSTRAINT audit_revision CHECK (revision >= 1),
    CONSTRAINT audit_reached CHECK (reached >= at)
);

CREATE INDEX audit_by_object ON audit (scope_id, object, revision);
CREATE INDEX audit_by_name ON audit (scope_id, name, revision);
CREATE INDEX audit_by_actor ON audit (scope_id, actor, name, revision);

CREATE TABLE account (
    id                      uuid     NOT NULL,
    name                    text     NOT NULL,
    username                text,
    email                   text,
    email_proved_at         bigint,
    password                text,
    registered_at           bigint   NOT NULL,
    password_is_temporary   boolean  NOT NULL,
    epoch                   bigint   NOT NULL,
    sessions_from_epoch     bigint   NOT NULL,
    keys_from_epoch         bigint   NOT NULL,
    last_signed_in_at       bigint,
    -- The kinds of its second factors as bits: 1 codes by mail, 2 an app.
    kinds                   smallint NOT NULL,
    links                   bigint   NOT NULL,
    -- The link to another password that is out.
    reset_generation        bigint,
    reset_issued_at         bigint,
    reset_by                text,
    -- The address that it shall have.
    new_email               text,
    new_email_generation    bigint,
    new_email_asked_at      bigint,
    -- The address that can be brought back.
    former_email            text,
    former_email_generation bigint,
    former_email_until      bigint,
    closed_at               bigint,
    CONSTRAINT account_pk PRIMARY KEY (id),
    CONSTRAINT account_username_unique UNIQUE (username),
    CONSTRAINT account_proof CHECK (email_proved_at IS NULL OR email IS NOT NULL),
    CONSTRAINT account_epoch CHECK (
        sessions_from_epoch BETWEEN 0 AND epoch AND keys_from_epoch BETWEEN 0 AND sessions_from_epoch
    ),
    CONSTRAINT account_kinds CHECK (kinds BETWEEN 0 AND 7),
    CONSTRAINT account_links CHECK (links >= 0),
    CONSTRAINT account_reset CHECK (
        (reset_generation IS NULL AND reset_issued_at IS NULL AND reset_by IS NULL)
        OR (reset_generation BETWEEN 1 AND links AND reset_generation IS NOT NULL AND reset_issued_at IS NOT NULL
            AND (reset_by = 'owner' OR reset_by LIKE 'administrator %') AND reset_by IS NOT NULL)
    ),
    CONSTRAINT account_new_email CHECK (
        (new_email IS NULL AND new_email_generation IS NULL AND new_email_asked_at IS NULL)
        OR (new_email IS NOT NULL AND new_email_generation BETWEEN 1 AND links AND new_email_generation IS NOT NULL
            AND new_email_asked_at IS NOT NULL)
    ),
    CONSTRAINT account_former_email CHECK (
        (former_email IS NULL AND former_email_generation IS NULL AND former_email_until IS NULL)
        OR (former_email IS NOT NULL AND former_email_generation BETWEEN 1 AND links
            AND former_email_generation IS NOT NULL AND former_email_until IS NOT NULL)
    ),
    -- Nothing opens a closed account, and nothing is left of its owner but the name and the username.
    CONSTRAINT account_closed CHECK (
        closed_at IS NULL
        OR (password IS NULL AND email IS NULL AND kinds = 0 AND reset_generation IS NULL AND new_email IS NULL
            AND former_email IS NULL)
    )
);

-- Anybody may claim an address; only one account has proved it.
CREATE UNIQUE INDEX account_email_unique ON account (email) WHERE email_proved_at IS NOT NULL;
CREATE INDEX account_by_kinds ON account (kinds, id);

-- The second factors of each account that has had any. Secrets of apps are sealed, recovery codes hashed; passkeys
-- are public keys.
CREATE TABLE factors (
    account_id   uuid  NOT NULL,
    email_since  bigint,
    app_secret   bytea,
    app_since    bigint,
    -- The time step of the newest code that was taken.
    app_step     bigint,
    draft_secret bytea,
    draft_at     bigint,
    -- A JSON list: credential, name, key, since, epoch, used_at.
    passkeys     text  NOT NULL,
    -- 32 bytes for each code that is left.
    recovery     bytea NOT NULL,
    CONSTRAINT factors_pk PRIMARY KEY (account_id),
    CONSTRAINT factors_account_fk FOREIGN KEY (account_id) REFERENCES account (id),
    CONSTRAINT factors_app CHECK (
        (app_secret IS NULL AND app_since IS NULL AND app_step IS NULL)
        OR (app_secret IS NOT NULL AND app_since IS NOT NULL AND app_step IS NOT NULL AND app_step >= 0)
    ),
    CONSTRAINT factors_draft CHECK ((draft_secret IS NULL) = (draft_at IS NULL)),
    CONSTRAINT factors_recovery CHECK (length(recovery) % 32 = 0)
);

CREATE TABLE session (
    id         uuid     NOT NULL,
    account_id uuid     NOT NULL,
    key_hash   bytea    NOT NULL,
    epoch      bigint   NOT NULL,
    started_at bigint   NOT NULL,
    ends_at    bigint   NOT NULL,
    used_at    bigint   NOT NULL,
    -- The kinds of second factors that were shown, as bits.
    with_kinds smallint NOT NULL,
    agent      text,
    CONSTRAINT session_pk PRIMARY KEY (id),
    CONSTRAINT session_key_unique UNIQUE (key_hash),
    CONSTRAINT session_account_fk FOREIGN KEY (account_id) REFERENCES account (id),
    CONSTRAINT session_key CHECK (length(key_hash) = 32),
    CONSTRAINT session_epoch CHECK (epoch >= 0),
    CONSTRAINT session_kinds CHECK (with_kinds BETWEEN 0 AND 7)
);

CREATE INDEX session_of_account ON session (account_id, id);
CREATE INDEX session_end ON session (ends_at);

-- Sign-ins that wait for their second factor.
CREATE TABLE challenge (
    id         uuid   NOT NULL,
    account_id uuid   NOT NULL,
    key_hash   bytea  NOT NULL,
    epoch      bigint NOT NULL,
    started_at bigint NOT NULL,
    ends_at    bigint NOT NULL,
    mailed     bigint NOT NULL,
    address    text,
    CONSTRAINT challenge_pk PRIMARY KEY (id),
    CONSTRAINT challenge_key_unique UNIQUE (key_hash),
    CONSTRAINT challenge_account_fk FOREIGN KEY (account_id) REFERENCES account (id),
    CONSTRAINT challenge_key CHECK (length(key_hash) = 32),
    CONSTRAINT challenge_epoch CHECK (epoch >= 0),
    CONSTRAINT challenge_mailed CHECK (mailed >= 0)
);

CREATE INDEX challenge_of_account ON challenge (account_id);
CREATE INDEX challenge_end ON challenge (ends_at);

-- Traces: what is counted in passing. Keys are hashes, so that they tell nothing about people.
CREATE TABLE trace_pace (
    key  bytea  NOT NULL,
    -- Until when all that has happened is paid for.
    paid bigint NOT NULL,
    CONSTRAINT trace_pace_pk PRIMARY KEY (key)
);

CREATE INDEX trace_pace_over ON trace_pace (paid);

CREATE TABLE trace_tries (
    key      bytea  NOT NULL,
    tries    bigint NOT NULL,
    -- When the last was.
    tried_at bigint NOT NULL,
    CONSTRAINT trace_tries_pk PRIMARY KEY (key),
    CONSTRAINT trace_tries_count CHECK (tries >= 1)
);

CREATE INDEX trace_tries_old ON trace_tries (tried_at);

CREATE TABLE tenant (
    id            uuid     NOT NULL,
    name          text     NOT NULL,
    status        text     NOT NULL,
    parent        uuid,
    colour        text,
    logo          text,
    preset        text     NOT NULL,
    policy        text     NOT NULL,
    -- The second factors of which the policy wants one to be shown, as bits: it is looked at on every request.
    second_factor smallint NOT NULL,
    catalogue     uuid     NOT NULL,
    tree          uuid     NOT NULL,
    created_at    bigint   NOT NULL,
    CONSTRAINT tenant_pk PRIMARY KEY (id),
    CONSTRAINT tenant_parent_fk FOREIGN KEY (parent) REFERENCES tenant (id),
    CONSTRAINT tenant_parent CHECK (parent <> id),
    CONSTRAINT tenant_status CHECK (status IN ('setting-up', 'active', 'suspended')),
    CONSTRAINT tenant_second_factor CHECK (second_factor BETWEEN 0 AND 7),
    CONSTRAINT tenant_colour CHECK (length(colour) = 7)
);

-- The pictures, apart from the tenants, which are read on every request.
CREATE TABLE logo (
    tenant_id uuid  NOT NULL,
    name      text  NOT NULL,
    picture   bytea NOT NULL,
    CONSTRAINT logo_pk PRIMARY KEY (tenant_id),
    CONSTRAINT logo_tenant_fk FOREIGN KEY (tenant_id) REFERENCES tenant (id),
    CONSTRAINT logo_size CHECK (length(picture) BETWEEN 1 AND 32768)
);

CREATE TABLE application (
    tenant_id   uuid   NOT NULL,
    key         text   NOT NULL,
    position    bigint NOT NULL,
    name        text   NOT NULL,
    permissions text   NOT NULL,
    CONSTRAINT application_pk PRIMARY KEY (tenant_id, key),
    CONSTRAINT application_position_unique UNIQUE (tenant_id, position),
    CONSTRAINT application_tenant_fk FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

CREATE TABLE role (
    tenant_id     uuid    NOT NULL,
    id            uuid    NOT NULL,
    name          text    NOT NULL,
    permissions   text    NOT NULL,
    administrator boolean NOT NULL,
    changed_at    bigint  NOT NULL,
    CONSTRAINT role_pk PRIMARY KEY (tenant_id, id),
    CONSTRAINT role_name_unique UNIQUE (tenant_id, name),
    CONSTRAINT role_tenant_fk FOREIGN KEY (tenant_id) REFERENCES tenant (id)
);

CREATE UNIQUE INDEX role_administrator_unique ON role (tenant_id) WHERE administrator;

CREATE TABLE role_include (
    tenant_id uuid NOT NULL,
    role_id   uuid NOT NULL,
    includes  uuid NOT NULL,
    CONSTRAINT role_include_pk PRIMARY KEY (tenant_id, role_id, includes),
    CONSTRAINT role_include_role_fk FOREIGN KEY (tenant_id, role_id) REFERENCES role (tenant_id, id),
    CONSTRAINT role_include_includes_fk FOREIGN KEY (tenant_id, includes) REFERENCES role (tenant_id, id),
    CONSTRAINT role_include_itself CHECK (role_id <> includes)
);

CREATE INDEX role_include_by_included ON role_include (tenant_id, includes);

CREATE TABLE department (
    tenant_id  uuid   NOT NULL,
    id         uuid   NOT NULL,
    name       text   NOT NULL,
    -- The name however it is written: siblings differ in it.
    canonical  text   NOT NULL,
    parent     uuid,
    place      bigint NOT NULL,
    -- The identifiers from the root to itself, 16 bytes each: a department and all below it are one range of these.
    lineage    bytea  NOT NULL,
    -- How many members belong to it, and how often the ways up of members of several departments meet in it.
    members    bigint NOT NULL,
    meets      bigint NOT NULL,
    created_at bigint NOT NULL,
    CONSTRAINT department_pk PRIMARY KEY (tenant_id, id),
    CONSTRAINT department_tenant_fk FOREIGN KEY (tenant_id) REFERENCES tenant (id),
    CONSTRAINT department_parent_fk FOREIGN KEY (tenant_id, parent) REFERENCES department (tenant_id, id),
    CONSTRAINT department_parent CHECK (parent <> id),
    CONSTRAINT department_lineage CHECK (length(lineage) % 16 = 0 AND length(lineage) BETWEEN 16 AND 512),
    CONSTRAINT department_root CHECK ((parent IS NULL) = (length(lineage) = 16)),
    CONSTRAINT department_headcount CHECK (members >= 0 AND meets >= 0)
);

CREATE UNIQUE INDEX department_name_unique ON department (tenant_id, parent, canonical);
CREATE UNIQUE INDEX department_root_unique ON department (tenant_id) WHERE parent IS NULL;
CREATE INDEX department_by_lineage ON department (tenant_id, lineage);

CREATE TABLE member (
    tenant_id      uuid    NOT NULL,
    id             uuid    NOT NULL,
    name           text    NOT NULL,
    email          text,
    username       text,
    language       text,
    representative boolean NOT NULL,
    creator        uuid,
    -- The departments, 16 bytes each, the primary one first, and where the ways up from them meet: what member_department says
    -- too, so that reading a member is reading one row.
    departments    bytea   NOT NULL,
    meets          bytea   NOT NULL,
    created_at     bigint  NOT NULL,
    epoch          bigint  NOT NULL,
    status         text    NOT NULL,
    invitation_id  uuid,
    account_id     uuid,
    joined_at      bigint,
    disabled_at    bigint,
    removed_at     bigint,
    CONSTRAINT member_pk PRIMARY KEY (tenant_id, id),
    CONSTRAINT member_tenant_fk FOREIGN KEY (tenant_id) REFERENCES tenant (id),
    CONSTRAINT member_creator_fk FOREIGN KEY (tenant_id, creator) REFERENCES member (tenant_id, id),
    CONSTRAINT member_account_fk FOREIGN KEY (account_id) REFERENCES account (id),
    CONSTRAINT member_epoch CHECK (epoch >= 0),
    CONSTRAINT member_departments CHECK (
        length(departments) % 16 = 0 AND length(departments) BETWEEN 0 AND 512
        AND (length(departments) = 0) = (status = 'removed')
        AND length(meets) = CASE WHEN length(departments) = 0 THEN 0 ELSE length(departments) - 16 END
    ),
    CONSTRAINT member_state CHECK (
        CASE status
            WHEN 'not-joined' THEN invitation_id IS NOT NULL AND account_id IS NULL AND joined_at IS NULL
                                   AND disabled_at IS NULL AND removed_at IS NULL
            WHEN 'enabled'    THEN invitation_id IS NULL AND account_id IS NOT NULL AND joined_at IS NOT NULL
                                   AND disabled_at IS NULL AND removed_at IS NULL
            WHEN 'disabled'   THEN invitation_id IS NULL AND account_id IS NOT NULL AND joined_at IS NOT NULL
                                   AND disabled_at IS NOT NULL AND removed_at IS NULL
            WHEN 'removed'    THEN invitation_id IS NULL AND disabled_at IS NULL AND removed_at IS NOT NULL
            ELSE FALSE
        END
    )
);

CREATE UNIQUE INDEX member_email_unique ON member (tenant_id, email) WHERE status <> 'removed';
CREATE UNIQUE INDEX member_account_unique ON member (tenant_id, account_id) WHERE status <> 'removed';
CREATE UNIQUE INDEX member_representative_unique ON member (tenant_id) WHERE representative AND status <> 'removed';
CREATE INDEX member_by_status ON member (tenant_id, status, id);
CREATE INDEX member_of_account ON member (account_id, tenant_id);
-- By what members are recognised beside their address: the name they sign in with, and, where no address is known, their name.
CREATE INDEX member_by_username ON member (tenant_id, username) WHERE username IS NOT NULL AND status <> 'removed';
CREATE INDEX member_by_name ON member (tenant_id, name) WHERE coalesce(email, '') = '' AND status <> 'removed';

-- Who belongs where. Somebody who was removed belongs nowhere.
CREATE TABLE member_department (
    tenant_id     uuid    NOT NULL,
    department_id uuid    NOT NULL,
    member_id     uuid    NOT NULL,
    -- Whether the member belongs to others too: only those are looked at when departments are moved.
    several       boolean NOT NULL,
    CONSTRAINT member_department_pk PRIMARY KEY (tenant_id, department_id, member_id),
    CONSTRAINT member_department_department_fk FOREIGN KEY (tenant_id, department_id) REFERENCES department (tenant_id, id),
    CONSTRAINT member_department_member_fk FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id)
);

CREATE INDEX member_department_of_member ON member_department (tenant_id, member_id, department_id);
CREATE INDEX member_department_of_several ON member_department (tenant_id, department_id, member_id) WHERE several;

-- The keys of programs that act for members.
CREATE TABLE api_key (
    tenant_id   uuid   NOT NULL,
    id          uuid   NOT NULL,
    name        text   NOT NULL,
    secret_hash bytea  NOT NULL,
    member_id   uuid   NOT NULL,
    account_id  uuid   NOT NULL,
    epoch       bigint NOT NULL,
    with_kinds  smallint NOT NULL,
    scope       text   NOT NULL,
    -- The key that it was made by. That one's row may be gone before.
    parent      uuid,
    made_at     bigint NOT NULL,
    ends_at     bigint NOT NULL,
    revoked_at  bigint,
    used_at     bigint,
    CONSTRAINT api_key_pk PRIMARY KEY (tenant_id, id),
    CONSTRAINT api_key_id_unique UNIQUE (id),
    CONSTRAINT api_key_secret_unique UNIQUE (secret_hash),
    CONSTRAINT api_key_member_fk FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id),
    CONSTRAINT api_key_account_fk FOREIGN KEY (account_id) REFERENCES account (id),
    CONSTRAINT api_key_secret CHECK (length(secret_hash) = 32),
    CONSTRAINT api_key_epoch CHECK (epoch >= 0),
    CONSTRAINT api_key_with CHECK (with_kinds BETWEEN 0 AND 7),
    CONSTRAINT api_key_parent CHECK (parent <> id),
    CONSTRAINT api_key_time CHECK (made_at < ends_at)
);

-- Those of a tenant that may still be good; those that one key has made; those that are over.
CREATE INDEX api_key_good ON api_key (tenant_id, ends_at) WHERE revoked_at IS NULL;
CREATE INDEX api_key_made_by ON api_key (tenant_id, parent) WHERE parent IS NOT NULL;
CREATE INDEX api_key_end ON api_key (ends_at);
CREATE INDEX api_key_revoked ON api_key (revoked_at) WHERE revoked_at IS NOT NULL;

-- What members were given: each a role or a permission, for good or until a moment, in the whole tenant or for a department and
-- all below it.
CREATE TABLE assignment (
    tenant_id  uuid NOT NULL,
    member_id  uuid NOT NULL,
    role_id    uuid,
    permission text,
    within_id  uuid,
    until      bigint,
    CONSTRAINT assignment_member_fk FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id),
    CONSTRAINT assignment_role_fk FOREIGN KEY (tenant_id, role_id) REFERENCES role (tenant_id, id),
    CONSTRAINT assignment_department_fk FOREIGN KEY (tenant_id, within_id) REFERENCES department (tenant_id, id),
    CONSTRAINT assignment_grant CHECK ((role_id IS NULL) <> (permission IS NULL))
);

CREATE INDEX assignment_of_member ON assignment (tenant_id, member_id);
-- The same once for each department and once for the whole tenant, in whose place the tenant stands: no department has its
-- identifier.
CREATE UNIQUE INDEX assignment_role_unique ON assignment (tenant_id, role_id, member_id, coalesce(within_id, tenant_id))
    WHERE role_id IS NOT NULL;
CREATE UNIQUE INDEX assignment_permission_unique
    ON assignment (tenant_id, permission, member_id, coalesce(within_id, tenant_id)) WHERE permission IS NOT NULL;
CREATE INDEX assignment_within ON assignment (tenant_id, within_id, member_id) WHERE within_id IS NOT NULL;

CREATE TABLE invitation (
    tenant_id    uuid   NOT NULL,
    id           uuid   NOT NULL,
    member_id    uuid   NOT NULL,
    inviter_kind text   NOT NULL,
    inviter_id   uuid   NOT NULL,
    channel      text   NOT NULL,
    address      text,
    generation   bigint NOT NULL,
    validity     bigint NOT NULL,
    created_at   bigint NOT NULL,
    sent_at      bigint,
    opened_at    bigint,
    stage        text   NOT NULL,
    stage_at     bigint,
    expires_at   bigint,
    account_id   uuid,
    CONSTRAINT invitation_pk PRIMARY KEY (tenant_id, id),
    CONSTRAINT invitation_member_unique UNIQUE (tenant_id, member_id),
    CONSTRAINT invitation_member_fk FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id),
    CONSTRAINT invitation_inviter CHECK (inviter_kind IN ('member', 'operator')),
    CONSTRAINT invitation_channel CHECK (channel = 'link' OR (channel = 'mail' AND address IS NOT NULL)),
    CONSTRAINT invitation_generation CHECK (generation >= 0),
    CONSTRAINT invitation_validity CHECK (validity BETWEEN 3600 AND 2592000),
    CONSTRAINT invitation_state CHECK (
        CASE stage
            WHEN 'ready'    THEN stage_at IS NULL AND expires_at IS NULL AND account_id IS NULL
            WHEN 'invited'  THEN stage_at IS NULL AND expires_at IS NOT NULL AND account_id IS NULL
            WHEN 'accepted' THEN stage_at IS NOT NULL AND expires_at IS NOT NULL
            WHEN 'joined'   THEN stage_at IS NOT NULL AND expires_at IS NULL AND account_id IS NOT NULL
            WHEN 'rejected' THEN stage_at IS NOT NULL AND expires_at IS NULL AND account_id IS NULL
            WHEN 'revoked'  THEN stage_at IS NOT NULL AND expires_at IS NULL AND account_id IS NULL
            WHEN 'expired'  THEN stage_at IS NOT NULL AND expires_at IS NULL AND account_id IS NULL
            ELSE FALSE
        END
    )
);

CREATE INDEX invitation_by_stage ON invitation (tenant_id, stage, member_id);
-- Those that wait for somebody, by who answers for them.
CREATE INDEX invitation_vouched ON invitation (tenant_id, inviter_id, expires_at)
    WHERE inviter_kind = 'member' AND stage IN ('ready', 'invited', 'accepted');
-- Those whose time runs.
CREATE INDEX invitation_deadline ON invitation (expires_at) WHERE expires_at IS NOT NULL;

-- Hand-overs of what removed members held.
CREATE TABLE transfer (
    tenant_id   uuid   NOT NULL,
    id          uuid   NOT NULL,
    member_id   uuid   NOT NULL,
    account_id  uuid   NOT NULL,
    heir        uuid   NOT NULL,
    begun_at    bigint NOT NULL,
    due_at      bigint,
    finished_at bigint,
    attempts    bigint NOT NULL,
    trouble     text,
    CONSTRAINT transfer_pk PRIMARY KEY (tenant_id, id),
    CONSTRAINT transfer_member_unique UNIQUE (tenant_id, member_id),
    CONSTRAINT transfer_member_fk FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id),
    CONSTRAINT transfer_account_fk FOREIGN KEY (account_id) REFERENCES account (id),
    CONSTRAINT transfer_heir_fk FOREIGN KEY (tenant_id, heir) REFERENCES member (tenant_id, id),
    CONSTRAINT transfer_attempts CHECK (attempts >= 0),
    CONSTRAINT transfer_state CHECK ((due_at IS NULL) <> (finished_at IS NULL))
);

-- Those that are not finished: of all tenants for the worker, of one tenant for its list.
CREATE INDEX transfer_due ON transfer (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX transfer_open ON transfer (tenant_id, begun_at, id) WHERE due_at IS NOT NULL;

CREATE TABLE transfer_share (
    tenant_id   uuid   NOT NULL,
    transfer_id uuid   NOT NULL,
    position    bigint NOT NULL,
    kind        text   NOT NULL,
    name        text   NOT NULL,
    count       bigint NOT NULL,
    heir        uuid   NOT NULL,
    done_at     bigint,
    CONSTRAINT transfer_share_pk PRIMARY KEY (tenant_id, transfer_id, position),
    CONSTRAINT transfer_share_kind_unique UNIQUE (tenant_id, transfer_id, kind),
    CONSTRAINT transfer_share_transfer_fk FOREIGN KEY (tenant_id, transfer_id) REFERENCES transfer (tenant_id, id),
    CONSTRAINT transfer_share_heir_fk FOREIGN KEY (tenant_id, heir) REFERENCES member (tenant_id, id),
    CONSTRAINT transfer_share_count CHECK (count >= 0)
);

-- Offers to become the representative administrator.
CREATE TABLE nomination (
    tenant_id   uuid   NOT NULL,
    id          uuid   NOT NULL,
    nominator   uuid   NOT NULL,
    nominee     uuid   NOT NULL,
    address     text,
    made_at     bigint NOT NULL,
    expires_at  bigint NOT NULL,
    answer      text,
    answered_at bigint,
    CONSTRAINT nomination_pk PRIMARY KEY (tenant_id, id),
    CONSTRAINT nomination_nominator_fk FOREIGN KEY (tenant_id, nominator) REFERENCES member (tenant_id, id),
    CONSTRAINT nomination_nominee_fk FOREIGN KEY (tenant_id, nominee) REFERENCES member (tenant_id, id),
    CONSTRAINT nomination_answer CHECK (
        (answer IS NULL AND answered_at IS NULL)
        OR (answer IN ('accepted', 'declined', 'withdrawn') AND answer IS NOT NULL AND answered_at IS NOT NULL)
    )
);

CREATE UNIQUE INDEX nomination_open_unique ON nomination (tenant_id) WHERE answer IS NULL;

-- Imports: tables that somebody has uploaded, what each would do, and what it did.
CREATE TABLE import (
    tenant_id  uuid   NOT NULL,
    id         uuid   NOT NULL,
    maker      uuid   NOT NULL,
    status     text   NOT NULL,
    created_at bigint NOT NULL,
    ended_at   bigint,
    -- All of it, as JSON: the columns beside it are what is asked for.
    body       text   NOT NULL,
    CONSTRAINT import_pk PRIMARY KEY (tenant_id, id),
    CONSTRAINT import_tenant_fk FOREIGN KEY (tenant_id) REFERENCES tenant (id),
    CONSTRAINT import_maker_fk FOREIGN KEY (tenant_id, maker) REFERENCES member (tenant_id, id),
    CONSTRAINT import_status CHECK (status IN ('reading', 'planned', 'running', 'ended')),
    CONSTRAINT import_end CHECK ((status = 'ended') = (ended_at IS NOT NULL))
);

CREATE UNIQUE INDEX import_running_unique ON import (tenant_id) WHERE status = 'running';
-- Those of all tenants: that are being carried out, that were never started, that are over.
CREATE INDEX import_running ON import (id) WHERE status = 'running';
CREATE INDEX import_unstarted ON import (created_at, id) WHERE status IN ('reading', 'planned');
CREATE INDEX import_over ON import (ended_at, id) WHERE ended_at IS NOT NULL;

-- Its rows, many in one text.
CREATE TABLE import_block (
    tenant_id uuid   NOT NULL,
    import_id uuid   NOT NULL,
    block     bigint NOT NULL,
    rows      text   NOT NULL,
    -- What became of them; none until they are done.
    outcomes  text,
    CONSTRAINT import_block_pk PRIMARY KEY (tenant_id, import_id, block),
    CONSTRAINT import_block_import_fk FOREIGN KEY (tenant_id, import_id) REFERENCES import (tenant_id, id),
    CONSTRAINT import_block_number CHECK (block >= 0)
);

CREATE TABLE outbox (
    id         uuid   NOT NULL,
    -- What it is about: a tenant or an account.
    tenant_id  uuid,
    account_id uuid,
    kind       text   NOT NULL,
    subject    uuid   NOT NULL,
    generation bigint NOT NULL,
    to_address text   NOT NULL,
    state      text   NOT NULL,
    queued_at  bigint NOT NULL,
    due_at     bigint,
    settled_at bigint,
    attempts   bigint NOT NULL,
    words      text,
    CONSTRAINT outbox_pk PRIMARY KEY (id),
    CONSTRAINT outbox_mail_unique UNIQUE (subject, kind, generation),
    CONSTRAINT outbox_tenant_fk FOREIGN KEY (tenant_id) REFERENCES tenant (id),
    CONSTRAINT outbox_account_fk FOREIGN KEY (account_id) REFERENCES account (id),
    CONSTRAINT outbox_about CHECK ((tenant_id IS NULL) <> (account_id IS NULL)),
    CONSTRAINT outbox_kind CHECK (
        kind IN ('invitation', 'became-member', 'nominated', 'became-representative', 'handed-over', 'reset',
                 'reset-refused', 'reset-handed-over', 'password-changed', 'confirm-address', 'address-changed',
                 'factors-changed', 'sign-in-code')
    ),
    CONSTRAINT outbox_generation CHECK (generation >= 0),
    CONSTRAINT outbox_attempts CHECK (attempts >= 0),
    CONSTRAINT outbox_state CHECK (
        CASE state
            WHEN 'queued'    THEN due_at IS NOT NULL AND settled_at IS NULL AND words IS NULL
            WHEN 'sending'   THEN due_at IS NOT NULL AND settled_at IS NULL
            WHEN 'deferred'  THEN due_at IS NOT NULL AND settled_at IS NULL AND words IS NOT NULL
            WHEN 'sent'      THEN due_at IS NULL AND settled_at IS NOT NULL AND words IS NOT NULL
            WHEN 'failed'    THEN due_at IS NULL AND settled_at IS NOT NULL AND words IS NOT NULL
            WHEN 'cancelled' THEN due_at IS NULL AND settled_at IS NOT NULL
            ELSE FALSE
        END
    )
);

-- Those that wait: to be sent for the first time, to be sent again, or for the end of a lease.
CREATE INDEX outbox_due ON outbox (due_at, id) WHERE due_at IS NOT NULL;
-- Those about a tenant, by what became of each.
CREATE INDEX outbox_of_tenant ON outbox (tenant_id, kind, state, subject, generation) WHERE tenant_id IS NOT NULL;
