-- What people mark in images, in versions. A label set has one line of commits, each of which holds the whole state of
-- one study; nothing is ever overwritten. See Docs/Formats/labels.md and Docs/Decisions/0006-label-history.md.

-- The list of labels of a project, as it was and as it is. Without a row it is the one that every project begins with.
CREATE TABLE label_list (
    project_id  bigint      NOT NULL REFERENCES project (id),
    version     integer     NOT NULL CHECK (version >= 1),
    labels      jsonb       NOT NULL CHECK (jsonb_typeof(labels) = 'array'),  -- [{name, color, description, retired}]
    author_id   bigint      NOT NULL REFERENCES account (id),
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (project_id, version)
);

CREATE TABLE label_set (
    id           uuid        PRIMARY KEY,
    project_id   bigint      NOT NULL REFERENCES project (id),
    name         text        NOT NULL CHECK (name <> ''),
    description  text        NOT NULL DEFAULT '',
    created_by   bigint      NOT NULL REFERENCES account (id),
    created_at   timestamptz NOT NULL DEFAULT now(),
    head         integer,                                -- newest commit; NULL before the first. Commits queue here.
    studies      integer     NOT NULL DEFAULT 0 CHECK (studies >= 0),      -- that have annotations now
    annotations  bigint      NOT NULL DEFAULT 0 CHECK (annotations >= 0)   -- of all of them now
);
CREATE UNIQUE INDEX label_set_name ON label_set (project_id, lower(name));

CREATE TABLE label_commit (
    label_set_id    uuid        NOT NULL REFERENCES label_set (id),
    version         integer     NOT NULL CHECK (version >= 1),   -- 1, 2, 3 … in its label set
    parent          integer     CHECK (parent IS NOT DISTINCT FROM nullif(version - 1, 0)),
    study_id        bigint      NOT NULL REFERENCES study (id),
    study_uid       text        NOT NULL,
    author_id       bigint      NOT NULL REFERENCES account (id),
    author          text        NOT NULL,                -- the account's name as it was: part of the digest
    at              timestamptz NOT NULL CHECK (at = date_trunc('second', at)),
    kind            text        NOT NULL CHECK (kind IN ('save', 'restore')),
    message         text        NOT NULL,
    restored_from   integer     CHECK (restored_from >= 0 AND restored_from < version),  -- 0: without annotations
    content         text        NOT NULL,                -- canonical JSON of the study's annotations
    content_digest  bytea       NOT NULL CHECK (content_digest = sha256(convert_to(content, 'UTF8'))),
    digest          bytea       NOT NULL UNIQUE CHECK (octet_length(digest) = 32),
    annotations     integer     NOT NULL CHECK (annotations BETWEEN 0 AND 2000),
    changes         jsonb       NOT NULL,                -- against the study's commit before, for lists
    PRIMARY KEY (label_set_id, version),
    FOREIGN KEY (label_set_id, parent) REFERENCES label_commit (label_set_id, version),
    CHECK ((kind = 'restore') = (restored_from IS NOT NULL))
);
CREATE INDEX label_commit_time ON label_commit (at);
CREATE INDEX label_commit_study ON label_commit (label_set_id, study_id, version DESC);
ALTER TABLE label_set ADD FOREIGN KEY (id, head) REFERENCES label_commit (label_set_id, version);

-- A name for a version, given once.
CREATE TABLE label_tag (
    label_set_id  uuid        NOT NULL REFERENCES label_set (id),
    name          text        NOT NULL CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' AND name !~ '^[0-9]+$'),
    version       integer     NOT NULL,
    message       text        NOT NULL,
    author_id     bigint      NOT NULL REFERENCES account (id),
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (label_set_id, name),
    FOREIGN KEY (label_set_id, version) REFERENCES label_commit (label_set_id, version)
);
CREATE UNIQUE INDEX label_tag_name ON label_tag (label_set_id, lower(name));

-- What somebody has not saved yet. No version: the next one takes its place, and a commit of the same person ends it.
CREATE TABLE label_draft (
    label_set_id  uuid        NOT NULL REFERENCES label_set (id),
    study_id      bigint      NOT NULL REFERENCES study (id),
    account_id    bigint      NOT NULL REFERENCES account (id),
    base          text        NOT NULL,                  -- entity tag of the version it was made from
    annotations   text        NOT NULL,                  -- JSON
    saved_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (label_set_id, study_id, account_id)
);

-- Which labels a study has now, for searches: derived from the newest commits.
CREATE TABLE study_label (
    label_set_id  uuid    NOT NULL REFERENCES label_set (id),
    study_id      bigint  NOT NULL REFERENCES study (id),
    label         text    NOT NULL CHECK (label <> ''),
    count         integer NOT NULL CHECK (count > 0),
    PRIMARY KEY (label_set_id, study_id, label)
);
CREATE INDEX study_label_label ON study_label (label, study_id);
CREATE INDEX study_label_study ON study_label (study_id, label);

CREATE TRIGGER label_list_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON label_list
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER label_commit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON label_commit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER label_tag_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON label_tag
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Of a label set only its newest commit changes, one by one.
CREATE FUNCTION label_set_moves_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.project_id, NEW.name, NEW.description, NEW.created_by, NEW.created_at)
            IS DISTINCT FROM (OLD.id, OLD.project_id, OLD.name, OLD.description, OLD.created_by, OLD.created_at)
        OR coalesce(NEW.head, 0) <> coalesce(OLD.head, 0) + 1 THEN
        RAISE EXCEPTION 'a label set only takes the next commit';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER label_set_next BEFORE UPDATE ON label_set FOR EACH ROW EXECUTE FUNCTION label_set_moves_on();
CREATE TRIGGER label_set_kept BEFORE DELETE OR TRUNCATE ON label_set
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
