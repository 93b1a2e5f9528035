import ArgumentParser
import Foundation
import KeyManagement
import Vault

/// `tarn keys`: the master key, which opens everything and is kept apart from the data.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Make, name, back up and change the master key, and keep it in a key service.",
        discussion: """
            Example:  tarn keys create
                      tarn keys backup > /media/safe/tarn-master.key
            Whoever loses the master key loses every study. Keep a backup where the data are not.
            The key file holds the key itself, or the key wrapped by a key that never leaves an HSM (PKCS#11) or a
            transit engine (HashiCorp Vault, OpenBao): then the file alone opens nothing. See Docs/Operations/keys.md.
            """,
        subcommands: [Create.self, ShowID.self, Backup.self, Rotate.self, Wrap.self, Unwrap.self, Check.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create",
            abstract: "Make a new key in a new file (mode 0600). A file that is there is never overwritten.",
            discussion: """
                Example:  tarn keys create --master-key /etc/tarn/master.key
                Where a key service is named the key is wrapped by it and never written as it is.
                """)

        @OptionGroup var key: MasterKeyOption
        @OptionGroup(title: "Key service") var service: KeyServiceOptions
        @Flag(help: "The result as JSON on standard output.") var json = false

        func run() async throws {
            try refuseWithinLake(key.file)
            let service = try service.service()
            try self.service.makeKey(service)
            let master = try named(key.file) { file throws(KeyManagementError) in
                try file.create(under: service, journal: KeyJournal(of: Wrap.resolved(key.file)))
            }
            let by = service.map { ", wrapped by \($0.encryption.place)" } ?? ""
            Terminal.say("Made a master key in \(key.file)\(by). Back it up: tarn keys backup")
            if json { try Terminal.printJSON(KeysCommand.Shown(file: key.file, id: master.id)) }
        }
    }

    struct ShowID: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show-id",
            abstract: "Print the key's name, which tells keys apart and says nothing about them.",
            discussion: """
                Example:  tarn keys show-id
                The name of a wrapped key stands in its file: its service is not asked (tarn keys check asks it).
                """)

        @OptionGroup var key: MasterKeyOption
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            let id = try named(key.file) { file throws(KeyManagementError) in
                let described = try file.describe()
                // Warns where the file is the key and can be read by others.
                return described.service == nil ? try loaded(file).master.id : described.id
            }
            if json {
                try Terminal.printJSON(KeysCommand.Shown(file: key.file, id: id))
            } else {
                Terminal.print(id)
            }
        }
    }

    struct Backup: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "backup",
            abstract: "Print the key itself, or write it to a new file, for safe keeping elsewhere.",
            discussion: """
                Example:  tarn keys backup --output /media/safe/tarn-master.key
                The line is the key: whoever reads it can open every study. Of a wrapped key, too: it is what opens the
                lake when the key service is lost.
                """)

        @OptionGroup var key: MasterKeyOption
        @Option(help: ArgumentHelp("A new file (mode 0600) instead of standard output.", valueName: "file"))
        var output: String?

        func run() async throws {
            let master = try named(key.file) { file throws(KeyManagementError) in try loaded(file).master }
            if let output { try refuseWithinLake(output) }
            let file = KeyFile(Wrap.resolved(key.file))
            do throws(KeyManagementError) {
                try file.backUp(master, journal: KeyJournal(of: file.path)) { () throws(KeyManagementError) in
                    try keep(master)
                }
            } catch {
                // The folder of a key that a container runtime mounts cannot be written. Who reads the file has the key.
                guard error.code == .file(.keyFileUnwritable) else { throw ClientError(error.reason) }
                Terminal.say("warning: \(error.reason): the ledger will not tell of this copy")
                do throws(KeyManagementError) { try keep(master) } catch { throw ClientError(error.reason) }
            }
        }

        /// - Throws: `invalid` where the new file cannot be written.
        private func keep(_ master: MasterKey) throws(KeyManagementError) {
            guard let output else {
                Terminal.print(master.backup)
                return
            }
            do throws(VaultError) { try master.save(to: output) } catch {
                throw KeyManagementError(.invalid, "\(output): \(error.reason)")
            }
            Terminal.say("Wrote the master key \(master.id) to \(output).")
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rotate",
            abstract: "Put a new master key in the place of the present one, while the lake is used.",
            discussion: """
                Example:  tarn keys rotate --data ./lake
                The file stays where it is and holds the new key; the old one is kept beside it under its name, for
                backups of the lake that were made before. Back up the new key at once: tarn keys backup. A rotation that
                was cut off is ended by giving the command again. Where a key service wraps the present key it wraps the
                new one, too.
                """)

        @Flag(help: "The result as JSON on standard output.") var json = false
        @OptionGroup var lake: LakeOptions

        /// What was done, as the API gives it.
        struct Outcome: Codable, Sendable {
            let from: String
            let to: String
            let kept: String
            let rewrapped: Int
            let resumed: Bool
        }

        func run() async throws {
            let outcome = try await lake.withClient { client in
                try await client.send("POST", "/api/v1/keys/rotate").decoded(Outcome.self)
            }
            if json {
                try Terminal.printJSON(outcome)
                return
            }
            Terminal.print("\(outcome.from) → \(outcome.to): \(outcome.rewrapped) keys wrapped anew")
            Terminal.say("Back up the new key: tarn keys backup. The old one is kept in \(outcome.kept).")
        }
    }

    struct Shown: Encodable {
        let file: String
        let id: String
    }
}

/// The key in `file`, with a warning where others can read it, or what signs in to its service.
func loaded(_ file: KeyFile) throws(KeyManagementError) -> KeyFile.Loaded {
    let loaded = try file.load()
    if let exposed = loaded.exposed {
        Terminal.say("warning: \(exposed) can be read by others than its owner; chmod 600 it")
    }
    return loaded
}

/// A copy of a data directory must not open itself.
func refuseWithinLake(_ file: String) throws {
    var folder = URL(fileURLWithPath: file).deletingLastPathComponent().resolvingSymlinksInPath().path
    while let slash = folder.lastIndex(of: "/") {
        let manager = FileManager.default
        if manager.fileExists(atPath: folder + "/objects"), manager.fileExists(atPath: folder + "/run/lock") {
            throw ClientError("\(file) is inside the data directory \(folder): keep the key apart from what it opens")
        }
        folder = String(folder[..<slash])
    }
}

/// Runs `body` and says which file a failure is about.
func named<T>(_ path: String, _ body: (KeyFile) throws(KeyManagementError) -> T) throws -> T {
    do throws(KeyManagementError) { return try body(KeyFile(path)) } catch {
        throw ClientError("\(path): \(error.reason)")
    }
}
