internal import Deidentification
internal import Postgres

extension Exports {
    /// Series of one export whose faces are to be taken out, at most.
    public static let maximumFaces = 20_000

    /// Takes the faces out of what an export would hold, as far as it gets within `limit`: what was done is kept, so
    /// that asking again goes on. `create(…, defacing: true)` wants it done.
    /// - Throws: as `create`; `.offloaded` where images are in cold storage.
    public func prepareFaces(
        project code: String, filter: StudyFilter, limit: Duration = .seconds(15), principal: Principal
    ) async throws(LakeError) -> FacesProgress {
        try filter.check()
        let project = try await permitted(code, filter, principal).id
        return try await LakeError.rethrowing {
            try await SeriesMarks(context: context).markAll()
            let series = try await faces.marked(project, filter, studies: nil)
            guard series.count <= Self.maximumFaces else {
                throw LakeError(.tooLarge, "an export takes the faces out of at most \(Self.maximumFaces) series")
            }
            let waiting = series.filter { $0.outcome == nil }
            let end = ContinuousClock.now + limit
            var done = series.count - waiting.count
            for one in waiting {
                guard ContinuousClock.now < end else { break }
                try Task.checkCancellation()
                try await faces.make(one)
                done += 1
            }
            return FacesProgress(ready: done, of: series.count)
        }
    }

    /// What an export without faces is made of.
    func facesFile(
        _ isWanted: Bool, project: Int64, _ filter: StudyFilter, studies: [Int64]?
    ) async throws(LakeError) -> FacesFile? {
        guard isWanted else { return nil }
        return try await LakeError.rethrowing {
            try await FacesFile(faces.marked(project, filter, studies: studies), context.database)
        }
    }
}
