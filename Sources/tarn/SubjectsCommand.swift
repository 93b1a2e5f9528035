import ArgumentParser
import Foundation

/// `tarn subjects`: which subjects are one patient.
struct SubjectsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subjects",
        abstract: "Merge and split subjects, take merges back, and see what may be one.",
        discussion: """
            Example:  tarn subjects merge 7KQ2-M5XW 9ABC-DEFG --project HEAD-CT --reason "two numbers" --data ./lake
                      tarn subjects split 9ABC-DEFG 2.25.4711 --project HEAD-CT --reason "shared number" --data ./lake
                      tarn subjects undo 3 --reason "they are two" --data ./lake
            """,
        subcommands: [Merge.self, Split.self, Undo.self, Apart.self, List.self, Suggestions.self],
        defaultSubcommand: List.self)

    /// A version as the API gives it.
    struct Change: Codable, Sendable {
        let id: Int64
        let project: String
        let kind: String
        let subject: String?
        let other: String?
        let studies: Int
        let undoes: Int64?
        let canBeUndone: Bool
        let by: String
        let at: String
        let reason: String

        func say(json: Bool) throws {
            if json { return try Terminal.printJSON(self) }
            let (one, two) = (subject ?? "(erased)", other ?? "(erased)")
            let words =
                switch kind {
                case "merge": "\(one) was merged into \(two)"
                case "split": "\(one) was taken out of \(two)\(undoes.map { ", which takes \($0) back" } ?? "")"
                default: "\(one) and \(two) are two"
                }
            Terminal.print("\(id)  \(project)  \(at)  \(by)  \(words)  \(studies) studies  \(reason)")
        }
    }

    /// What every change is given with, and how it is made.
    struct ChangeOptions: ParsableArguments {
        @Option(help: "Why; it is kept. Name nobody.") var reason: String
        @Flag(help: "The version as JSON on standard output.") var json = false
        @OptionGroup var lake: LakeOptions

        fileprivate func send(_ path: String, _ complete: (inout Body) -> Void) async throws {
            var body = Body(reason: reason)
            complete(&body)
            let change = try await lake.withClient { [body] in
                try await $0.send("POST", path, json: body).decoded(Change.self)
            }
            try change.say(json: json)
        }
    }

    struct Merge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "merge",
            abstract: "Make two subjects one.",
            discussion: "Example:  tarn subjects merge 7KQ2-M5XW 9ABC-DEFG --project HEAD-CT --reason \"two numbers\"")

        @Argument(help: "Code that goes.") var subject: String
        @Argument(help: "Code that stays.") var into: String
        @Option(help: "Code of the project.") var project: String
        @OptionGroup var options: ChangeOptions

        func run() async throws {
            try await options.send(SubjectsCommand.path(project, subject, "merge")) { $0.into = into }
        }
    }

    struct Split: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "split",
            abstract: "Take studies out of a subject: they become a new one.",
            discussion: "Example:  tarn subjects split 9ABC-DEFG 2.25.4711 --project HEAD-CT --reason \"shared number\""
        )

        @Argument(help: "The subject's code.") var subject: String
        @Argument(help: ArgumentHelp("Study Instance UIDs.", valueName: "study")) var studies: [String]
        @Option(help: "Code of the project.") var project: String
        @OptionGroup var options: ChangeOptions

        func run() async throws {
            try await options.send(SubjectsCommand.path(project, subject, "split")) { $0.studies = studies }
        }
    }

    struct Undo: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "undo",
            abstract: "Take a merge back.", discussion: "Example:  tarn subjects undo 3 --reason \"they are two\"")

        @Argument(help: "Number of the merge, from `tarn subjects list`.") var id: Int64
        @OptionGroup var options: ChangeOptions

        func run() async throws {
            try await options.send("/api/v1/subject-changes/\(id)/undo") { _ in }
        }
    }

    struct Apart: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "apart",
            abstract: "Say that two subjects are two patients: they are suggested no more.",
            discussion: "Example:  tarn subjects apart 7KQ2-M5XW 9ABC-DEFG --project HEAD-CT --reason twins")

        @Argument(help: "Code of one.") var subject: String
        @Argument(help: "Code of the other.") var other: String
        @Option(help: "Code of the project.") var project: String
        @OptionGroup var options: ChangeOptions

        func run() async throws {
            try await options.send(SubjectsCommand.path(project, subject, "apart")) { $0.other = other }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "What was merged and split, newest first.",
            discussion: "Example:  tarn subjects list --data ./lake")

        @Option(help: "Only of this project.") var project: String?
        @Flag(help: "One JSON object a line.") var json = false
        @OptionGroup var lake: LakeOptions

        func run() async throws {
            struct Changes: Decodable { let changes: [Change] }
            let query = project.map { "?project=" + Client.escaped($0) } ?? ""
            let all = try await lake.withClient {
                try await $0.send("GET", "/api/v1/subject-changes" + query).decoded(Changes.self)
            }
            for change in all.changes { try change.say(json: json) }
            if all.changes.isEmpty, !json { Terminal.say("nothing was merged or split") }
        }
    }

    struct Suggestions: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "suggestions",
            abstract: "Subjects that share name, birth date and sex. Needs identity.read: a token of a person.",
            discussion: "Example:  tarn subjects suggestions --server https://lake.example.org")

        @Option(help: "Only of this project.") var project: String?
        @Flag(help: "One JSON object a line.") var json = false
        @OptionGroup var lake: LakeOptions

        private struct Suggestion: Codable, Sendable {
            struct Subject: Codable, Sendable {
                let code: String
                let studies: Int
            }
            let project: String
            let subjects: [Subject]
        }

        func run() async throws {
            struct Suggestions: Decodable { let suggestions: [Suggestion] }
            let query = project.map { "?project=" + Client.escaped($0) } ?? ""
            let all = try await lake.withClient {
                try await $0.send("GET", "/api/v1/subject-suggestions" + query).decoded(Suggestions.self)
            }
            for suggestion in all.suggestions {
                if json {
                    try Terminal.printJSON(suggestion)
                } else {
                    let codes = suggestion.subjects.map { "\($0.code) (\($0.studies) studies)" }
                    Terminal.print("\(suggestion.project)  " + codes.joined(separator: "  "))
                }
            }
            if all.suggestions.isEmpty, !json { Terminal.say("nobody looks like somebody else") }
        }
    }

    fileprivate struct Body: Encodable, Sendable {
        let reason: String
        var into: String?
        var other: String?
        var studies: [String]?
    }

    fileprivate static func path(_ project: String, _ subject: String, _ what: String) -> String {
        "/api/v1/subjects/\(Client.escaped(project))/\(Client.escaped(subject))/\(what)"
    }
}
