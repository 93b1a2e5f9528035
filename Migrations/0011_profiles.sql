-- What de-identification takes out and leaves, in versions. The newest is in force; each object says under which it was
-- taken in. See Docs/Formats/profile.md.

CREATE TABLE project_profile (
    project_id  bigint      NOT NULL REFERENCES project (id),
    version     integer     NOT NULL CHECK (version >= 1),
    profile     jsonb       NOT NULL,                      -- Deidentification.Profile
    note        text        NOT NULL DEFAULT '' CHECK (char_length(note) <= 500),
    created_at  timestamptz NOT NULL DEFAULT now(),
    created_by  bigint      NOT NULL REFERENCES account (id),
    PRIMARY KEY (project_id, version)
);
INSERT INTO project_profile (project_id, version, profile, created_at, created_by)
    SELECT id, 1, profile, created_at, created_by FROM project;
CREATE TRIGGER project_profile_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON project_profile
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE project DROP COLUMN profile;

ALTER TABLE instance ADD COLUMN profile_version integer NOT NULL DEFAULT 1;
