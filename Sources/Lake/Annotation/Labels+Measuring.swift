internal import ByteIO
internal import DICOMImaging

extension Labels {
    /// Frames that are read and decoded at the same time.
    private static let atOnce = 4

    private struct FrameKey: Hashable, Sendable {
        let instance: String
        let frame: Int
    }

    /// The annotations with what they measure: computed from stored values where they are new or moved, kept where they
    /// are where they were. Each frame is decoded once.
    /// - Throws: `.unavailable` where the store fails. A frame that cannot be decoded gives no statistics.
    func measured(
        _ annotations: [Annotation], before: [Annotation], principal: Principal
    ) async throws(LakeError) -> [Annotation] {
        let kept = Dictionary(before.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var measured = annotations
        var groups: [FrameKey: [Int]] = [:]
        for (index, annotation) in annotations.enumerated() {
            measured[index].measured = nil
            if annotation.type == .image { continue }
            if let same = kept[annotation.id], same.place == annotation.place {
                measured[index].measured = same.measured
            } else {
                groups[FrameKey(instance: annotation.instance, frame: annotation.frame), default: []].append(index)
            }
        }
        let found = try await measure(groups, annotations, principal: principal)
        for (index, measurement) in found { measured[index].measured = measurement }
        return measured
    }

    private func measure(
        _ groups: [FrameKey: [Int]], _ annotations: [Annotation], principal: Principal
    ) async throws(LakeError) -> [(Int, AnnotationMeasurement?)] {
        try await LakeError.rethrowing {
            try await withThrowingTaskGroup(of: [(Int, AnnotationMeasurement?)].self) { tasks in
                var found: [(Int, AnnotationMeasurement?)] = []
                for (position, (key, indices)) in groups.enumerated() {
                    if position >= Self.atOnce, let part = try await tasks.next() { found += part }
                    let wanted = indices.map { ($0, annotations[$0]) }
                    tasks.addTask { try await measure(key, wanted, principal: principal) }
                }
                for try await part in tasks { found += part }
                return found
            }
        }
    }

    private func measure(
        _ key: FrameKey, _ wanted: [(Int, Annotation)], principal: Principal
    ) async throws(LakeError) -> [(Int, AnnotationMeasurement?)] {
        let opened = try await instances.instance(key.instance, principal: principal)
        guard let header = try await Self.readable({ () throws(LakeError) in try await instances.header(opened) })
        else {
            return wanted.map { ($0.0, FrameMeasure.unknown.measurement(of: $0.1, nil)) }
        }
        let isDecoded = wanted.contains { $0.1.type.hasValues }
        let stored =
            isDecoded
            ? try await Self.readable({ () throws(LakeError) in try await instances.frame(key.frame, of: opened) })
            : nil
        return await instances.workers.run {
            let frame = stored.flatMap { bytes, leadingBits in
                try? FrameDecoder(header.pixels).decode(bytes, leadingBits: leadingBits)
            }
            let measure = FrameMeasure(header, frame: key.frame)
            return wanted.map { ($0.0, measure.measurement(of: $0.1, frame)) }
        }
    }

    /// `nil` for what is stored and cannot be read as an image; a store that fails is another matter.
    private static func readable<T>(_ body: () async throws(LakeError) -> T) async throws(LakeError) -> T? {
        do throws(LakeError) { return try await body() } catch {
            guard error.code == .unavailable else { return nil }
            throw error
        }
    }
}
