import ArgumentParser
import Foundation

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

    @Argument(help: "The subject's code, as the list of studies shows it.")
    var subject: String

    @Option(help: "Code of the project.")
    var project: String

    @Option(help: ArgumentHelp("Only this study of the subject.", valueName: "uid"))
    var study: String?

    @Option(help: "Why; it is kept. Name nobody.")
    var reason: String

    @Flag(help: "Do not ask.")
    var yes = false

    @Flag(help: "What was done as JSON on standard output.")
    var json = false

    @OptionGroup var lake: LakeOptions

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
        if !yes { try confirm() }
        let path =
            study.map { "/api/v1/studies/\(Client.escaped($0))/anonymise" }
            ?? "/api/v1/subjects/\(Client.escaped(project))/\(Client.escaped(subject))/anonymise"
        let body = ["reason": reason, "confirm": subject]
        let done = try await lake.withClient { client in
            try await client.send("POST", path, json: body).decoded(Anonymisation.self)
        }
        if json {
            try Terminal.printJSON(done)
            return
        }
        Terminal.print(
            "the identity of \(done.counts.studies) studies was destroyed on \(done.at): \(done.counts.instances) images "
                + "stay, \(done.counts.removed) refused or in conflict went; \(Terminal.size(done.counts.bytes)) of "
                + "patches; anonymisation \(done.id)")
        if done.counts.others > 0 {
            Terminal.print(
                "\(done.counts.others) other studies of this subject keep their identity: who may read it knows whose "
                    + "these images are")
        }
        if done.state != "done" {
            Terminal.print("what is left (\(done.state)) is done by the server, or by giving this command again")
        }
        for table in done.unswept {
            Terminal.print("the table \(table) is too large to be written anew at once: see Docs/Operations/keys.md")
        }
    }

    private func confirm() throws {
        guard isatty(STDIN_FILENO) != 0 else {
            throw ValidationError("nobody can be asked whether this is meant: add --yes")
        }
        Terminal.say(
            "This destroys who \(study == nil ? "subject \(subject)" : "the patient of this study") of \(project) is, for "
                + "good. To go on, type the subject's code once more:")
        guard readLine()?.trimmingCharacters(in: .whitespaces) == subject else {
            throw ClientError("nothing was changed")
        }
    }
}
