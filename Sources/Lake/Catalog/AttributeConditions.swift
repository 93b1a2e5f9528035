internal import DICOM

/// The attributes that can be matched, and how each is put to the database.
struct AttributeConditions {
    private enum Kind {
        /// One of several UIDs or codes.
        case list
        /// Text with wildcards, in any case.
        case text
        case date, time, number
        /// Member of an array column.
        case member
        /// The code of a subject: a table of its own.
        case subject
        /// De-identification leaves it empty: a value matches nothing (PS3.15 Annex E).
        case empty
    }

    private static let study: [Tag: (Kind, String)] = [
        .StudyInstanceUID: (.list, "s.uid"), .StudyDate: (.date, "s.study_date"), .StudyTime: (.time, "s.study_time"),
        .StudyDescription: (.text, "s.description"), .StudyID: (.text, "s.study_id"),
        .PatientID: (.subject, ""), .PatientName: (.subject, ""), .PatientSex: (.list, "s.sex"),
        .ModalitiesInStudy: (.member, "s.modalities"), .Modality: (.member, "s.modalities"),
        .BodyPartExamined: (.member, "s.body_parts"), .NumberOfStudyRelatedSeries: (.number, "s.series_count"),
        .NumberOfStudyRelatedInstances: (.number, "s.instance_count"), .AccessionNumber: (.empty, ""),
        .ReferringPhysicianName: (.empty, ""), .PatientBirthDate: (.empty, ""), .IssuerOfPatientID: (.empty, ""),
        .OtherPatientIDs: (.empty, ""),
    ]

    private static let series: [Tag: (Kind, String)] = [
        .SeriesInstanceUID: (.list, "r.uid"), .Modality: (.list, "r.modality"),
        .SeriesDescription: (.text, "r.description"), .SeriesNumber: (.number, "r.number"),
        .BodyPartExamined: (.list, "r.body_part"), .SeriesDate: (.date, "r.series_date"),
        .SeriesTime: (.time, "r.series_time"), .NumberOfSeriesRelatedInstances: (.number, "r.instance_count"),
    ]

    private static let instance: [Tag: (Kind, String)] = [
        .SOPInstanceUID: (.list, "i.uid"), .SOPClassUID: (.list, "i.sop_class"), .InstanceNumber: (.number, "i.number"),
        .Rows: (.number, "i.rows"), .Columns: (.number, "i.columns"), .NumberOfFrames: (.number, "i.frames"),
        .AvailableTransferSyntaxUID: (.list, "i.transfer_syntax"),
    ]

    /// Keys that were not used, since the level does not have them.
    private(set) var unused: [Tag] = []
    /// Whether one study or instance at most can match.
    private(set) var isByUID = false

    /// Adds what `query` wants matched to `conditions`.
    /// - Throws: `.invalid` for a date, time or number that is none.
    init(_ query: AttributeQuery, visible: String, _ conditions: inout Conditions) throws(LakeError) {
        var table = Self.study
        if query.level != .studies { table.merge(Self.series) { $1 } }
        if query.level == .instances { table.merge(Self.instance) { $1 } }
        for (tag, value) in query.matches.sorted(by: { $0.key < $1.key }) {
            guard value.utf8.count <= 65_536, !value.utf8.contains(0) else {
                throw LakeError(.invalid, "the value to match for \(tag) is too long or no text")
            }
            guard let (kind, column) = table[tag] else {
                unused.append(tag)
                continue
            }
            try Self.add(kind, column, value, tag, visible, &conditions)
            if [.StudyInstanceUID, .SeriesInstanceUID, .SOPInstanceUID].contains(tag) { isByUID = true }
        }
    }

