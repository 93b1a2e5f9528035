import ArgumentParser
import Foundation

/// What `tarn erase` and `tarn anonymise` have in common: they destroy for good, and so ask twice and want a reason.
struct DestructionOptions: ParsableArguments {
    @Argument(help: "The subject's code, as the list of studies shows it.")
    var subject: String

    @Option(help: "Code of the project.")
    var project: String

    @Option(help: "Why; it is kept. Name nobody.")
    var reason: String

    @Flag(help: "Do not ask.")
    var yes = false

    @Flag(help: "What was done as JSON on standard output.")
    var json = false

    @OptionGroup var lake: LakeOptions

    /// What is left to do, as the API says it of both.
    struct Progress: Codable, Sendable {
        let state: String
        let unswept: [String]

        fileprivate func say() {
            if state != "done" {
                Terminal.print("what is left (\(state)) is done by the server, or by giving this command again")
            }
            for table in unswept {
                Terminal.print(
                    "the table \(table) is too large to be written anew at once: see Docs/Operations/keys.md")
            }
        }
    }

    /// Asks, has it done, and says what was done.
    /// - Parameters:
    ///   - question: what this destroys.
    ///   - path: of the API; the subject's where `nil`.
    ///   - describe: what there is to say beside what is left to do.
    func run<Done: Codable & Sendable>(
        _ action: String, path: String? = nil, question: String, _ describe: (Done) -> [String]
    ) async throws {
        if !yes { try confirm(question) }
        let subjectPath = "/api/v1/subjects/\(Client.escaped(project))/\(Client.escaped(subject))/\(action)"
        let body = ["reason": reason, "confirm": subject]
        let answer = try await lake.withClient { client in
            try await client.send("POST", path ?? subjectPath, json: body)
        }
        let done = try answer.decoded(Done.self)
        if json { return try Terminal.printJSON(done) }
        for line in describe(done) { Terminal.print(line) }
        try answer.decoded(Progress.self).say()
    }

    private func confirm(_ question: String) throws {
        guard isatty(STDIN_FILENO) != 0 else {
            throw ValidationError("nobody can be asked whether this is meant: add --yes")
        }
        Terminal.say("\(question) To go on, type the subject's code once more:")
        guard readLine()?.trimmingCharacters(in: .whitespaces) == subject else {
            throw ClientError("nothing was changed")
        }
    }
}
