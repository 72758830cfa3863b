-- What only SQLite has.

-- Text search: an index of each member's tokens, and nothing of the texts themselves.
--
-- Rows of an FTS5 table are numbered, and come in the order of their numbers. A member's number is made of the moment in
-- its identifier, so that the newest members come first without sorting: see src/sqlite/search.rs.

CREATE TABLE member_text (
    number    INTEGER PRIMARY KEY,
    tenant_id uuid NOT NULL,
    member_id uuid NOT NULL,
    CONSTRAINT member_text_member_unique UNIQUE (tenant_id, member_id),
    CONSTRAINT member_text_member_fk FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id)
);

CREATE VIRTUAL TABLE member_search USING fts5 (
    tokens,
    tokenize = 'ascii',
    content = '',
    contentless_delete = 1,
    detail = 'none'
);

-- Each command leaves a segment of its own. They are merged by sixteen instead of four: half the writing, and no search is
-- the slower for it.
INSERT INTO member_search (member_search, rank) VALUES ('automerge', 16);

-- SQLite knows nothing of how many rows there are unless it is told. Without this it takes a range of revisions for less
-- than one name's records, and reads a year of an audit to find a few.
ANALYZE sqlite_schema;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('audit', 'sqlite_autoindex_audit_1', '1000000 100000 1'),
    ('audit', 'audit_by_object', '1000000 100000 10 1'),
    ('audit', 'audit_by_name', '1000000 100000 5000 1'),
    ('audit', 'audit_by_actor', '1000000 100000 1000 100 1');
ANALYZE sqlite_schema;
