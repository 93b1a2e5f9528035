import ByteIO
import Foundation
import Lake
import Logging
import Vault

/// `--demo`: project DEMO, one account a role, studies that were never anyone's.
struct Demonstration {
    static let project = "DEMO"
    private static let roles = [
        "physician", "annotator", "researcher", "technologist", "custodian", "auditor", "recipient", "administrator",
    ]

    private struct Account: Encodable {
        let name: String
        let password: String
        let administrator: Bool
    }

    /// What there is to say about the accounts, and the task that loads the studies.
    struct Beginning {
        let words: String
        let loading: Task<Void, Never>
    }

    /// Makes what is not there, and loads the studies in the background.
    /// - Parameter directory: as the user named it, for what is said.
    static func begin(
        _ instance: Instance, from paths: [String], directory: String, log: Logger
    ) async throws -> Beginning {
        let client = Client(server: instance.server)
        do {
            _ = try await client.send("POST", "/api/v1/projects", json: ["code": project, "name": "Demonstration"])
        } catch let error as ClientError where error.status == 409 {
            let words = """
                The demo accounts (demo-physician, …) were made before and keep their passwords. To set a new one:
                  tarn user password demo-physician --data \(directory)
                """
            // What an interrupted start did not load; what is there already stays as it is.
            return Beginning(words: words, loading: load(instance.server, paths, log))
        }
        var lines = [
            "Sign in as one of these; the passwords are shown this once:", "", line("account", "password", "role"),
        ]
        for role in roles {
            let account = Account(name: "demo-" + role, password: passphrase(), administrator: role == "administrator")
            _ = try await client.send("POST", "/api/v1/accounts", json: account)
            if !account.administrator { try await UserCommand.give(client, account.name, project, [role]) }
            lines.append(
                line(account.name, account.password, account.administrator ? role : "\(role) in project \(project)"))
        }
        lines += ["", "Made-up studies are being loaded."]
        return Beginning(
            words: lines.joined(separator: "\n"), loading: load(instance.server, paths, log))
    }

    private static func line(_ account: String, _ password: String, _ role: String) -> String {
        let columns = [account, password].map { $0.padding(toLength: 22, withPad: " ", startingAt: 0) }
        return "  " + columns.joined() + role
    }

    /// 80 random bits in groups that can be typed.
    private static func passphrase() -> String {
        let letters = Array("abcdefghjkmnpqrstuvwxyz23456789")
        let bytes = SecureRandom.bytes(16).array
        return stride(from: 0, to: 16, by: 4).map { start in
            String(bytes[start..<(start + 4)].map { letters[Int($0) % letters.count] })
        }.joined(separator: "-")
    }

    /// Hands the studies in, as any client does.
    private static func load(_ server: Server, _ paths: [String], _ log: Logger) -> Task<Void, Never> {
        Task {
            do {
                let queue = UploadQueue { outcome in
                    if outcome.verdict == "rejected" {
                        log.warning("a demo file was rejected: \(outcome.reason ?? "")")
                    }
                }
                try await Client.onThread {
                    let feeder = Thread {
                        enumerate { queue.add($0) }
                        InputFile.enumerate(paths) { queue.add($0) }
                        queue.complete()
                    }
                    feeder.stackSize = 8 << 20
                    feeder.start()
                    try UploadConnection(server, project: project, upload: UUID().uuidString.lowercased(), queue: queue)
                        .run()
                }
                let counts = queue.summary.counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
                if !counts.isEmpty { Terminal.say("Studies are loaded: \(counts.joined(separator: ", ")) instances.") }
            } catch {
                log.error("demo studies could not be loaded: \(error)")
            }
        }
    }

    private static func enumerate(_ body: (InputFile) -> Void) {
        for instance in DemoStudies.instances() {
            let name = "demo/\(instance.study)/\(instance.series)/\(instance.number).dcm"
            body(InputFile(name: name, place: .generated { try instance.encoded() }))
        }
    }
}