    private static func add(
        _ kind: Kind, _ column: String, _ value: String, _ tag: Tag, _ visible: String, _ conditions: inout Conditions
    ) throws(LakeError) {
        switch kind {
        case .list:
            if isPattern(value) {
                conditions.add("\(column) LIKE %::text", pattern(value))
            } else {
                let values = list(value)
                if values.count == 1 {
                    conditions.add("\(column) = %", values[0])
                } else {
                    conditions.add("\(column) = ANY(%::text[])", values)
                }
            }
        case .text: conditions.add(column, like: pattern(value))
        case .member:
            let values = list(value).map { $0.uppercased() }
            conditions.add(values.count == 1 ? "\(column) @> %::text[]" : "\(column) && %::text[]", values)
        case .subject:
            // A name is the code too; matching of names ignores case and empty components behind (PS3.4 §C.2.2.2.1).
            // "=" ends no name here: it can be the check character of a code.
            let name = String(value.prefix { $0 != "^" }).trimmingBlanks.uppercased()
            let isPattern = isPattern(name)
            conditions.isSelective = conditions.isSelective || !isPattern
            conditions.add(
                """
                s.subject_id = ANY(ARRAY(SELECT coalesce(merged_into, id) FROM subject WHERE code \(isPattern ? "LIKE" : "=") %::text
                    AND project_id = ANY(\(visible)::bigint[])))
                """, isPattern ? pattern(name) : name)
        case .number:
            guard let number = Int32(value.trimmingBlanks) else {
                throw LakeError(.invalid, "\(tag) is matched with a number")
            }
            conditions.add("\(column) = %::bigint", Int(number))
        case .date: try addDate(column, value, tag, &conditions)
        case .time: try addTime(column, value, tag, &conditions)
        case .empty: conditions.add("false")
        }
    }

    private static func addDate(
        _ column: String, _ value: String, _ tag: Tag, _ conditions: inout Conditions
    ) throws(LakeError) {
        func day(_ text: Substring) throws(LakeError) -> String {
            let digits = text.filter { $0 != "." }
            let date = "\(digits.prefix(4))-\(digits.dropFirst(4).prefix(2))-\(digits.dropFirst(6))"
            guard digits.utf8.count == 8, StudyFilter.dashless(date) != nil else {
                throw LakeError(.invalid, "\(tag) is matched with YYYYMMDD or a range of it")
            }
            return date
        }
        // The list's index is on list_date, which has a day for studies without one.
        let column = column == "s.study_date" ? "s.list_date" : column
        let bounds = value.trimmingBlanks.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let isOrdered = column == "s.list_date"
        if bounds.count == 1 {
            conditions.add("\(column) = %::date", try day(bounds[0]), isOrdered: isOrdered)
        } else {
            guard bounds.contains(where: { !$0.isEmpty }) else {
                throw LakeError(.invalid, "\(tag) has an empty range")
            }
            if !bounds[0].isEmpty { conditions.add("\(column) >= %::date", try day(bounds[0]), isOrdered: isOrdered) }
            if !bounds[1].isEmpty { conditions.add("\(column) <= %::date", try day(bounds[1]), isOrdered: isOrdered) }
        }
        if isOrdered { conditions.add("s.list_date > '0001-01-01'", isOrdered: true) }
    }

    private static func addTime(
        _ column: String, _ value: String, _ tag: Tag, _ conditions: inout Conditions
    ) throws(LakeError) {
        let bounds = value.trimmingBlanks.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map {
            $0.filter { $0 != ":" }
        }
        guard bounds.contains(where: { !$0.isEmpty }),
            bounds.allSatisfy({ $0.utf8.count <= 16 && $0.utf8.allSatisfy { (48...57).contains($0) || $0 == 46 } })
        else { throw LakeError(.invalid, "\(tag) is matched with HHMMSS or a range of it") }
        // A time that is given to the minute means the whole minute: compared in the digits that were given.
        func add(_ comparison: String, _ bound: String) {
            conditions.add(
                "\(column) <> '' AND rpad(left(\(column), \(bound.utf8.count)), \(bound.utf8.count), '0') \(comparison) %::text",
                bound)
        }
        if bounds.count == 1 { return add("=", bounds[0]) }
        if !bounds[0].isEmpty { add(">=", bounds[0]) }
        if !bounds[1].isEmpty { add("<=", bounds[1]) }
    }

    private static func list(_ value: String) -> [String] {
        value.split(whereSeparator: { $0 == "\\" || $0 == "," }).map { String($0).trimmingBlanks }
    }

    private static func isPattern(_ value: some StringProtocol) -> Bool { value.contains { $0 == "*" || $0 == "?" } }

    /// `*` and `?` as LIKE writes them (PS3.4 §C.2.2.2.4).
    private static func pattern(_ value: some StringProtocol) -> String {
        Conditions.escaped(value).replacing("*", with: "%").replacing("?", with: "_")
    }
}

extension String {
    var trimmingBlanks: String {
        var text = self[...].drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
