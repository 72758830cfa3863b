-- What only PostgreSQL has.

-- Text search: an index of each member's tokens, and nothing of the texts themselves.

CREATE TABLE member_text (
    tenant_id uuid     NOT NULL,
    member_id uuid     NOT NULL,
    tokens    bigint[] NOT NULL,
    CONSTRAINT member_text_pk PRIMARY KEY (tenant_id, member_id),
    CONSTRAINT member_text_member_fk FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id)
);

CREATE INDEX member_text_tokens ON member_text USING gin (tokens);
