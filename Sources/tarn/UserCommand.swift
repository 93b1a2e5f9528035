import ArgumentParser
import Foundation
import Lake

/// `tarn user`: who may do what.
struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Make, list and disable accounts; passwords, tokens and roles.",
        discussion: "Example:  tarn user add ada --administrator --data ./lake",
        subcommands: [Add.self, List.self, Password.self, Disable.self, Token.self, Grant.self])

    struct Account: Codable, Sendable {
        struct Membership: Codable, Sendable {
            let project: String
            let roles: [String]
        }
        let name: String
        let administrator: Bool?
        let disabled: Bool?
        let memberships: [Membership]?
    }

    struct Accounts: Decodable { let accounts: [Account] }

    /// A password from a file, from the terminal, or from standard input.
    struct PasswordOption: ParsableArguments {
        @Option(help: ArgumentHelp("Its first line is the password; otherwise it is asked for.", valueName: "file"))
        var passwordFile: String?

        func read() throws -> String {
            if let passwordFile {
                guard let data = FileManager.default.contents(atPath: passwordFile) else {
                    throw ClientError("\(passwordFile): cannot be read")
                }
                return String(String(decoding: data, as: UTF8.self).prefix { !$0.isNewline })
            }
            guard let first = Terminal.secret("Password: "), !first.isEmpty else {
                throw ClientError("no password was given")
            }
            if isatty(STDIN_FILENO) == 1 {
                guard Terminal.secret("Again: ") == first else { throw ClientError("the two do not match") }
            }
            return first
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Make an account.",
            discussion: """
                Example:  tarn user add ada --administrator --data ./lake
                          tarn user add bob --grant HEAD-CT=physician,technologist --password-file pw.txt --data ./lake
                """)

        @Argument(help: "The name to sign in with.") var name: String
        @Flag(help: "May manage accounts and projects.") var administrator = false
        @Option(help: "The person's address; a link is mailed there, and it counts when that is opened.")
        var email: String?
        @Option(help: "Roles in a project; may be repeated. PROJECT=role[,role…]") var grant: [String] = []
        @OptionGroup var password: PasswordOption
        @OptionGroup var lake: LakeOptions

        private struct Body: Encodable {
            let name: String
            let password: String
            let administrator: Bool
            let email: String?
        }

        func validate() throws {
            for text in grant {
                guard let (_, roles) = UserCommand.grant(text) else {
                    throw ValidationError("--grant wants PROJECT=role[,role…]")
                }
                try UserCommand.check(roles)
            }
        }

        func run() async throws {
            let body = Body(name: name, password: try password.read(), administrator: administrator, email: email)
            let grants = grant.compactMap(UserCommand.grant)
            try await lake.withClient { client in
                // No account is made whose roles cannot be given.
                for (project, _) in grants {
                    do { _ = try await client.send("GET", "/api/v1/projects/" + Client.escaped(project)) } catch {
                        throw ClientError("project \(project): \(error); no account was made")
                    }
                }
                _ = try await client.send("POST", "/api/v1/accounts", json: body)
                for (project, roles) in grants { try await UserCommand.give(client, name, project, roles) }
            }
            Terminal.say("account \(name) is there")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "All accounts with their roles.",
            discussion: "Example:  tarn user list --data ./lake")

        @Flag(help: "One JSON object a line.") var json = false
        @OptionGroup var lake: LakeOptions

        func run() async throws {
            let all = try await lake.withClient { try await $0.send("GET", "/api/v1/accounts").decoded(Accounts.self) }
            for account in all.accounts {
                if json {
                    try Terminal.printJSON(account)
                    continue
                }
                var words = [account.name]
                if account.administrator == true { words.append("administrator") }
                if account.disabled == true { words.append("disabled") }
                words += (account.memberships ?? []).map { "\($0.project)=\($0.roles.joined(separator: ","))" }
                Terminal.print(words.joined(separator: "  "))
            }
        }
    }

    struct Password: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "password", abstract: "Set an account's password.",
            discussion: "Example:  tarn user password ada --data ./lake")

        @Argument(help: "Whose.") var name: String
        @OptionGroup var password: PasswordOption
        @OptionGroup var lake: LakeOptions

        func run() async throws {
            let body = ["password": try password.read()]
            let name = name
            _ = try await lake.withClient {
                try await $0.send("POST", "/api/v1/accounts/\(Client.escaped(name))/password", json: body)
            }
            Terminal.say("the password of \(name) is set")
        }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "disable", abstract: "Disable an account; its sessions and tokens end.",
            discussion: "Example:  tarn user disable bob --data ./lake")

        @Argument(help: "Whose.") var name: String
        @OptionGroup var lake: LakeOptions

        func run() async throws {
            let name = name
            _ = try await lake.withClient {
                try await $0.send("POST", "/api/v1/accounts/\(Client.escaped(name))/disable")
            }
            Terminal.say("\(name) is disabled")
        }
    }

    struct Token: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "token", abstract: "Make a bearer token for scripts and DICOM clients; it is printed once.",
            discussion:
                "Example:  tarn user token bob --label scanner --project HEAD-CT --expires-days 365 --data ./lake")

        @Argument(help: "Whose rights it carries.") var name: String
        @Option(help: "What it is for.") var label: String
        @Option(help: "Only for this project.") var project: String?
        @Option(help: "Days until it ends.") var expiresDays: Int?
        @Flag(help: "As JSON.") var json = false
        @OptionGroup var lake: LakeOptions

        private struct Body: Encodable {
            let label: String
            let project: String?
            let expiresDays: Int?
        }

        private struct Made: Codable, Sendable { let token: String }

        func run() async throws {
            let body = Body(label: label, project: project, expiresDays: expiresDays)
            let name = name
            let made = try await lake.withClient {
                try await $0.send("POST", "/api/v1/accounts/\(Client.escaped(name))/tokens", json: body).decoded(
                    Made.self)
            }
            if json { try Terminal.printJSON(made) } else { Terminal.print(made.token) }
        }
    }

    struct Grant: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "grant", abstract: "Set someone's roles in a project; none ends the membership.",
            discussion: "Example:  tarn user grant bob HEAD-CT physician technologist --data ./lake")

        @Argument(help: "Who.") var name: String
        @Argument(help: "Code of the project.") var project: String
        @Argument(help: "physician annotator researcher technologist custodian auditor recipient") var roles: [String] =
            []
        @OptionGroup var lake: LakeOptions

        func validate() throws {
            guard !project.contains("=") else {
                throw ValidationError("the roles stand apart: tarn user grant \(name) PROJECT role …")
            }
            try UserCommand.check(roles)
        }

        func run() async throws {
            let (name, project, roles) = (name, project, roles)
            try await lake.withClient { try await UserCommand.give($0, name, project, roles) }
            Terminal.say("\(name) in \(project): \(roles.isEmpty ? "no roles" : roles.joined(separator: ", "))")
        }
    }

    /// Sets roles.
    static func give(_ client: Client, _ name: String, _ project: String, _ roles: [String]) async throws {
        let target = "/api/v1/projects/\(Client.escaped(project))/members/\(Client.escaped(name))"
        _ = try await client.send("PUT", target, json: ["roles": roles])
    }

    /// - Throws: wrong usage for a role that is none.
    private static func check(_ roles: [String]) throws {
        guard let wrong = roles.first(where: { Role(rawValue: $0) == nil }) else { return }
        let all = Role.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("\(wrong) is no role; roles are \(all)")
    }

    /// `PROJECT=role,role`.
    private static func grant(_ text: String) -> (project: String, roles: [String])? {
        let halves = text.split(separator: "=", maxSplits: 1)
        guard halves.count == 2 else { return nil }
        return (String(halves[0]), halves[1].split(separator: ",").map(String.init))
    }
}
