import ArgumentParser
import ByteIO
import Foundation
import TransparencyLog
import Vault

/// `tarn audit`: the ledger, and its proofs, which are checked without the lake.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "The ledger: export it, and verify it offline.",
        discussion: "Example:  tarn audit verify ledger.tarnlog --key @hospital.vkey --expect last-year.checkpoint",
        subcommands: [Verify.self, Export.self, Newest.self, Key.self])

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify",
            abstract: "Check an exported log against its checkpoint, keys, and checkpoints from earlier.",
            discussion: """
                Without --key and --expect only a careless change is found: whoever rewrites the file can write a new \
                checkpoint into it. An expected checkpoint proves that everything before it is as it was, even against \
                who holds the log's key. Keep one outside the hospital.

                Example:  tarn audit verify ledger.tarnlog --key @hospital.vkey --expect last-year.checkpoint
                Exit status: 0 sound, 1 not, 2 usage.
                """)

        @Argument(help: "An exported log.", completion: .file()) var log: String
        @Option(help: ArgumentHelp("A checkpoint that was kept from earlier; may be repeated.", valueName: "file"))
        var expect: [String] = []
        @Option(
            help: ArgumentHelp(
                "A verifier key that must have signed: NAME+ID+BASE64, or @FILE that holds it; may be repeated.",
                valueName: "vkey"))
        var key: [String] = []
        @Flag(help: "The result as JSON on standard output.") var json = false

        struct Result: Encodable {
            struct Signature: Encodable {
                let name: String
                let time: UInt64?
            }
            struct Checkpoint: Encodable {
                let origin: String
                let size: UInt64
                let root: String

                init(_ checkpoint: TransparencyLog.Checkpoint) {
                    origin = checkpoint.origin
                    size = checkpoint.size
                    root = Base64.encode(checkpoint.root.bytes)
                }
            }
            let sound: Bool
            /// Whether a key or an earlier checkpoint speaks for it.
            let authenticated: Bool
            let entries: UInt64
            let root: String
            let checkpoint: Checkpoint?
            let signatures: [Signature]
            let extends: [Checkpoint]
            let problems: [String]
        }

        func run() throws {
            let keys = try key.map { text in
                try reported("tarn audit verify: \(text)") {
                    try VerifierKey(text: text.hasPrefix("@") ? Self.line(of: String(text.dropFirst())) : text)
                }
            }
            let expected = try expect.map { file in
                try reported("tarn audit verify: \(file)") { try SignedNote(try Self.small(file)) }
            }
            let audit = try reported("tarn audit verify: \(log)") {
                try LogAudit(try FileSource(log), keys: keys, expected: expected) { Terminal.progress("\($0) entries") }
            }
            Terminal.progress("")
            if json {
                try Terminal.printJSON(Self.result(audit))
            } else {
                Self.print(audit)
            }
            if !audit.isSound { throw ExitCode(1) }
            if !audit.isAuthenticated {
                Terminal.say(
                    "warning: no key and no earlier checkpoint speaks for it: whoever can rewrite the file can forge it"
                )
            }
        }

        private static func result(_ audit: LogAudit) -> Result {
            Result(
                sound: audit.isSound, authenticated: audit.isAuthenticated, entries: audit.size,
                root: Base64.encode(audit.root.bytes), checkpoint: audit.checkpoint.map(Result.Checkpoint.init),
                signatures: audit.signatures.map { Result.Signature(name: $0.key.name, time: $0.time) },
                extends: audit.extended.map(Result.Checkpoint.init), problems: audit.problems.map(\.description))
        }

        private static func print(_ audit: LogAudit) {
            Terminal.print("\(audit.size) entries, root \(Base64.encode(audit.root.bytes))")
            if let checkpoint = audit.checkpoint { Terminal.print("log \(checkpoint.origin)") }
            for signature in audit.signatures {
                let time = signature.time.map { time in
                    " at " + Date(timeIntervalSince1970: TimeInterval(time)).formatted(.iso8601)
                }
                Terminal.print("signed by \(signature.key.name)\(time ?? "")")
            }
            for checkpoint in audit.extended { Terminal.print("goes on from the checkpoint at \(checkpoint.size)") }
            for problem in audit.problems { Terminal.print("problem: \(problem)") }
            Terminal.print(audit.isSound ? "sound" : "\(audit.problems.count) problems")
        }

        /// A file that is no larger than a note may be.
        private static func small(_ file: String) throws -> Bytes {
            let source = try FileSource(file)
            return try source.read(0..<min(source.count, SignedNote.maximumCount + 1))
        }

        private static func line(of file: String) throws -> String {
            String(decoding: try small(file), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }
}
