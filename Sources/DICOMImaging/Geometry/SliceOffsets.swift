import DICOM

/// How frames that share one Image Position (Patient) lie behind one another.
struct SliceOffsets: Sendable {
    private enum Rule: Sendable {
        case none
        /// In mm along the normal, from the first.
        case alongNormal([Double])
        /// z of each frame in the patient.
        case heights([Double])
    }

    private let rule: Rule
    let numberOfFrames: Int

    init(_ dataSet: DataSet) {
        numberOfFrames = dataSet.int(.NumberOfFrames) ?? 1
        rule = Self.doseGrid(dataSet) ?? Self.nuclearSlices(dataSet) ?? .none
    }

    /// Grid Frame Offset Vector (PS3.3 C.8.8.3.2): begins with 0, and is along the normal; or begins with the z of the
    /// position, and is z, where the planes are transverse.
    private static func doseGrid(_ dataSet: DataSet) -> Rule? {
        let offsets = dataSet.doubles(.GridFrameOffsetVector)
        guard let first = offsets.first, offsets.allSatisfy(\.isFinite) else { return nil }
        let height = dataSet.finite(.ImagePositionPatient, 3)?[2]
        let isTransverse =
            dataSet.finite(.ImageOrientationPatient, 6).flatMap { ImageOrientation($0) }
            .map { $0.normal.z.magnitude > 0.9999 } ?? false
        if first != 0, isTransverse, let height, (height - first).magnitude < 0.01 { return .heights(offsets) }
        return .alongNormal(offsets.map { $0 - first })
    }

    /// Slice Vector and Spacing Between Slices, whose sign is that of the way along the normal (PS3.3 C.8.4.15).
    private static func nuclearSlices(_ dataSet: DataSet) -> Rule? {
        let slices = dataSet.ints(.SliceVector)
        guard !slices.isEmpty, let spacing = dataSet.double(.SpacingBetweenSlices), spacing.isFinite else { return nil }
        return .alongNormal(slices.map { (Double($0) - 1) * spacing })
    }

    func position(
        ofFrame number: Int, first: SIMD3<Double>, _ orientation: ImageOrientation
    ) -> SIMD3<Double> {
        switch rule {
        case .alongNormal(let offsets) where number >= 1 && number <= offsets.count:
            return first + orientation.normal * offsets[number - 1]
        case .heights(let heights) where number >= 1 && number <= heights.count:
            return SIMD3(first.x, first.y, heights[number - 1])
        default: return first
        }
    }
}
