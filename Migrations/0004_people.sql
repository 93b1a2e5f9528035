-- People who make their own accounts, and the mail that goes to them. See Docs/Operations/accounts.md and mail.md.

-- Lower case, and always verified: it is written when a link that was sent there is opened, and not before.
ALTER TABLE account ADD COLUMN email text UNIQUE CHECK (email ~ '^[^@[:space:][:cntrl:]]+@[a-z0-9.-]+$');

-- What somebody asked for who did not prove who they are. A server answers it a moment later, by mail; whether the
-- address belongs to an account is looked up only then, so nothing about the answer tells.
CREATE TABLE account_request (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind           text        NOT NULL CHECK (kind IN ('sign-up', 'resend', 'reset', 'email')),
    email          text        NOT NULL,
    name           text,
    password_hash  text,
    account_id     bigint REFERENCES account (id),
    at             timestamptz NOT NULL DEFAULT now(),
    CHECK ((kind = 'sign-up') = (name IS NOT NULL AND password_hash IS NOT NULL)),
    CHECK ((kind = 'email') = (account_id IS NOT NULL))
);

-- Links in mails. Only the hash is kept; a row is deleted when its link is used. A sign-up is no account: name and
-- password hash wait here, and the account is made when the link is opened.
CREATE TABLE account_link (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_hash     bytea       NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    purpose        text        NOT NULL CHECK (purpose IN ('sign-up', 'email', 'reset')),
    email          text        NOT NULL,
    name           text,
    password_hash  text,
    account_id     bigint REFERENCES account (id),
    created_at     timestamptz NOT NULL DEFAULT now(),
    expires_at     timestamptz NOT NULL,
    CHECK ((purpose = 'sign-up') = (name IS NOT NULL AND password_hash IS NOT NULL)),
    CHECK ((purpose = 'sign-up') = (account_id IS NULL))
);
CREATE INDEX account_link_email   ON account_link (email, id);
CREATE INDEX account_link_account ON account_link (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX account_link_end     ON account_link (expires_at);

-- Mail on its way out. Address and text are sealed under a key that follows from the master key, and gone when the
-- mail has left or was given up.
CREATE TABLE mail (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sealed      bytea,
    state       text        NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'refused', 'expired')),
    attempts    integer     NOT NULL DEFAULT 0,
    created_at  timestamptz NOT NULL DEFAULT now(),
    next_at     timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    CHECK ((state = 'waiting') = (sealed IS NOT NULL)),
    CHECK ((state = 'waiting') = (ended_at IS NULL))
);
CREATE INDEX mail_waiting ON mail (next_at, id) WHERE state = 'waiting';
CREATE INDEX mail_ended   ON mail (ended_at) WHERE state <> 'waiting';
