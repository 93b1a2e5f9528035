-- The ledger: every access event becomes a leaf of one tree that only grows. See Docs/Formats/ledger.md.

-- Events that are no leaves yet: put here in the transaction that writes the event, so none is ever forgotten.
CREATE TABLE ledger_pending (
    event_id  bigint PRIMARY KEY REFERENCES access_event (id)
);

CREATE FUNCTION ledger_await() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger_pending (event_id) SELECT id FROM written;
    RETURN NULL;
END
$$;
CREATE TRIGGER access_event_is_for_the_ledger AFTER INSERT ON access_event
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION ledger_await();
INSERT INTO ledger_pending (event_id) SELECT id FROM access_event;

-- The log's own keys, wrapped by the master key.
CREATE TABLE ledger_key (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text        NOT NULL UNIQUE CHECK (name IN ('signing', 'texts')),
    wrapped     bytea       NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now()
);

-- What names a subject in leaves. Erasure deletes it: then nobody can say any more whom the leaves are about, and they
-- still verify.
CREATE TABLE ledger_subject_key (
    subject_id  bigint PRIMARY KEY REFERENCES subject (id) ON DELETE CASCADE,
    wrapped     bytea  NOT NULL,                         -- by the subject key
    last_index  bigint                                   -- the subject's newest leaf
);

CREATE TABLE ledger_leaf (
    index       bigint PRIMARY KEY CHECK (index >= 0),
    event_id    bigint NOT NULL UNIQUE REFERENCES access_event (id),
    body        bytea  NOT NULL,
    hash        bytea  NOT NULL CHECK (octet_length(hash) = 32)
);

-- Complete subtrees of every fourth level; those between follow from at most eight of them.
CREATE TABLE ledger_node (
    level       integer NOT NULL CHECK (level > 0 AND level % 4 = 0),
    index       bigint  NOT NULL,
    hash        bytea   NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (level, index)
);

CREATE TABLE ledger_checkpoint (
    size        bigint      PRIMARY KEY CHECK (size >= 0),
    root        bytea       NOT NULL CHECK (octet_length(root) = 32),
    note        text        NOT NULL,                    -- signed
    at          timestamptz NOT NULL DEFAULT now()
);

CREATE TRIGGER ledger_leaf_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_leaf
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_node_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_node
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_checkpoint_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What one person did.
CREATE INDEX access_event_account ON access_event (account_id, id);
