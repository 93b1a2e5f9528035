internal import ByteIO
internal import DICOM
internal import Glibc
internal import Postgres

extension Catalog {
    /// The columns that `write` reads.
    static func columns(_ query: AttributeQuery) -> String {
        var columns = """
            s.uid AS study_uid, s.study_date::text AS study_date, s.study_time, s.description AS study_description, s.study_id,
            s.modalities, s.sex, s.series_count, s.instance_count AS study_instances, b.code AS subject
            """
        if query.level != .studies {
            columns += """
                , r.uid AS series_uid, r.number AS series_number, r.modality, r.description AS series_description,
                r.body_part, r.series_date::text AS series_date, r.series_time, r.instance_count AS series_instances
                """
        }
        if query.level == .instances {
            columns += ", i.uid AS instance_uid, i.sop_class, i.transfer_syntax, i.number, i.rows, i.columns, i.frames"
        }
        guard needsMetadata(query) else { return columns }
        switch query.level {
        case .studies:
            columns += ", (SELECT metadata FROM instance WHERE study_id = s.id ORDER BY id LIMIT 1) AS metadata"
        case .series:
            columns +=
                ", (SELECT metadata FROM instance WHERE series_id = r.id ORDER BY number, id LIMIT 1) AS metadata"
        case .instances: columns += ", i.metadata"
        }
        return columns
    }

    private static func needsMetadata(_ query: AttributeQuery) -> Bool { query.includesAll || !query.included.isEmpty }

    /// One result. Attributes: PS3.18 §10.6.3.3; those of the levels above are given too where the search is not
    /// confined to them.
    static func write(_ row: PostgresRow, _ query: AttributeQuery, to writer: inout AttributeWriter) throws {
        let study: String = try row.decode("study_uid")
        var url = query.baseURL.map { "\($0)/studies/\(study)" }
        if query.level == .studies || query.study == nil {
            try writeStudy(row, study, to: &writer)
        } else {
            writer.string(.StudyInstanceUID, .UI, study)
        }
        if query.level != .studies {
            let series: String = try row.decode("series_uid")
            url = url.map { "\($0)/series/\(series)" }
            if query.level == .series || query.series == nil {
                try writeSeries(row, series, to: &writer)
            } else {
                writer.string(.SeriesInstanceUID, .UI, series)
            }
        }
        if query.level == .instances {
            let instance: String = try row.decode("instance_uid")
            url = url.map { "\($0)/instances/\(instance)" }
            try writeInstance(row, instance, to: &writer)
        }
        writer.string(.InstanceAvailability, .CS, "ONLINE")
        if let url { writer.string(.RetrieveURL, .UR, url) }
        if needsMetadata(query) { try writeIncluded(row, query, to: &writer) }
        writer.endObject()
    }

    private static func writeStudy(_ row: PostgresRow, _ uid: String, to writer: inout AttributeWriter) throws {
        let subject: String = try row.decode("subject")
        writer.string(.StudyInstanceUID, .UI, uid)
        writer.string(.StudyDate, .DA, try row.decode("study_date", as: String?.self).flatMap(StudyFilter.dashless))
        writer.string(.StudyTime, .TM, try row.decode("study_time"))
        // De-identification leaves nothing of these (PS3.15 Table E.1-1); the standard wants them in the answer.
        writer.empty(.AccessionNumber, .SH)
        writer.empty(.ReferringPhysicianName, .PN)
        writer.empty(.PatientBirthDate, .DA)
        writer.strings(.ModalitiesInStudy, .CS, try row.decode("modalities"))
        writer.string(.StudyDescription, .LO, try row.decode("study_description"))
        writer.string(.PatientName, .PN, subject)
        writer.string(.PatientID, .LO, subject)
        writer.string(.PatientSex, .CS, try row.decode("sex"))
        writer.string(.StudyID, .SH, try row.decode("study_id"))
        writer.number(.NumberOfStudyRelatedSeries, .IS, try row.decode("series_count", as: Int.self))
        writer.number(.NumberOfStudyRelatedInstances, .IS, try row.decode("study_instances", as: Int.self))
    }

