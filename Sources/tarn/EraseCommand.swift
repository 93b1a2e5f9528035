import ArgumentParser

/// `tarn erase`: forgets a patient.
struct EraseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase",
        abstract: "Erase a subject for good: keys, images, held and conflicting files, reports, labels, copies.",
        discussion: """
            Example:  tarn erase 7KQ2M5XW --project HEAD-CT --reason "consent withdrawn" --data ./lake
            Nothing brings a subject back. Retention rules and legal holds forbid it, and say until when. A command that
            was cut off is given again. Backups are not reached: see Docs/Operations/keys.md.
            """)

    @OptionGroup var options: DestructionOptions

    /// The tombstone as the API gives it.
    struct Tombstone: Codable, Sendable {
        struct Counts: Codable, Sendable {
            let studies: Int
            let instances: Int
            let held: Int
            let conflicts: Int
            let reports: Int
            let labelCommits: Int
            let exports: Int
            let blobs: Int
            let bytes: Int64
        }
        let id: Int64
        let project: String
        let by: String
        let at: String
        let reason: String
        let counts: Counts
        let state: String
        let unswept: [String]
    }

    func run() async throws {
        try await options.run(
            "erase", question: "This erases subject \(options.subject) of \(options.project) for good."
        ) { (stone: Tombstone) in
            let counts = stone.counts
            let exports = "\(counts.exports) exports held some of it: who downloaded them has to delete it"
            return [
                "erased on \(stone.at): \(counts.studies) studies, \(counts.instances) instances, \(counts.held) held, "
                    + "\(counts.conflicts) in conflict, \(counts.reports) reports; \(Terminal.size(counts.bytes)); "
                    + "tombstone \(stone.id)"
            ] + (counts.exports > 0 ? [exports] : [])
        }
    }
}
