import ArgumentParser

/// `tarn verify`: an export against its manifest, offline.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check a downloaded export against its manifest: every file, its size, its SHA-256, nothing else.",
        discussion: """
            Takes the archive, or the folder it was unpacked to. Asks nobody.

            Example:  tarn verify head-ct.zip
            Exit status: 0 all is as frozen, 1 something is not, 2 usage.
            """)

    @Argument(help: "The archive or the folder.")
    var path: String

    @Flag(help: "The report as JSON on standard output.")
    var json = false

    func run() async throws {
        let path = path
        let report = try await Client.onThread {
            try ArchiveCheck.run(path) { done, total in
                if done.isMultiple(of: 50) { Terminal.progress("\(done) of \(total)") }
            }
        }
        if json {
            try Terminal.printJSON(report)
        } else {
            for finding in report.findings { Terminal.print("\(finding.problem)  \(finding.path)") }
            Terminal.say(
                "\(report.files) files, \(Terminal.size(report.bytes)): "
                    + (report.findings.isEmpty ? "all as the manifest says" : "\(report.findings.count) problems")
                    + "; manifest \(report.manifestSHA256)")
        }
        if !report.findings.isEmpty { throw ExitCode(1) }
    }
}
