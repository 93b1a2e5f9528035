import ArgumentParser
import Foundation

/// The profiles of projects: looked at and put in force.
extension ProfileCommand {
    private struct State: Decodable, Sendable {
        let version: Int
        let document: String
        let versions: [Version]
    }

    struct Version: Codable, Sendable {
        let version: Int
        let note: String
        let author: String
        let at: String
        let instances: Int
    }

    private static func path(_ project: String) -> String { "/api/v1/projects/\(Client.escaped(project))/profile" }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Print a project's profile, or the list of its versions.",
            discussion: "Example:  tarn profile show HEAD-CT --data ./lake > ours.json")

        @Argument(help: "Code of the project.") var project: String
        @Flag(help: "The versions, one JSON object a line.") var versions = false
        @OptionGroup var lake: LakeOptions

        func run() async throws {
            let path = ProfileCommand.path(project)
            let state = try await lake.withClient { try await $0.send("GET", path).decoded(State.self) }
            guard versions else {
                return Terminal.print(state.document.trimmingCharacters(in: .newlines))
            }
            for version in state.versions { try Terminal.printJSON(version) }
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set", abstract: "Put a profile in force, as a new version, for what comes in from now on.",
            discussion: """
                Example:  tarn profile set HEAD-CT ours.json --note "protocol names stay" --data ./lake
                What is there already stays as it is.
                """)

        @Argument(help: "Code of the project.") var project: String
        @Argument(help: "The profile, JSON.", completion: .file()) var file: String
        @Option(help: "What changed, and why.") var note = ""
        @OptionGroup var lake: LakeOptions

        func run() async throws {
            _ = try ProfileCommand.profile(in: file)
            let path = ProfileCommand.path(project)
            let body = ["document": try String(contentsOfFile: file, encoding: .utf8), "note": note]
            let version = try await lake.withClient { client in
                let seen = try await client.send("GET", path).decoded(State.self).version
                return try await client.send("PUT", path, json: body, headers: ["If-Match: \"\(seen)\""])
                    .decoded(State.self).version
            }
            Terminal.say("project \(project): version \(version) of the profile is in force")
        }
    }
}
