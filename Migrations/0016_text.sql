-- Where the text of a report as written differs from what others read, and what they read there.
-- See Docs/Formats/reports.md.

-- Places of `as_written` as JSON, sealed under the study's identity key as it is; NULL where nothing differs, and for what
-- was written before this column was there.
ALTER TABLE report_version ADD COLUMN as_written_places bytea
    CHECK (as_written_places IS NULL OR as_written IS NOT NULL);
