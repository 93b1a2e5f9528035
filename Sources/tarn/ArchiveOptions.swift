import ArgumentParser
import Foundation
import Lake

/// Where bundles go for long, and how long things have to be kept. Nothing leaves without it.
struct ArchiveOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "JSON file that lists the backends of cold storage (Docs/Operations/archive.md); or TARN_ARCHIVE.",
            valueName: "file"), completion: .file())
    var archive: String?

    @Option(
        help: ArgumentHelp(
            "JSON file that says which retention rules apply; or TARN_RETENTION. Without it none does.",
            valueName: "file"), completion: .file())
    var retention: String?

    func validate() throws {
        do { _ = try configuration() } catch { throw ValidationError("\(error)") }
    }

    func configuration() throws -> ArchiveConfiguration {
        try Self.configuration(archive: archive, retention: retention)
    }

    /// For a command that opens the lake by itself.
    static func environment() throws -> ArchiveConfiguration { try configuration(archive: nil, retention: nil) }

    private static func configuration(archive: String?, retention: String?) throws -> ArchiveConfiguration {
        // An empty variable is none.
        let environment = ProcessInfo.processInfo.environment.filter { !$0.value.isEmpty }
        return try ArchiveConfiguration(
            backendsFile: archive ?? environment["TARN_ARCHIVE"],
            retentionFile: retention ?? environment["TARN_RETENTION"])
    }
}
