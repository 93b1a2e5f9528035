import ArgumentParser

/// `tarn anonymise`: destroys for good what says who a patient is; the images stay.
struct AnonymiseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "anonymise",
        abstract: "Destroy the identity of a subject, or of one study, for good; the images stay.",
        discussion: """
            Example:  tarn anonymise 7KQ2M5XW --project HEAD-CT --reason "project ends" --data ./lake
            Keys, records and patches go: no original can be rebuilt, by nobody, and nothing can be added. Retention
            rules and legal holds forbid it, and held images have to be decided on first. With --study only that study
            loses its identity; other studies of the subject keep theirs, and tell whose it is. A command that was cut
            off is given again. Backups are not reached: see Docs/Operations/subjects.md.
            """)

    @Option(help: ArgumentHelp("Only this study of the subject.", valueName: "uid"))
    var study: String?

    @OptionGroup var options: DestructionOptions

    /// What was done, as the API gives it.
    struct Anonymisation: Codable, Sendable {
        struct Counts: Codable, Sendable {
            let studies: Int
            let instances: Int
            let removed: Int
            let reports: Int
            let blobs: Int
            let bytes: Int64
            let others: Int
        }
        let id: Int64
        let project: String
        let subject: String?
        let study: String?
        let by: String
        let at: String
        let reason: String
        let counts: Counts
        let state: String
        let unswept: [String]
    }

    func run() async throws {
        let whose = study == nil ? "subject \(options.subject)" : "the patient of this study"
        try await options.run(
            "anonymise", path: study.map { "/api/v1/studies/\(Client.escaped($0))/anonymise" },
            question: "This destroys who \(whose) of \(options.project) is, for good."
        ) { (done: Anonymisation) in
            let counts = done.counts
            let others =
                "\(counts.others) other studies of this subject keep their identity: who may read it knows whose these "
                + "images are"
            return [
                "the identity of \(counts.studies) studies was destroyed on \(done.at): \(counts.instances) images stay, "
                    + "\(counts.removed) refused or in conflict went; \(Terminal.size(counts.bytes)) of patches; "
                    + "anonymisation \(done.id)"
            ] + (counts.others > 0 ? [others] : [])
        }
    }
}
