-- Faces: which series may show one, and images from which it was taken out. See Docs/Guides/deidentification.md.

-- Deidentification.Recognizability; empty where nothing can be recognised; NULL until it was looked at.
ALTER TABLE series ADD COLUMN recognizable text CHECK (recognizable IN ('', 'head', 'unnamed', 'picture'));
CREATE INDEX series_unlooked ON series (id) WHERE recognizable IS NULL;

-- A series that was looked at for a face, with as many images as it had then.
CREATE TABLE defaced_series (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    series_id       bigint           NOT NULL REFERENCES series (id),
    study_id        bigint           NOT NULL,
    method          integer          NOT NULL,           -- SeriesDefacer.version
    instance_count  integer          NOT NULL,           -- with more images the face is looked for anew
    uid             text             NOT NULL DEFAULT '',  -- Series Instance UID of the new images
    reason          text             NOT NULL DEFAULT '',  -- why there are none
    brain           double precision NOT NULL DEFAULT 0, -- ml
    removed         double precision NOT NULL DEFAULT 0, -- ml
    made_at         timestamptz      NOT NULL DEFAULT now(),
    CHECK ((uid = '') <> (reason = '')),
    UNIQUE (series_id, method, instance_count)
);
CREATE INDEX defaced_series_study ON defaced_series (study_id);

-- Its images, sealed under the study's image key as every object is. They follow from the published ones.
CREATE TABLE defaced_image (
    id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    defaced_series_id  bigint NOT NULL REFERENCES defaced_series (id),
    instance_id        bigint NOT NULL,
    study_id           bigint NOT NULL,
    uid                text   NOT NULL,                  -- new SOP Instance UID
    object_segment     bigint NOT NULL,
    object_offset      bigint NOT NULL,
    object_length      bigint NOT NULL,
    stored_size        bigint NOT NULL,
    stored_sha256      bytea  NOT NULL CHECK (octet_length(stored_sha256) = 32),
    stored_crc32       bigint NOT NULL CHECK (stored_crc32 BETWEEN 0 AND 4294967295),
    UNIQUE (defaced_series_id, instance_id)
);
CREATE INDEX defaced_image_study  ON defaced_image (study_id);
CREATE INDEX defaced_image_object ON defaced_image (object_segment, object_offset);

-- What stands of faces in the manifest, as its very text; empty where none were taken out.
ALTER TABLE export ADD COLUMN faces text NOT NULL DEFAULT '';
-- The image whose bytes are taken in the place of the instance's.
ALTER TABLE export_entry ADD COLUMN defaced_id bigint;
