import Foundation
import Lake

/// Asks for something that goes on by itself, for one study after the other, and watches it to its end.
struct ArchiveProgress {
    let client: Client
    let command: String
    let isJSON: Bool

    /// - Returns: How many failed.
    func run(_ studies: [String], _ action: String, _ body: (any Encodable & Sendable)? = nil) async throws -> Int {
        var failed = 0
        for study in studies {
            do {
                let state = try await run(study, action, body)
                if let error = state.job?.error { throw ClientError(error) }
                if isJSON { try Terminal.printJSON(state) } else { print(state) }
            } catch let error as ClientError {
                // Nobody answers: the others would fail alike.
                guard error.code != ClientError.unreachable, error.status != 401 else { throw error }
                failed += 1
                Terminal.say("tarn \(command): \(study): \(error)")
            }
        }
        return failed
    }

    private func run(_ study: String, _ action: String, _ body: (any Encodable & Sendable)?) async throws
        -> StudyArchive
    {
        let address = "/api/v1/studies/\(Client.escaped(study))"
        var state = try await client.send("POST", "\(address)/\(action)", json: body).decoded(StudyArchive.self)
        while let job = state.job, job.state == "waiting" || job.state == "running" {
            let share =
                job.total > 0 && job.done > 0 ? " \(Terminal.size(job.done)) of \(Terminal.size(job.total))" : ""
            Terminal.progress("\(study): \(job.step)\(share)")
            try await Task.sleep(for: .milliseconds(300))
            state = try await client.send("GET", "\(address)/archive").decoded(StudyArchive.self)
        }
        Terminal.progress("")
        return state
    }

    private func print(_ state: StudyArchive) {
        let copy = state.copies.first { $0.isCurrent && $0.state == "verified" }
        let place = [copy?.backend, copy?.cid].compactMap { $0 }.joined(separator: "  ")
        Terminal.print("\(state.study)  \(state.local)" + (place.isEmpty ? "" : "  \(place)"))
    }
}
