-- Who asks for a role, until when a role is had, what is said about studies, and who wants to be told of new ones.
-- See Docs/Formats/reports.md.

-- The last day (UTC) on which the role is had; NULL: until it is taken away.
ALTER TABLE membership ADD COLUMN until date;

-- What counts. Whoever asks what somebody is reads this and not the table.
CREATE VIEW current_membership AS
    SELECT account_id, project_id, role, until FROM membership
    WHERE until IS NULL OR until >= (now() AT TIME ZONE 'UTC')::date;

-- Whether everyone who signed in may see that it exists, and ask for a role in it.
ALTER TABLE project ADD COLUMN is_listed boolean NOT NULL DEFAULT true;

-- A person who asks for a role in a project. open → approved | declined | withdrawn, once.
CREATE TABLE role_request (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id  bigint      NOT NULL REFERENCES account (id),
    project_id  bigint      NOT NULL REFERENCES project (id),
    role        text        NOT NULL CHECK (role IN
        ('physician', 'annotator', 'researcher', 'technologist', 'custodian', 'auditor', 'recipient')),
    reason      text        NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 500),
    at          timestamptz NOT NULL DEFAULT now(),
    state       text        NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'approved', 'declined', 'withdrawn')),
    decided_at  timestamptz,
    decided_by  bigint REFERENCES account (id),
    note        text        CHECK (char_length(note) BETWEEN 1 AND 500),
    until       date,                                    -- of the role that was given
    CHECK ((state = 'open') = (decided_at IS NULL)),
    CHECK ((state = 'open') = (decided_by IS NULL)),
    CHECK (state <> 'withdrawn' OR decided_by = account_id),
    CHECK (note IS NULL OR state IN ('approved', 'declined')),
    CHECK (until IS NULL OR state = 'approved')
);
CREATE UNIQUE INDEX role_request_one_open ON role_request (account_id, project_id, role) WHERE state = 'open';
CREATE INDEX role_request_open ON role_request (id) WHERE state = 'open';
CREATE INDEX role_request_account ON role_request (account_id, id DESC);

CREATE FUNCTION role_request_is_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'open' THEN RAISE EXCEPTION 'a request is decided once'; END IF;
    IF (NEW.account_id, NEW.project_id, NEW.role, NEW.reason, NEW.at)
        IS DISTINCT FROM (OLD.account_id, OLD.project_id, OLD.role, OLD.reason, OLD.at)
    THEN RAISE EXCEPTION 'a request is decided, not changed'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER role_request_decided BEFORE UPDATE ON role_request
    FOR EACH ROW EXECUTE FUNCTION role_request_is_decided();
CREATE TRIGGER role_request_kept BEFORE DELETE OR TRUNCATE ON role_request
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A report on a study: which, and its newest version. Everything but the version is said in report_version.
CREATE TABLE report (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    study_id    bigint      NOT NULL REFERENCES study (id),
    project_id  bigint      NOT NULL REFERENCES project (id),
    created_at  timestamptz NOT NULL DEFAULT now(),
    version     integer     NOT NULL DEFAULT 1 CHECK (version > 0),
    -- Of the newest version's scrubbed text; NULL once it was entered in error: it is not found any more.
    words       tsvector
);
CREATE INDEX report_study ON report (study_id, id);
CREATE INDEX report_words ON report USING gin (words);
CREATE INDEX report_added ON report (project_id, created_at);

-- What was said, when and by whom; never changed. `text` is without what may identify somebody. Where that differs
-- from what was written, `as_written` is the text as written, sealed under the study's identity key.
CREATE TABLE report_version (
    report_id   bigint      NOT NULL REFERENCES report (id),
    version     integer     NOT NULL CHECK (version > 0),
    status      text        NOT NULL CHECK (status IN ('preliminary', 'final', 'amended', 'entered-in-error')),
    author_id   bigint      NOT NULL REFERENCES account (id),
    at          timestamptz NOT NULL DEFAULT now(),
    text        text        NOT NULL CHECK (octet_length(text) <= 1048576),
    as_written  bytea,
    is_scrubbed boolean     NOT NULL,                    -- whether `text` differs from what was written
    PRIMARY KEY (report_id, version),
    CHECK (version > 1 OR status IN ('preliminary', 'final')),
    CHECK (as_written IS NULL OR is_scrubbed)
);
CREATE INDEX report_version_at ON report_version (at);
CREATE TRIGGER report_version_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON report_version
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- preliminary → preliminary | final | entered-in-error; final, amended → amended | entered-in-error; then the end.
CREATE FUNCTION report_version_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before text;
BEGIN
    IF NEW.version = 1 THEN RETURN NEW; END IF;
    SELECT status INTO before FROM report_version WHERE report_id = NEW.report_id AND version = NEW.version - 1;
    IF before IS NULL OR before = 'entered-in-error'
        OR (before = 'preliminary' AND NEW.status = 'amended')
        OR (before IN ('final', 'amended') AND NEW.status IN ('preliminary', 'final'))
    THEN RAISE EXCEPTION 'a report that is % does not become %', coalesce(before, 'not there'), NEW.status; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER report_version_order BEFORE INSERT ON report_version
    FOR EACH ROW EXECUTE FUNCTION report_version_follows();

CREATE FUNCTION report_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.study_id, NEW.project_id, NEW.created_at) IS DISTINCT FROM
        (OLD.id, OLD.study_id, OLD.project_id, OLD.created_at) OR NEW.version <> OLD.version + 1
    THEN RAISE EXCEPTION 'a report only gets its next version'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER report_next BEFORE UPDATE ON report FOR EACH ROW EXECUTE FUNCTION report_stays();
CREATE TRIGGER report_kept BEFORE DELETE OR TRUNCATE ON report FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Who wants a mail about what is new in a project, or in what a filter finds.
CREATE TABLE subscription (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id   bigint      NOT NULL REFERENCES account (id),
    kind         text        NOT NULL CHECK (kind IN ('project', 'filter')),
    project_id   bigint REFERENCES project (id),         -- of a filter: where it names one
    filter       jsonb,                                  -- StudyFilter
    name         text        NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    every        text        NOT NULL CHECK (every IN ('day', 'week')),
    created_at   timestamptz NOT NULL DEFAULT now(),
    told_until   timestamptz NOT NULL DEFAULT now(),     -- what is newer has not been told
    due_at       timestamptz NOT NULL,
    last_at      timestamptz,                            -- of the last mail
    ended_at     timestamptz,
    CHECK ((kind = 'filter') = (filter IS NOT NULL)),
    CHECK (kind = 'filter' OR project_id IS NOT NULL)
);
CREATE INDEX subscription_account ON subscription (account_id, id) WHERE ended_at IS NULL;
CREATE INDEX subscription_due ON subscription (due_at) WHERE ended_at IS NULL;

-- Links in digests that end a subscription: another one in each mail, and only its hash here.
CREATE TABLE unsubscribe_link (
    token_hash       bytea       PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    subscription_id  bigint      NOT NULL REFERENCES subscription (id),
    made_at          timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX unsubscribe_link_age ON unsubscribe_link (made_at);
CREATE INDEX study_created ON study (project_id, created_at);
