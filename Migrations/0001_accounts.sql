-- Who may do what, and who did what. No patient appears here; study UIDs are the new, de-identified ones.

CREATE TABLE account (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name              text        NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9._@+-]{0,63}$'),
    password_hash     text,                                  -- Argon2id, PHC string; NULL: cannot sign in
    is_administrator  boolean     NOT NULL DEFAULT false,
    is_operator       boolean     NOT NULL DEFAULT false,    -- the account behind the private socket
    disabled_at       timestamptz,
    created_at        timestamptz NOT NULL DEFAULT now(),
    created_by        bigint REFERENCES account (id),
    CHECK (NOT is_operator OR password_hash IS NULL)
);
CREATE UNIQUE INDEX account_one_operator ON account (is_operator) WHERE is_operator;
INSERT INTO account (name, is_operator) VALUES ('operator', true);

-- A browser that signed in. Only the hash of its token is kept.
CREATE TABLE session (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_hash    bytea       NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    account_id    bigint      NOT NULL REFERENCES account (id),
    created_at    timestamptz NOT NULL DEFAULT now(),
    last_used_at  timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz NOT NULL,                      -- whatever happens
    ended_at      timestamptz
);
CREATE INDEX session_account ON session (account_id) WHERE ended_at IS NULL;

CREATE TABLE project (
    id                        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code                      text        NOT NULL CHECK (code ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$'),
    name                      text        NOT NULL,
    profile                   jsonb       NOT NULL,          -- Deidentification.Profile
    pseudonym_secret_wrapped  bytea       NOT NULL,          -- wrapped by the master key
    created_at                timestamptz NOT NULL DEFAULT now(),
    created_by                bigint      NOT NULL REFERENCES account (id)
);
CREATE UNIQUE INDEX project_code ON project (lower(code));

-- For programs. Only the hash is kept.
CREATE TABLE token (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_hash    bytea       NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    account_id    bigint      NOT NULL REFERENCES account (id),
    project_id    bigint REFERENCES project (id),            -- NULL: all that the account may
    label         text        NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    last_used_at  timestamptz,
    expires_at    timestamptz,
    revoked_at    timestamptz
);
CREATE INDEX token_account ON token (account_id, id);

CREATE TABLE membership (
    account_id  bigint NOT NULL REFERENCES account (id),
    project_id  bigint NOT NULL REFERENCES project (id),
    role        text   NOT NULL CHECK (role IN
        ('physician', 'annotator', 'researcher', 'technologist', 'custodian', 'auditor', 'recipient')),
    PRIMARY KEY (account_id, project_id, role)
);
CREATE INDEX membership_project ON membership (project_id);

-- Links printed by a server without accounts; all of them end with the first account.
CREATE TABLE first_start (
    token_hash  bytea       PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    created_at  timestamptz NOT NULL DEFAULT now()
);

-- Failed sign-ins by account, by source and by both. The key is a hash: people type passwords into the wrong field.
CREATE TABLE sign_in_failure (
    key            bytea       PRIMARY KEY,
    failures       integer     NOT NULL,
    last_at        timestamptz NOT NULL DEFAULT now(),
    blocked_until  timestamptz
);
CREATE INDEX sign_in_failure_age ON sign_in_failure (last_at);

-- Who did or looked at what, when and why. Rows are never changed; what is looked at again within an interval is
-- counted in access_tally.
CREATE TABLE access_event (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at              timestamptz NOT NULL DEFAULT now(),
    account_id      bigint      NOT NULL REFERENCES account (id),
    credential      text        NOT NULL,                    -- 'session 12', 'token 3', 'operator'
    kind            text        NOT NULL,
    project_id      bigint REFERENCES project (id),
    study_uid       text,
    instance_uid    text,                                    -- the first one, where several are counted
    export_id       bigint,
    purpose         text        NOT NULL DEFAULT '',
    detail          text        NOT NULL DEFAULT '',         -- of administration: which account, role, token
    count           bigint      NOT NULL DEFAULT 1,
    interval_start  timestamptz                              -- NULL: every time is an event of its own
);
CREATE UNIQUE INDEX access_event_interval
    ON access_event (credential, account_id, kind, coalesce(project_id, 0), coalesce(study_uid, ''), md5(purpose), interval_start)
    WHERE interval_start IS NOT NULL;
CREATE INDEX access_event_study ON access_event (study_uid, id) WHERE study_uid IS NOT NULL;
CREATE INDEX access_event_project ON access_event (project_id, id);

CREATE TABLE access_tally (
    event_id  bigint      PRIMARY KEY REFERENCES access_event (id),
    count     bigint      NOT NULL,                          -- more of the same, after the first
    last_at   timestamptz NOT NULL
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'P0001';
END
$$;
CREATE TRIGGER access_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON access_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
