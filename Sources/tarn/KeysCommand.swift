import ArgumentParser
import Foundation
import Vault

/// `tarn keys`: the master key, which opens everything and is kept apart from the data.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Make, name, back up and change the master key.",
        discussion: """
            Example:  tarn keys create
                      tarn keys backup > /media/safe/tarn-master.key
            Whoever loses the master key loses every study. Keep a backup where the data are not.
            """,
        subcommands: [Create.self, ShowID.self, Backup.self, Rotate.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a new key in a new file (mode 0600). A file that is there is never overwritten.",
            discussion: "Example:  tarn keys create --master-key /etc/tarn/master.key")

        @OptionGroup var key: MasterKeyOption
        @Flag(help: "The result as JSON on standard output.") var json = false

        func run() async throws {
            try refuseWithinLake(key.file)
            let master = try named(key.file) { path throws(VaultError) in try MasterKey.create(at: path) }
            Terminal.say("Made a master key in \(key.file). Back it up: tarn keys backup")
            if json { try Terminal.printJSON(KeysCommand.Shown(file: key.file, id: master.id)) }
        }
    }

    struct ShowID: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show-id",
            abstract: "Print the key's name, which tells keys apart and says nothing about them.",
            discussion: "Example:  tarn keys show-id")

        @OptionGroup var key: MasterKeyOption
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            let master = try loaded(key.file)
            if json {
                try Terminal.printJSON(KeysCommand.Shown(file: key.file, id: master.id))
            } else {
                Terminal.print(master.id)
            }
        }
    }

    struct Backup: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the key itself, or write it to a new file, for safe keeping elsewhere.",
            discussion: """
                Example:  tarn keys backup --output /media/safe/tarn-master.key
                The line is the key: whoever reads it can open every study.
                """)

        @OptionGroup var key: MasterKeyOption
        @Option(help: ArgumentHelp("A new file (mode 0600) instead of standard output.", valueName: "file"))
        var output: String?

        func run() async throws {
            let master = try loaded(key.file)
            guard let output else {
                Terminal.print(master.backup)
                return
            }
            try refuseWithinLake(output)
            try named(output) { path throws(VaultError) in try master.save(to: path) }
            Terminal.say("Wrote the master key \(master.id) to \(output).")
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a new master key in the place of the present one, while the lake is used.",
            discussion: """
                Example:  tarn keys rotate --data ./lake
                The file stays where it is and holds the new key; the old one is kept beside it under its name, for
                backups of the lake that were made before. Back up the new key at once: tarn keys backup. A rotation that
                was cut off is ended by giving the command again.
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

/// The key in `file`, with a warning where others can read it.
private func loaded(_ file: String) throws -> MasterKey {
    let master = try named(file) { path throws(VaultError) in try MasterKey.load(from: path) }
    if master.isOpenToOthers { Terminal.say("warning: \(file) can be read by others than its owner; chmod 600 it") }
    return master
}

/// A copy of a data directory must not open itself.
private func refuseWithinLake(_ file: String) throws {
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
private func named<T>(_ file: String, _ body: (String) throws(VaultError) -> T) throws -> T {
    do throws(VaultError) { return try body(file) } catch { throw ClientError("\(file): \(error.reason)") }
}