    private static func writeSeries(_ row: PostgresRow, _ uid: String, to writer: inout AttributeWriter) throws {
        writer.string(.SeriesInstanceUID, .UI, uid)
        writer.string(.Modality, .CS, try row.decode("modality"))
        writer.string(.SeriesDescription, .LO, try row.decode("series_description"))
        writer.number(.SeriesNumber, .IS, try row.decode("series_number", as: Int?.self))
        writer.string(.BodyPartExamined, .CS, try row.decode("body_part"))
        writer.string(.SeriesDate, .DA, try row.decode("series_date", as: String?.self).flatMap(StudyFilter.dashless))
        writer.string(.SeriesTime, .TM, try row.decode("series_time"))
        writer.number(.NumberOfSeriesRelatedInstances, .IS, try row.decode("series_instances", as: Int.self))
    }

    private static func writeInstance(_ row: PostgresRow, _ uid: String, to writer: inout AttributeWriter) throws {
        writer.string(.SOPInstanceUID, .UI, uid)
        writer.string(.SOPClassUID, .UI, try row.decode("sop_class"))
        writer.string(.AvailableTransferSyntaxUID, .UI, try row.decode("transfer_syntax"))
        writer.number(.InstanceNumber, .IS, try row.decode("number", as: Int?.self))
        let frames: Int = try row.decode("frames")
        guard frames > 0 else { return }
        writer.number(.Rows, .US, try row.decode("rows", as: Int.self))
        writer.number(.Columns, .US, try row.decode("columns", as: Int.self))
        if frames > 1 { writer.number(.NumberOfFrames, .IS, frames) }
    }

    /// What `includefield` asks for beyond the columns, from stored metadata: at study and series level that of the
    /// first instance, and only attributes that all instances share there.
    private static func writeIncluded(
        _ row: PostgresRow, _ query: AttributeQuery, to writer: inout AttributeWriter
    ) throws {
        guard let metadata = try row.decode("metadata", as: [UInt8]?.self) else { return }
        let wanted = Set(query.included)
        for (key, value) in JSONMembers(Bytes(metadata)).members {
            guard let tag = Tag(hexadecimal: key), query.includesAll || wanted.contains(tag) else { continue }
            let isShared =
                switch query.level {
                case .instances: true
                case .series: ofStudy(tag) || ofSeries.contains(tag)
                case .studies: ofStudy(tag)
                }
            // References are relative to an instance: without one they lead nowhere.
            if isShared, !value.contains("\"BulkDataURI\"") { writer.raw(tag, value) }
        }
    }

    /// Attributes of the patient and study entities (PS3.3 §C.7.1, C.7.2, PS3.15 E.3).
    private static func ofStudy(_ tag: Tag) -> Bool {
        tag.group == 0x0010 || tag.group == 0x0012 || tag.group == 0x0032 || tag == .TimezoneOffsetFromUTC
            || tag == .AdmittingDiagnosesDescription || tag == .StudyID
    }

    /// Attributes of the series and equipment entities (PS3.3 §C.7.3, C.7.5).
    private static let ofSeries: Set<Tag> = [
        .Manufacturer, .ManufacturerModelName, .SoftwareVersions, .ProtocolName, .PatientPosition, .Laterality,
        .FrameOfReferenceUID, .PerformedProcedureStepStartDate, .PerformedProcedureStepStartTime, .StationName,
        .InstitutionName, .DeviceSerialNumber, .MagneticFieldStrength,
    ]
}

extension Bytes {
    /// Whether the UTF-8 of `text` stands anywhere in these bytes.
    func contains(_ text: StaticString) -> Bool { range(of: text, from: 0) != nil }

    /// Where the UTF-8 of `text` stands first, from `offset` on.
    func range(of text: StaticString, from offset: Int) -> Range<Int>? {
        let length = text.utf8CodeUnitCount
        return withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, offset >= 0 else { return nil }
            var start = offset
            while start <= count - length {
                guard let found = memchr(base + start, Int32(text.utf8Start.pointee), count - length - start + 1) else {
                    return nil
                }
                start = UnsafeRawPointer(found) - base
                if memcmp(found, text.utf8Start, length) == 0 { return start..<(start + length) }
                start += 1
            }
            return nil
        }
    }
}
