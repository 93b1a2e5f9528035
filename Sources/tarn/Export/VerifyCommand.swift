import ArgumentParser

/// `tarn verify`: an export against its manifest, offline.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check a downloaded export against its manifest: every file, its size, its SHA-256, nothing else.",
        discussion: """
            Takes the archive, or the folder it was unpacked to. Asks nobody: whoever can change the files can change \
            the manifest with them, unless --manifest-sha256 says what the lake showed for the export.

            Example:  tarn verify head-ct.zip
            Exit status: 0 all is as frozen, 1 something is not, 2 usage.
            """)

    @Argument(help: "The archive or the folder.")
    var path: String

    @Option(help: ArgumentHelp("Digest of manifest.json that the lake shows for the export.", valueName: "hex"))
    var manifestSha256: String?

    @Flag(help: "The report as JSON on standard output.")
    var json = false

    func validate() throws {
        guard let digest = manifestSha256 else { return }
        guard digest.utf8.count == 64, digest.allSatisfy(\.isHexDigit) else {
            throw ValidationError("--manifest-sha256 wants 64 hexadecimal digits")
        }
    }

    func run() async throws {
        let path = path
        let digest = manifestSha256?.lowercased()
        let report = try await Client.onThread {
            try ArchiveCheck.run(path, manifestSHA256: digest) { done, total in
                if done.isMultiple(of: 50) { Terminal.progress("\(done) of \(total)") }
            }
        }
        if json {
            try Terminal.printJSON(report)
        } else {
            for finding in report.findings { Terminal.print("\(finding.path): \(finding.reason)") }
            for file in report.damaged ?? [] { Terminal.print("\(file.path): not in the archive: \(file.reason)") }
            Terminal.say(
                "\(report.files) files, \(Terminal.size(report.bytes)): "
                    + (report.findings.isEmpty ? "all as the manifest says" : "\(report.findings.count) problems")
                    + "; manifest \(report.manifestSHA256)")
        }
        if !report.findings.isEmpty { throw ExitCode(1) }
    }
}
