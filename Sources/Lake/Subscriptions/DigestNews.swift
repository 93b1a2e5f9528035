/// What is new in what somebody follows: counts, of what they may see at this moment. No patient, no code, no text.
struct DigestNews: Sendable {
    var studies = 0
    /// Most first.
    var modalities: [(name: String, count: Int)] = []
    var reports = 0
    var changedReports = 0
    var labelVersions = 0
    var labelTags = 0

    var isEmpty: Bool { studies + reports + changedReports + labelVersions + labelTags == 0 }

    /// One line for each kind of news.
    var lines: [String] {
        let names = modalities.map { "\($0.name) \($0.count)" }.joined(separator: ", ")
        return [
            (studies, "new study", "new studies", names.isEmpty ? "" : ": \(names)"),
            (reports, "new report", "new reports", ""),
            (changedReports, "changed report", "changed reports", ""),
            (labelVersions, "new version of labels", "new versions of labels", ""),
            (labelTags, "new tag of labels", "new tags of labels", ""),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.0 == 1 ? $0.1 : $0.2)\($0.3)" }
    }
}
