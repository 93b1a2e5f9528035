import ArgumentParser
import Foundation
import Synchronization

/// `tarn ingest`: hands files in.
struct IngestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "Hand in files, folders and ZIP archives; a verdict for each file.",
        discussion: """
            Each file is accepted, already there, in conflict (same UID, other content), held for a look, skipped or
            rejected with its reason. Nothing is acknowledged before it is durable; an upload that broke off can be
            repeated.

            Example:  tarn ingest ./CT-scans study.zip --project HEAD-CT --data ./lake
                      TARN_TOKEN=… tarn ingest ./CT-scans --project HEAD-CT --server https://lake.example.org
            Exit status: 0 all stored, 1 some rejected or in conflict, 2 usage.
            """)

    @Argument(help: "Files, folders or ZIP archives.")
    var paths: [String]

    @Option(help: "Code of the project.")
    var project: String

    @Option(help: "Connections at once.")
    var connections = 4

    @Option(help: ReportFile.help, completion: .file())
    var report: ReportFile?

    @Flag(help: "One JSON object a file on standard output, then one of counts.")
    var json = false

    @Flag(help: "Print only what was not accepted.")
    var quiet = false

    @OptionGroup var lake: LakeOptions

    func validate() throws {
        guard !paths.isEmpty else { throw ValidationError("name at least one file or folder") }
        guard (1...64).contains(connections) else { throw ValidationError("--connections is 1 to 64") }
        try report?.checkIsFree()
    }

    func run() async throws {
        let counts = try await lake.withClient { client in
            // A wrong address, token or project is said once, before anything is sent.
            do { _ = try await client.send("GET", "/api/v1/projects/" + Client.escaped(project)) } catch {
                guard let error = error as? ClientError, error.status == 404 else { throw error }
                throw ClientError(status: 404, "there is no project \(project), or none of your roles is in it")
            }
            let name = UUID().uuidString.lowercased()
            let counts = try await upload(to: client.server, named: name)
            if let report {
                try await UploadsCommand.write(name, to: report, client, for: "tarn ingest")
            } else if !json {
                Terminal.say("report: tarn uploads report \(name) FILE.html")
            }
            return counts
        }
        let failed = counts.filter { $0.key == "rejected" || $0.key == "conflict" }.values.reduce(0, +)
        if failed > 0 { throw ExitCode(1) }
    }

    private struct Summary: Encodable {
        let files: Int
        let bytes: Int
        let seconds: Double
        let verdicts: [String: Int]
    }

    private func upload(to server: Server, named name: String) async throws -> [String: Int] {
        let began = ContinuousClock.now
        let (json, quiet) = (json, quiet)
        let queue = UploadQueue { outcome in
            if json {
                try? Terminal.printJSON(outcome)
            } else if !quiet || outcome.verdict != "accepted" {
                let reason = outcome.reason.map { ": " + $0 } ?? ""
                Terminal.print("\(outcome.verdict)  \(outcome.file)\(reason)")
            }
        }
        let failure = try await send(server, name, queue)
        if failure != nil { queue.abandon() }
        let (counts, bytes) = queue.summary
        let took = ContinuousClock.now - began
        let seconds = Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18
        let files = counts.values.reduce(0, +)
        if json { try Terminal.printJSON(Summary(files: files, bytes: bytes, seconds: seconds, verdicts: counts)) }
        let list = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        let rate = seconds > 0 ? Double(bytes) / seconds : 0
        Terminal.say(
            "\(files) files: \(files == 0 ? "nothing found" : list); \(Terminal.size(bytes)) in "
                + String(
                    format: "%.1f s (%.0f files/s, %@/s)", seconds, Double(files) / max(seconds, 0.001),
                    Terminal.size(Int(rate))))
        if let failure { throw failure }
        if files == 0 { throw ExitCode(1) }
        return counts
    }

    /// Runs the connections until all is settled. Returns the refusal that ended it early, if one did.
    private func send(_ server: Server, _ name: String, _ queue: UploadQueue) async throws -> (any Error)? {
        let (paths, project) = (paths, project)
        let ticker = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: .milliseconds(250))
                let (counts, bytes) = queue.summary
                Terminal.progress("\(counts.values.reduce(0, +)) files, \(Terminal.size(bytes)) sent")
            }
        }
        defer { ticker.cancel() }
        return try await withThrowingTaskGroup(of: (any Error)?.self) { group in
            group.addTask {
                try await Client.onThread {
                    InputFile.enumerate(paths) { queue.add($0) }
                    queue.complete()
                    return nil
                }
            }
            for _ in 0..<connections {
                group.addTask {
                    await Self.work(server, project, name, queue)
                }
            }
            var first: (any Error)?
            for try await failure in group { first = first ?? failure }
            return first
        }
    }

    private static func work(
        _ server: Server, _ project: String, _ name: String, _ queue: UploadQueue
    ) async -> (any Error)? {
        do {
            try await Client.onThread {
                try UploadConnection(server, project: project, upload: name, queue: queue).run()
            }
            return nil
        } catch {
            queue.stop()
            return error
        }
    }
}
