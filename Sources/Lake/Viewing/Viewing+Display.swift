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
        let unsorted = parts.flatMap(\.frames)
        let geometry = await geometry(of: parts)
        var frames = geometry.order.map { unsorted[$0] }
        var windows = frames.isEmpty ? [] : frames[frames.count / 2].windows ?? []
        if windows.isEmpty, let middle = frames.isEmpty ? nil : frames[frames.count / 2] {
            windows = try await window(fromPixelsOf: middle, rows)
        }
        for index in frames.indices where frames[index].windows == windows { frames[index].windows = nil }
        let references = Set(parts.map(\.frameOfReference))
        return SeriesDisplay(
            series: series, spacing: Self.spacing(geometry), geometry: SeriesDisplay.Geometry(geometry),
            windows: windows,
            frameRate: parts.lazy.compactMap(\.frameRate).first,
            frameOfReference: references.count == 1 ? references.first ?? nil : nil, frames: frames)
    }

    /// What one instance gives to the display of its series.
    private struct Part: Sendable {
        let frames: [SeriesDisplay.Frame]
        let places: [FrameGeometry]
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
        let (frames, places) = await instances.workers.run {
            let numbers = 1...max(1, row.frames)
            return (
                numbers.map { SeriesDisplay.Frame(row, frame: $0, header, header.display.frame($0)) },
                numbers.map { header.display.geometry.frame($0) }
            )
        }
        return Part(
            frames: frames, places: places, frameRate: header.frameRate, frameOfReference: header.frameOfReference)
    }

    private func geometry(of parts: [Part]) async -> SeriesGeometry {
        await instances.workers.run { SeriesGeometry(parts.flatMap(\.places)) }
    }

    private static func spacing(_ geometry: SeriesGeometry) -> [Double]? {
        guard let volume = geometry.volume, volume.isEven, volume.gaps.isEmpty, volume.places.count > 1,
            let spacing = volume.sliceSpacing, let pixels = geometry.stacks[0].pixelSpacing
        else { return nil }
        return pixels.pair + [spacing.value]
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
