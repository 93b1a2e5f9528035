internal import DICOMImaging

extension Labels {
    /// Headers that are read at the same time.
    private static let headersAtOnce = 8

    private struct PlaneKey: Hashable, Sendable {
        let instance: String
        let frame: Int
    }

    /// The points of annotations in millimetres of the patient, in their order; `nil` where the frame's geometry is not
    /// known, or the image can no longer be read.
    func patientPoints(
        of studies: [AnnotatedStudy], among series: [String: String], principal: Principal
    ) async throws -> [[[[Double]]?]] {
        var wanted: [String: Set<Int>] = [:]
        for annotation in studies.flatMap(\.annotations)
        where !annotation.points.isEmpty && series[annotation.instance] != nil {
            wanted[annotation.instance, default: []].insert(annotation.frame)
        }
        let planes = try await planes(wanted, principal: principal)
        return studies.map { study in
            study.annotations.map { annotation in
                guard let plane = planes[PlaneKey(instance: annotation.instance, frame: annotation.frame)] else {
                    return nil
                }
                let points = annotation.points.compactMap { Self.place(of: $0, in: plane) }
                return points.count == annotation.points.count && !points.isEmpty ? points : nil
            }
        }
    }

    /// In mm of the patient. The centre of the first sample is at (½, ½).
    private static func place(of point: [Double], in plane: ImagePlane) -> [Double]? {
        guard point.count == 2 else { return nil }
        let place = plane.patientPoint(.init(column: point[0] - 0.5, row: point[1] - 0.5))
        let values = [place.x, place.y, place.z]
        return values.allSatisfy(\.isFinite) ? values : nil
    }

    private func planes(
        _ wanted: [String: Set<Int>], principal: Principal
    ) async throws -> [PlaneKey: ImagePlane] {
        try await withThrowingTaskGroup(of: [(PlaneKey, ImagePlane)].self) { tasks in
            var planes: [PlaneKey: ImagePlane] = [:]
            for (position, (uid, frames)) in wanted.enumerated() {
                if position >= Self.headersAtOnce, let part = try await tasks.next() {
                    for (key, plane) in part { planes[key] = plane }
                }
                tasks.addTask { try await self.planes(uid, frames, principal: principal) }
            }
            for try await part in tasks { for (key, plane) in part { planes[key] = plane } }
            return planes
        }
    }

    private func planes(
        _ uid: String, _ frames: Set<Int>, principal: Principal
    ) async throws(LakeError) -> [(PlaneKey, ImagePlane)] {
        let opened = try await instances.instance(uid, principal: principal)
        let header: InstanceHeader
        do throws(LakeError) { header = try await instances.header(opened) } catch {
            guard error.code != .unavailable else { throw error }
            return []
        }
        return await instances.workers.run {
            frames.compactMap { frame in
                header.display.frame(frame).plane.map { (PlaneKey(instance: uid, frame: frame), $0) }
            }
        }
    }
}
