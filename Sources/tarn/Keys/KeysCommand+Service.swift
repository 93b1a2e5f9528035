import ArgumentParser
import Foundation
import KeyManagement
import Vault

extension KeysCommand {
    struct Wrap: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "wrap",
            abstract: "Wrap the master key by a key service, so that its file alone opens nothing.",
            discussion: """
                Example:  tarn keys wrap --pkcs11-module /usr/lib/softhsm/libsofthsm2.so --pkcs11-token tarn \
                              --pin-file /etc/tarn/pin --make-key
                          tarn keys wrap --transit https://vault.example.org:8200 --token-file /etc/tarn/token
                          tarn keys wrap
                The key stays the same: a server may run, and needs the service at its next start. Without a service the
                present one wraps the key anew, by the newest version of its key. Keep a backup of the key itself
                (tarn keys backup) under lock: a lost service loses the lake otherwise.
                """)

        @OptionGroup var key: MasterKeyOption
        @OptionGroup(title: "Key service") var service: KeyServiceOptions
        @Flag(help: "The result as JSON on standard output.") var json = false

        func run() async throws {
            let file = Self.resolved(key.file)
            let present = try named(file) { file throws(KeyManagementError) in try file.describe() }
            guard let service = try service.service() ?? present.service else {
                throw ClientError(
                    "\(key.file) is not wrapped: say by what (--pkcs11-module … or --transit …, see tarn keys wrap --help)"
                )
            }
            try self.service.makeKey(service)
            let master = try named(file) { file throws(KeyManagementError) in
                try file.move(under: service, journal: KeyJournal(of: file.path))
            }
            Terminal.say("\(key.file) is wrapped by \(service.encryption.place).")
            if present.service == nil { Self.warnOfPlain(beside: file) }
            if json { try Terminal.printJSON(State(key.file, master.id, service)) }
        }

        /// What replaces a key file replaces no link to it.
        static func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }

        /// Former keys open backups and, as the keys beneath stay the same, those open the rest.
        private static func warnOfPlain(beside file: String) {
            let folder = SecretFile.parent(of: file)
            let name = URL(fileURLWithPath: file).lastPathComponent
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            for other in names.sorted() where other.hasPrefix(name + ".") {
                guard let found = try? KeyFile("\(folder)/\(other)").describe(), found.service == nil else { continue }
                Terminal.say(
                    "warning: \(folder)/\(other) is a key that was, as it is: delete it (shred -u), or wrap it "
                        + "(tarn keys wrap --master-key …)")
            }
        }
    }

    struct Unwrap: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "unwrap",
            abstract: "Put the key itself back into its file: its service is not needed any more.",
            discussion: "Example:  tarn keys unwrap --master-key /etc/tarn/master.key")

        @OptionGroup var key: MasterKeyOption
        @Flag(help: "The result as JSON on standard output.") var json = false

        func run() async throws {
            let file = Wrap.resolved(key.file)
            let present = try named(file) { file throws(KeyManagementError) in try file.describe() }
            guard let service = present.service else { throw ClientError("\(key.file) is not wrapped") }
            let master = try named(file) { file throws(KeyManagementError) in
                try file.move(under: nil, journal: KeyJournal(of: file.path))
            }
            Terminal.say("\(key.file) holds the key itself again; \(service.encryption.place) is not needed any more.")
            if json { try Terminal.printJSON(State(key.file, master.id, nil)) }
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Open the key, asking its service, and say what wraps it.",
            discussion: """
                Example:  tarn keys check --data ./lake
                Exit status: 0 the key opens (and is that of the lake), 1 it does not.
                """)

        @OptionGroup var key: MasterKeyOption
        @Option(help: ArgumentHelp("Compare it with the key that this lake needs.", valueName: "dir")) var data: String?
        @Flag(help: "The result as JSON on standard output.") var json = false

        func run() async throws {
            let found = try named(key.file) { file throws(KeyManagementError) in
                let found = try loaded(file)
                try found.service?.encryption.checkKey()
                return found
            }
            if let data { try compare(found.master.id, data) }
            if json {
                try Terminal.printJSON(State(key.file, found.master.id, found.service))
            } else {
                let by = found.service.map { "wrapped by \($0.encryption.place), which answers" } ?? "the key itself"
                Terminal.print("\(found.master.id)  \(key.file): \(by)")
            }
        }

        private func compare(_ id: String, _ directory: String) throws {
            struct Identity: Decodable { let masterKey: String }
            guard let bytes = FileManager.default.contents(atPath: directory + "/lake"),
                let lake = try? JSONDecoder().decode(Identity.self, from: bytes)
            else { throw ClientError("\(directory): there is no lake here") }
            guard lake.masterKey == id else {
                throw ClientError(
                    "\(key.file) is not the master key of the lake in \(directory): it is \(id), the lake needs "
                        + lake.masterKey)
            }
        }
    }

    /// A key file, as JSON says it.
    struct State: Encodable {
        let file: String
        let id: String
        /// `pkcs11`, `transit`; `nil` where the file holds the key itself.
        let service: String?
        let wrappedBy: String?

        init(_ file: String, _ id: String, _ service: KeyService?) {
            (self.file, self.id) = (file, id)
            (self.service, wrappedBy) = (service?.kind, service?.encryption.place)
        }
    }
}
