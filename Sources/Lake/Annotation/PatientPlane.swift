internal import DICOMImaging

/// The plane of a frame in the patient (PS3.3 C.7.6.2.1.1): millimetres, x to the left, y to the back, z to the head.
struct PatientPlane: Sendable {
    /// Centre of the first sample.
    private let position: [Double]
    /// One column further, and one row further.
    private let column: [Double]
    private let row: [Double]

    /// - Returns: `nil` without position, orientation, or spacing in the patient.
    init?(_ display: DisplayParameters) {
        guard let position = display.position, position.count == 3, let o = display.orientation, o.count == 6,
            let spacing = display.pixelSpacing, spacing.count == 2, display.spacingSource == .patient
        else { return nil }
        self.position = position
        column = (0..<3).map { o[$0] * spacing[1] }
        row = (3..<6).map { o[$0] * spacing[0] }
    }

    /// Where a point of the image is. The centre of the first sample is at (½, ½).
    func place(of point: [Double]) -> [Double]? {
        guard point.count == 2 else { return nil }
        let (x, y) = (point[0] - 0.5, point[1] - 0.5)
        let place = (0..<3).map { position[$0] + x * column[$0] + y * row[$0] }
        return place.allSatisfy(\.isFinite) ? place : nil
    }
}
