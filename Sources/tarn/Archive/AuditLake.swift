import ArgumentParser
import ByteIO
import Foundation
import TransparencyLog
import Vault

extension AuditCommand {
    /// The log's verifier key.
    struct Key: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "key", abstract: "Print the key that checkpoints of this lake verify by.",
            discussion: """
                It never changes. Keep it outside the hospital, beside a checkpoint.

                Example:  tarn audit key --data ./lake > hospital.vkey
                """)

        @OptionGroup var lake: LakeOptions

        func run() async throws {
            let text = try await lake.withClient { try await $0.send("GET", "/api/v1/ledger/key").body }
            Terminal.print(String(decoding: text, as: UTF8.self).trimmingCharacters(in: .newlines))
        }
    }

    /// The newest checkpoint.
    struct Newest: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "checkpoint",
            abstract: "Print the newest checkpoint: a signed note over everything so far.",
            discussion: """
                Whoever keeps it can prove later that nothing before it was changed: tarn audit verify --expect.

                Example:  tarn audit checkpoint --data ./lake > 2026-11.checkpoint
                """)

        @OptionGroup var lake: LakeOptions

        func run() async throws {
            let text = try await lake.withClient { try await $0.send("GET", "/api/v1/ledger/checkpoint").body }
            // A note ends with a line feed.
            Terminal.print(String(decoding: text.dropLast(), as: UTF8.self))
        }
    }

    /// The whole log as a file.
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export", abstract: "Download the whole ledger as a file that `tarn audit verify` reads.",
            discussion: """
                Example:  tarn audit export --data ./lake --output ledger.tarnlog
                Exit status: 0 sound, 1 not (the file is there all the same, to be looked at), 2 usage.
                """)

        @Option(help: ArgumentHelp("Where to; nothing may be there yet.", valueName: "file"), completion: .file())
        var output: String

        @OptionGroup var lake: LakeOptions

        func run() async throws {
            let output = output
            let name = "tarn audit export: \(output)"
            let key = try await lake.withClient { client in
                try await Self.download(client.server, to: output)
                return try await client.send("GET", "/api/v1/ledger/key").body
            }
            let audit = try reported(name) {
                let text = String(decoding: key, as: UTF8.self).trimmingCharacters(in: .newlines)
                return try LogAudit(try FileSource(output), keys: [try VerifierKey(text: text)])
            }
            Terminal.say("\(audit.size) entries, root \(Base64.encode(audit.root.bytes))")
            for problem in audit.problems { Terminal.say("problem: \(problem)") }
            if !audit.isSound { throw ExitCode(1) }
        }

        /// What broke off leaves no file.
        private static func download(_ server: Server, to output: String) async throws {
            try await Client.onThread {
                guard let file = try NewFile(at: output) else { throw ClientError("\(output) is there already") }
                do {
                    var refusal: [UInt8] = []
                    var written: Int64 = 0
                    let transfer = try HTTPTransfer(server)
                    let answer = try transfer.perform(.init(target: "/api/v1/ledger/log")) { bytes, answer in
                        guard answer.status == 200 else {
                            if refusal.count < 1 << 16 { refusal.append(contentsOf: bytes) }
                            return
                        }
                        try file.write(Bytes(Array(bytes)))
                        written += Int64(bytes.count)
                        Terminal.progress(Terminal.size(written))
                    }
                    guard answer.status == 200 else { throw Client.refusal(answer.status, refusal) }
                    Terminal.progress("")
                    file.close()
                } catch {
                    file.discard()
                    throw error
                }
            }
        }
    }
}
