import ArgumentParser

/// `tarn fsck`: checks a lake.
struct FsckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fsck",
        abstract: "Check that every row of the catalogue has its bytes and that they are what was written.",
        discussion: """
            Example:  tarn fsck --data ./lake --deep
            Exit status: 0 sound, 1 problems found, 2 usage.
            """)

    @Flag(help: "Rebuild every original from its object and identity patch, and compare its digest.")
    var deep = false

    @Flag(help: "Bring back from cold storage what is lost or damaged here.") var restore = false

    @Flag(help: "The report as JSON on standard output.")
    var json = false

    @OptionGroup var lake: LakeOptions

    /// The report as the API gives it.
    struct Report: Codable, Sendable {
        struct Problem: Codable, Sendable {
            let kind: String
            let subject: String
            let reason: String
        }
        let instances: Int
        let held: Int
        let conflicts: Int
        let rebuilt: Int
        let bytes: Int64
        let unreferenced: Int
        let unreferencedBytes: Int64
        let erased: Int
        let offloaded: Int
        let restoring: Int
        let problems: [Problem]
    }

    func run() async throws {
        let (deep, restore) = (deep, restore)
        let report = try await lake.withClient { client in
            try await client.send("POST", "/api/v1/fsck?deep=\(deep)&restore=\(restore)").decoded(Report.self)
        }
        if json {
            try Terminal.printJSON(report)
        } else {
            Terminal.print(
                "\(report.instances) instances, \(report.held) held, \(report.conflicts) in conflict; "
                    + "\(Terminal.size(report.bytes)) read"
                    + (deep ? ", \(report.rebuilt) originals rebuilt" : ""))
            if report.offloaded > 0 { Terminal.print("\(report.offloaded) more are in cold storage") }
            if report.restoring > 0 {
                Terminal.print("\(report.restoring) studies are being brought back: tarn restore STUDY waits for one")
            }
            if report.unreferenced > 0 {
                Terminal.print(
                    "\(report.unreferenced) records that no row refers to (\(Terminal.size(report.unreferencedBytes))), "
                        + "left by an interrupted upload: harmless")
            }
            for problem in report.problems { Terminal.print("\(problem.kind) \(problem.subject): \(problem.reason)") }
            Terminal.print(report.problems.isEmpty ? "sound" : "\(report.problems.count) problems")
        }
        if !report.problems.isEmpty { throw ExitCode(1) }
    }
}
