-- Redaction by a person, and what a person decided for all images that look alike. See Docs/Formats/catalogue.md.

-- What a person decided for the images of one signature (maker, model, size, kind), in versions. The newest is in force;
-- none of them is ever changed. `regions` are blacked out in every frame; `seen` is where text was looked at and left.
CREATE TABLE pixel_approval (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id    bigint      NOT NULL REFERENCES project (id),
    signature     text        NOT NULL CHECK (signature <> ''),   -- Deidentification.PixelSignature.text
    version       integer     NOT NULL CHECK (version >= 1),
    is_withdrawn  boolean     NOT NULL DEFAULT false,
    regions       jsonb       NOT NULL DEFAULT '[]',              -- of DICOMImaging.PixelRegion
    seen          jsonb       NOT NULL DEFAULT '[]',
    note          text        NOT NULL DEFAULT '' CHECK (char_length(note) <= 500),
    created_at    timestamptz NOT NULL DEFAULT now(),
    created_by    bigint      NOT NULL REFERENCES account (id)
);
CREATE UNIQUE INDEX pixel_approval_version ON pixel_approval (project_id, md5(signature), version);
CREATE TRIGGER pixel_approval_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pixel_approval
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What de-identification saw in the pixels of what waits, and what a person had blacked out.
ALTER TABLE held
    ADD COLUMN signature       text    NOT NULL DEFAULT '',       -- of the de-identified header
    ADD COLUMN by_signature    boolean NOT NULL DEFAULT false,    -- an approval of the signature may release it
    ADD COLUMN proposed        jsonb   NOT NULL DEFAULT '[]',     -- what the rules would black out
    ADD COLUMN found           jsonb   NOT NULL DEFAULT '[]',     -- where text was found
    ADD COLUMN redacted        jsonb,                             -- what a person had blacked out at its release
    ADD COLUMN approval_id     bigint REFERENCES pixel_approval (id),  -- by which it was released
    ADD COLUMN approval_tried  bigint,                            -- the newest by which it was not
    ADD COLUMN leased_until    timestamptz;                       -- a server is trying an approval on it
CREATE INDEX held_alike ON held (project_id, md5(signature)) WHERE state = 'waiting' AND by_signature;

-- Under which approval an instance was published, so that they are found should it turn out to be wrong.
ALTER TABLE instance ADD COLUMN pixel_approval_id bigint REFERENCES pixel_approval (id);
CREATE INDEX instance_pixel_approval ON instance (pixel_approval_id) WHERE pixel_approval_id IS NOT NULL;

-- Sealed bytes in whose place others stand: an object as it was before its text was blacked out, and its patch. Written
-- with what takes their place, and taken out when they are erased.
CREATE TABLE superseded_blob (
    segment      bigint NOT NULL,
    byte_offset  bigint NOT NULL,
    length       bigint NOT NULL,
    PRIMARY KEY (segment, byte_offset)
);
