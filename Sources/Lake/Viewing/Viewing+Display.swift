internal import DICOMImaging
internal import Postgres

extension Viewing {
    private static let mostFrames = 20_000
    /// Headers that are read at the same time.
    private static let atOnce = 8

    /// What the viewer needs of a series. Frames are sorted by position along the normal of their planes, where all
    /// have one; else by Instance Number and frame.
    /// - Throws: `.notFound`; `.tooLarge` for more than 20,000 frames.
    public func seriesDisplay(_ uid: String, principal: Principal) async throws(LakeError) -> SeriesDisplay {
        let row = try await LakeError.rethrowing {
            try await context.database.first(
                """
                SELECT r.id, r.project_id, s.uid AS study, r.modality, r.description, b.code, r.instance_count, r.frame_count
                FROM series r JOIN study s ON s.id = r.study_id JOIN subject b ON b.id = s.subject_id WHERE r.uid = $1
                """, [uid])
        }
        return try await LakeError.rethrowing {
            guard let row, Gate.permits(principal, .view, project: try row.decode("project_id")) else {
                throw LakeError(.notFound, "there is no such series")
            }
            guard try row.decode("frame_count", as: Int.self) <= Self.mostFrames else {
                throw LakeError(.tooLarge, "the series has more than \(Self.mostFrames) frames")
            }
            let study: String = try row.decode("study")
            try await accessLog.record(.view, project: try row.decode("project_id"), study: study, principal: principal)
            let key = DisplayKey(series: try row.decode("id"), instances: try row.decode("instance_count"))
            if let kept = displays[key] { return kept }
            let series = SeriesDisplay.Series(
                uid: uid, study: study, modality: try row.decode("modality"),
                description: try row.decode("description", as: String.self).nonEmpty, subject: try row.decode("code"))
            let display = try await makeDisplay(series)
            displays.keep(display, for: key, cost: display.frames.count + 1)
            return display
        }
    }

    private func makeDisplay(_ series: SeriesDisplay.Series) async throws -> SeriesDisplay {
        let rows = try await context.database.query(
            """
            SELECT \(StoredInstance.columns) FROM \(StoredInstance.source) WHERE r.uid = $1 AND i.frames > 0
            ORDER BY i.number NULLS LAST, i.id
            """, [series.uid]
        ).map { try StoredInstance($0) }
        let parts = try await self.parts(of: rows)
        var frames = Self.sorted(parts.flatMap(\.frames))
        var windows = frames.isEmpty ? [] : frames[frames.count / 2].windows ?? []
        if windows.isEmpty, let middle = frames.isEmpty ? nil : frames[frames.count / 2] {
            windows = try await window(fromPixelsOf: middle, rows)
        }
        for index in frames.indices where frames[index].windows == windows { frames[index].windows = nil }
        let references = Set(parts.map(\.frameOfReference))
        return SeriesDisplay(
            series: series, spacing: Self.spacing(frames), windows: windows,
            frameRate: parts.lazy.compactMap(\.frameRate).first,
            frameOfReference: references.count == 1 ? references.first ?? nil : nil, frames: frames)
    }

    /// What one instance gives to the display of its series.
    private struct Part: Sendable {
        let frames: [SeriesDisplay.Frame]
        let frameRate: Double?
        let frameOfReference: String?
    }

    /// The parts of `instances` in their order. An instance whose header cannot be read is left out.
    private func parts(of rows: [StoredInstance]) async throws -> [Part] {
        let parts = try await withThrowingTaskGroup(of: (Int, Part?).self) { group in
            var parts = [Part?](repeating: nil, count: rows.count)
            var next = 0
            while next < rows.count {
                if next >= Self.atOnce, let (index, part) = try await group.next() { parts[index] = part }
                let index = next
                group.addTask { (index, try await self.part(of: rows[index])) }
                next += 1
            }
            for try await (index, part) in group { parts[index] = part }
            return parts
        }
        return parts.compactMap { $0 }
    }

    private func part(of row: StoredInstance) async throws(LakeError) -> Part? {
        let header: InstanceHeader
        do throws(LakeError) { header = try await instances.header(try await instances.open(row)) } catch {
            guard error.code == .invalid || error.code == .tooLarge else { throw error }
            return nil
        }
        let frames = await instances.workers.run {
            (0..<row.frames).map { SeriesDisplay.Frame(row, frame: $0 + 1, header, header.display.frame($0 + 1)) }
        }
        return Part(frames: frames, frameRate: header.frameRate, frameOfReference: header.frameOfReference)
    }

    static func sorted(_ frames: [SeriesDisplay.Frame]) -> [SeriesDisplay.Frame] {
        // One normal for all: planes that differ (localizers, oblique stacks) have no order along it.
        guard let normal = frames.first?.normal,
            frames.allSatisfy({ frame in
                guard let other = frame.normal else { return false }
                return zip(normal, other).allSatisfy { abs($0 - $1) < 0.02 }
            })
        else { return frames }
        let distances = frames.map { $0.distance(along: normal) }
        guard distances.allSatisfy({ $0 != nil }) else { return frames }
        return frames.indices.sorted { a, b in
            let (first, second) = (distances[a] ?? 0, distances[b] ?? 0)
            // Several at one place (phases, echoes) keep the order of their numbers.
            return abs(first - second) > 1e-4 ? first < second : a < b
        }.map { frames[$0] }
    }

    private static func spacing(_ frames: [SeriesDisplay.Frame]) -> [Double]? {
        guard let first = frames.first, let plane = first.pixelSpacing, plane.count == 2,
            frames.allSatisfy({ $0.pixelSpacing == plane })
        else { return nil }
        let places = frames.compactMap { $0.distance(along: first.normal) }
        guard places.count == frames.count, places.count > 1 else { return nil }
        let gaps = zip(places, places.dropFirst()).map { $1 - $0 }
        guard let gap = gaps.first, gap > 0, gaps.allSatisfy({ abs($0 - gap) < 0.01 * gap }) else { return nil }
        return plane + [gap]
    }

    /// The window that shows nearly all values of a frame whose file names none.
    private func window(
        fromPixelsOf frame: SeriesDisplay.Frame, _ rows: [StoredInstance]
    ) async throws -> [SeriesDisplay.VOIWindow] {
        guard frame.samples == 1, let row = rows.first(where: { $0.uid == frame.instance }) else { return [] }
        let opened = try await instances.open(row)
        let header = try await instances.header(opened)
        let (bytes, leadingBits) = try await instances.frame(frame.frame, of: opened)
        return await instances.workers.run {
            guard let stored = try? FrameDecoder(header.pixels).decode(bytes, leadingBits: leadingBits) else {
                return []
            }
            return [SeriesDisplay.VOIWindow(Window(percentilesOf: stored, header.display.frame(frame.frame)))]
        }
    }
}
