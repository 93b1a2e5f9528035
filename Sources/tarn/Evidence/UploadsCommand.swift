import ArgumentParser
import Deidentification
import Foundation

/// `tarn uploads`: what was brought in, and what de-identification made of it.
struct UploadsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uploads", abstract: "What was brought into a lake, and what de-identification made of it.",
        discussion: "Example:  tarn uploads list --project HEAD-CT --data ./lake",
        subcommands: [List.self, Report.self], defaultSubcommand: List.self)

    /// One of them.
    struct Upload: Codable, Sendable {
        let id: String
        let project: String
        let account: String
        let startedAt: String
        let finishedAt: String?
        let interrupted: Bool
        let accepted: Int
        let alreadyThere: Int
        let conflict: Int
        let held: Int
        let rejected: Int
        let profileVersions: [Int]
        let report: BatchReport?

        /// For the head of its report.
        var source: String {
            "Project \(project), brought in by \(account), upload \(id)"
                + (interrupted ? ". Interrupted: the server stopped in the middle" : "")
        }

        /// For the head of its report.
        var profile: String {
            let versions = profileVersions.map { "\($0)" }.joined(separator: ", ")
            return versions.isEmpty ? "" : "Profile of the project, version \(versions)."
        }
    }

    private struct Page: Decodable {
        let uploads: [Upload]
        let next: String?
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Uploads, newest first.",
            discussion: "Example:  tarn uploads list --project HEAD-CT --limit 20 --data ./lake")

        @Option(help: "Only of this project.") var project: String?
        @Option(help: "As many at most.") var limit = 50
        @Flag(help: "One JSON object a line.") var json = false
        @OptionGroup var lake: LakeOptions

        func validate() throws {
            guard (1...100_000).contains(limit) else { throw ValidationError("--limit is 1 to 100000") }
        }

        func run() async throws {
            let (project, limit) = (project, limit)
            let uploads = try await lake.withClient { client in
                var uploads: [Upload] = []
                var cursor: String?
                repeat {
                    var query = "?limit=\(min(200, limit - uploads.count))"
                    if let project { query += "&project=" + Client.escaped(project) }
                    if let cursor { query += "&cursor=" + Client.escaped(cursor) }
                    let page = try await client.send("GET", "/api/v1/uploads" + query).decoded(Page.self)
                    uploads += page.uploads
                    cursor = page.next
                } while cursor != nil && uploads.count < limit
                return uploads
            }
            for upload in uploads {
                if json {
                    try Terminal.printJSON(upload)
                    continue
                }
                let counts = [
                    (upload.accepted, "accepted"), (upload.alreadyThere, "already there"), (upload.held, "held"),
                    (upload.conflict, "conflict"), (upload.rejected, "rejected"),
                ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
                let end =
                    upload.finishedAt == nil
                    ? " (not finished)" : upload.interrupted ? " (interrupted: the server stopped in the middle)" : ""
                Terminal.print(
                    "\(upload.id)  \(upload.startedAt)  \(upload.project)  \(upload.account)  "
                        + (counts.isEmpty ? "nothing" : counts) + end)
            }
            if !json, uploads.isEmpty { Terminal.say("nothing was brought in") }
        }
    }

    struct Report: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "report", abstract: "Write the report of one upload as JSON or as a page.",
            discussion: "Example:  tarn uploads report 3b0c9a5e-… report.html --data ./lake")

        @Argument(help: "From `tarn uploads list`.") var id: String
        @Argument(help: ReportFile.help) var file: ReportFile
        @OptionGroup var lake: LakeOptions

        func validate() throws { try file.checkIsFree() }

        func run() async throws {
            let id = id
            try await lake.withClient { try await UploadsCommand.write(id, to: file, $0, for: "tarn uploads") }
        }
    }

    /// Asks for the report of the upload and writes it.
    static func write(_ id: String, to file: ReportFile, _ client: Client, for command: String) async throws {
        let upload = try await client.send("GET", "/api/v1/uploads/" + Client.escaped(id)).decoded(Upload.self)
        let page = ReportPage(
            source: upload.source, profile: upload.profile, report: upload.report ?? BatchReport())
        try file.write(page, for: command)
    }
}
