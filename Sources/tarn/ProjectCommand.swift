import ArgumentParser

/// `tarn project`: what data belongs to.
struct ProjectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "project",
        abstract: "Make and list projects.",
        discussion: "Example:  tarn project add HEAD-CT \"Head CT study\" --data ./lake",
        subcommands: [Add.self, List.self])

    struct Project: Codable, Sendable {
        let code: String
        let name: String
    }

    struct Projects: Decodable { let projects: [Project] }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Make a project; its pseudonym secret is drawn now and stays.",
            discussion: "Example:  tarn project add HEAD-CT \"Head CT study\" --data ./lake")

        @Argument(help: "Short, for addresses and commands: letters, digits and hyphens.") var code: String
        @Argument(help: "For people.") var name: String?
        @Flag(help: "The project as JSON.") var json = false
        @OptionGroup var lake: LakeOptions

        func run() async throws {
            let body = ["code": code, "name": name ?? code]
            let project = try await lake.withClient {
                try await $0.send("POST", "/api/v1/projects", json: body).decoded(Project.self)
            }
            if json { try Terminal.printJSON(project) } else { Terminal.say("project \(project.code) is there") }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "All projects.", discussion: "Example:  tarn project list --data ./lake")

        @Flag(help: "One JSON object a line.") var json = false
        @OptionGroup var lake: LakeOptions

        func run() async throws {
            let all = try await lake.withClient { try await $0.send("GET", "/api/v1/projects").decoded(Projects.self) }
            for project in all.projects {
                if json { try Terminal.printJSON(project) } else { Terminal.print("\(project.code)  \(project.name)") }
            }
        }
    }
}
