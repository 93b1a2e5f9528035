/// Table E.3.4-1 of PS3.15: what happens to a content item of a structured report, by its concept name.
enum StructuredContent {
    struct Concept {
        let basic: UInt8
        /// K, C or - for: UIDs, device, institution, patient characteristics, full dates, modified dates, descriptors.
        let cells: [UInt8]
    }

    enum Action { case keep, clean, dummy, remove }

    private static let columns: [Profile.Option] = [
        .retainUIDs, .retainDeviceIdentity, .retainInstitutionIdentity, .retainPatientCharacteristics,
        .retainLongFullDates, .retainLongModifiedDates, .cleanDescriptors,
    ]

    private static let table: [String: Concept] = {
        var table: [String: Concept] = [:]
        for line in rows.split(separator: "\n") {
            let fields = line.split(separator: "|", omittingEmptySubsequences: false)
            guard fields.count == 5, let basic = fields[3].utf8.last else { continue }
            // Without a table of Types, X/D is read as D: an item that may be mandatory stays, with a dummy.
            table["\(fields[0])|\(fields[1])|\(fields[2])"] = Concept(basic: basic, cells: Array(fields[4].utf8))
        }
        return table
    }()

    /// What is done with a content item; `.clean` where the table does not know its concept name.
    static func action(code: String, scheme: String, valueType: String, profile: Profile) -> Action {
        guard let concept = table["\(code)|\(scheme)|\(valueType)"] else { return .clean }
        // A text that must stay is cleaned: what is left of it serves as the dummy better than a constant.
        var action: Action = concept.basic == UInt8(ascii: "X") ? .remove : valueType == "TEXT" ? .clean : .dummy
        for (option, cell) in zip(columns, concept.cells) where profile.has(option) {
            if cell == UInt8(ascii: "K") { return .keep }
            if cell == UInt8(ascii: "C") { action = .clean }
        }
        return action
    }
}
