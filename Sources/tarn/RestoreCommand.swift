import ArgumentParser
import Lake

/// `tarn restore`: studies back from cold storage.
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Bring studies back from cold storage and wait until they are here.",
        discussion: """
            Every block is compared with its identifier, every image with its digest, and every original is rebuilt \
            before the study is read from its new place.

            Example:  tarn restore 2.25.1234 --data ./lake
            Exit status: 0 all are here, 1 some are not, 2 usage.
            """)

    @Argument(help: "Study Instance UIDs.") var study: [String]
    @Flag(help: "One JSON object a study on standard output.") var json = false
    @OptionGroup var lake: LakeOptions

    func run() async throws {
        let (studies, json) = (study, json)
        let failed = try await lake.withClient { client in
            try await ArchiveProgress(client: client, command: "restore", isJSON: json).run(studies, "restore")
        }
        if failed > 0 { throw ExitCode(1) }
    }
}
