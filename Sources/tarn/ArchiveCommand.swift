import ArgumentParser
import Foundation
import Lake

/// `tarn archive`: studies to cold storage.
struct ArchiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "archive",
        abstract: "Copy studies to cold storage, sealed; free the local bytes; list what is there.",
        discussion: """
            A study becomes one bundle: its de-identified images and still sealed identity patches, encrypted as age. \
            The copy is read back whole and compared before anything local goes.

            Example:  tarn archive put 2.25.1234 --offload --data ./lake
                      tarn archive list --data ./lake
            The server needs --archive FILE (Docs/Operations/archive.md).
            """,
        subcommands: [Put.self, List.self, Key.self], defaultSubcommand: Put.self)

    struct Put: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "put", abstract: "Copy studies and wait until the copies were read back and compared.",
            discussion: """
                Example:  tarn archive 2.25.1234 --backend vault --offload --data ./lake
                Exit status: 0 all are there, 1 some are not, 2 usage.
                """)

        @Argument(help: "Study Instance UIDs.") var study: [String]
        @Option(help: "Name of the backend; may be left out where there is one only.") var backend: String?
        @Flag(help: "Erase the local bytes once the copy was read back and compared.") var offload = false
        @Flag(help: "One JSON object a study on standard output.") var json = false
        @OptionGroup var lake: LakeOptions

        func run() async throws {
            let (studies, backend, offload, json) = (study, backend, offload, json)
            struct Body: Encodable, Sendable {
                let backend: String?
                let offload: Bool
            }
            let failed = try await lake.withClient { client in
                try await ArchiveProgress(client: client, command: "archive", isJSON: json).run(
                    studies, "archive", Body(backend: backend, offload: offload))
            }
            if failed > 0 { throw ExitCode(1) }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List studies that have to do with cold storage.")

        @Option(help: "Code of a project.") var project: String?
        @Flag(help: "As JSON on standard output, one object a study.") var json = false
        @OptionGroup var lake: LakeOptions

        func run() async throws {
            let (project, json) = (project, json)
            try await lake.withClient { client in
                var cursor: String?
                repeat {
                    let query = [("project", project), ("cursor", cursor)].compactMap { name, value in
                        value.map { "\(name)=\(Client.escaped($0))" }
                    }
                    let page = try await client.send("GET", "/api/v1/archive?" + query.joined(separator: "&"))
                        .decoded(StudyArchivePage.self)
                    for study in page.studies { try Self.print(study, json: json) }
                    cursor = page.next
                } while cursor != nil
            }
        }

        private static func print(_ study: StudyArchive, json: Bool) throws {
            guard !json else { return try Terminal.printJSON(study) }
            Terminal.print("\(study.study)  \(study.project)  \(study.local)  \(Terminal.size(study.bytes))")
            for copy in study.copies {
                let name = [copy.backend, copy.state, copy.isCurrent ? nil : "older version", copy.cid].compactMap {
                    $0
                }
                Terminal.print("  " + name.joined(separator: "  "))
            }
        }
    }

    struct Key: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "key",
            abstract: "Write the key that opens a study's bundle without this lake. It is recorded.",
            discussion: """
                Example:  tarn archive key 2.25.1234 --reason "move to another site" --output study.key --data ./lake
                          tarn car unpack study.car --output study.age && age -d -i study.key study.age | tar x
                """)

        @Argument(help: "Study Instance UID.") var study: String
        @Option(help: "Why it is needed.") var reason: String
        @Option(name: .shortAndLong, help: "File to write; must not exist.", completion: .file()) var output: String
        @OptionGroup var lake: LakeOptions

        func run() async throws {
            let (study, reason, output) = (study, reason, output)
            // Asked for nothing where it could not be kept: the request is recorded.
            guard !FileManager.default.fileExists(atPath: output) else {
                throw ClientError("\(output): exists already and is not overwritten")
            }
            let key = try await lake.withClient { client in
                try await client.send(
                    "POST", "/api/v1/studies/\(Client.escaped(study))/archive/key", json: ["reason": reason]
                ).decoded(BundleKey.self)
            }
            let text = "# opens the archive \(key.cid)\n# public key: \(key.recipient)\n\(key.identity)\n"
            let descriptor = open(output, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw ClientError("\(output): \(String(cString: strerror(errno)))") }
            defer { close(descriptor) }
            let bytes = Array(text.utf8)
            guard write(descriptor, bytes, bytes.count) == bytes.count else {
                unlink(output)
                throw ClientError("\(output): cannot be written")
            }
        }
    }
}
