import ByteIO
import Foundation
import Lake
import Logging
import Vault

/// `--demo`: project DEMO, one account a role, studies that were never anyone's.
struct Demonstration {
    static let project = "DEMO"
    private static let roles = ["physician", "annotator", "researcher", "technologist", "custodian", "auditor"]

    private struct Account: Encodable {
        let name: String
        let password: String
        let administrator: Bool
    }

    /// Makes what is not there, says the passwords once, and loads the studies in the background.
    static func begin(_ instance: Instance, from paths: [String], log: Logger) async throws -> Task<Void, Never> {
        let client = Client(server: instance.server)
        do {
            _ = try await client.send("POST", "/api/v1/projects", json: ["code": project, "name": "Demonstration"])
        } catch let error as ClientError where error.status == 409 {
            Terminal.say("Project \(project) is there already; its accounts keep their passwords.")
            return load(instance.server, generated: false, paths, log)
        }
        var lines: [String] = []
        for role in roles + ["administrator"] {
            let password = passphrase()
            let account = Account(name: "demo-" + role, password: password, administrator: role == "administrator")
            _ = try await client.send("POST", "/api/v1/accounts", json: account)
            // Who tries the pages out wants to see images after an upload, and to look at what is held.
            let given = role == "technologist" ? [role, "annotator"] : role == "administrator" ? [] : [role]
            if !given.isEmpty { try await UserCommand.give(client, account.name, project, given) }
            lines.append("  \(account.name.padding(toLength: 20, withPad: " ", startingAt: 0)) \(password)")
        }
        Terminal.say("Demo accounts, shown this once:\n" + lines.joined(separator: "\n"))
        return load(instance.server, generated: true, paths, log)
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
    private static func load(_ server: Server, generated: Bool, _ paths: [String], _ log: Logger) -> Task<Void, Never> {
        Task {
            do {
                let queue = UploadQueue { outcome in
                    if outcome.verdict == "rejected" {
                        log.warning("a demo file was rejected: \(outcome.reason ?? "")")
                    }
                }
                try await Client.onThread {
                    let feeder = Thread {
                        if generated { enumerate { queue.add($0) } }
                        InputFile.enumerate(paths) { queue.add($0) }
                        queue.complete()
                    }
                    feeder.stackSize = 8 << 20
                    feeder.start()
                    try UploadConnection(server, project: project, queue: queue).run()
                }
                let counts = queue.summary.counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
                log.info("demo studies are loaded: \(counts.joined(separator: ", "))")
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
