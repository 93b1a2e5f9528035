import ArgumentParser
import Foundation

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

    @Argument(help: "The subject's code, as the list of studies shows it.")
    var subject: String

    @Option(help: "Code of the project.")
    var project: String

    @Option(help: "Why; kept with the tombstone. Name nobody.")
    var reason: String

    @Flag(help: "Do not ask.")
    var yes = false

    @Flag(help: "The tombstone as JSON on standard output.")
    var json = false

    @OptionGroup var lake: LakeOptions

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
        if !yes { try confirm() }
        let path = "/api/v1/subjects/\(Client.escaped(project))/\(Client.escaped(subject))/erase"
        let body = ["reason": reason, "confirm": subject]
        let tombstone = try await lake.withClient { client in
            try await client.send("POST", path, json: body).decoded(Tombstone.self)
        }
        if json {
            try Terminal.printJSON(tombstone)
            return
        }
        let counts = tombstone.counts
        Terminal.print(
            "erased on \(tombstone.at): \(counts.studies) studies, \(counts.instances) instances, \(counts.held) held, "
                + "\(counts.conflicts) in conflict, \(counts.reports) reports; \(Terminal.size(counts.bytes)); "
                + "tombstone \(tombstone.id)")
        if counts.exports > 0 {
            Terminal.print("\(counts.exports) exports held some of it: who downloaded them has to delete it")
        }
        if tombstone.state != "done" {
            Terminal.print("what is left (\(tombstone.state)) is done by the server, or by giving this command again")
        }
        for table in tombstone.unswept {
            Terminal.print("the table \(table) is too large to be written anew at once: see Docs/Operations/keys.md")
        }
    }

    private func confirm() throws {
        guard isatty(STDIN_FILENO) != 0 else {
            throw ValidationError("nobody can be asked whether this is meant: add --yes")
        }
        Terminal.say("This erases subject \(subject) of \(project) for good. To go on, type the code once more:")
        guard readLine()?.trimmingCharacters(in: .whitespaces) == subject else {
            throw ClientError("nothing was erased")
        }
    }
}
