/// Where an image lies in the patient: its pixels' places in mm, and back (PS3.3 C.7.6.2.1.1).
public struct ImagePlane: Sendable, Hashable {
    /// The centre of the first pixel, in mm: Image Position (Patient).
    public let position: SIMD3<Double>
    public let orientation: ImageOrientation
    public let spacing: PixelSpacing

    /// Farther from the origin, in mm, nothing can lie: differences of such numbers would say nothing any more.
    static let farthest = 1e8

    /// `nil` where `position` is not finite or out of all bounds.
    public init?(position: SIMD3<Double>, orientation: ImageOrientation, spacing: PixelSpacing) {
        guard Self.isPlace(position) else { return nil }
        self.position = position
        self.orientation = orientation
        self.spacing = spacing
    }

    static func isPlace(_ position: SIMD3<Double>) -> Bool {
        position.x.magnitude <= farthest && position.y.magnitude <= farthest && position.z.magnitude <= farthest
    }

    /// A place relative to the image.
    public struct ImagePoint: Sendable, Hashable {
        /// From the centre of the first pixel, in columns.
        public var column: Double
        /// From the centre of the first pixel, in rows.
        public var row: Double
        /// From the plane, along its normal, in mm.
        public var distance: Double

        public init(column: Double, row: Double, distance: Double = 0) {
            self.column = column
            self.row = row
            self.distance = distance
        }
    }

    /// The place in the patient, in mm; the centre of the first pixel is column 0, row 0.
    public func patientPoint(_ point: ImagePoint) -> SIMD3<Double> {
        position + orientation.row * (spacing.columns * point.column) + orientation.column * (spacing.rows * point.row)
            + orientation.normal * point.distance
    }

    /// The place relative to the image of a place in the patient.
    public func imagePoint(_ patient: SIMD3<Double>) -> ImagePoint {
        let offset = patient - position
        let (row, column) = (orientation.row, orientation.column)
        // Rounded directions are not quite at a right angle: solved for what they are, so that both ways agree.
        let (a, b, c) = (row.dot(row), row.dot(column), column.dot(column))
        let (p, q) = (offset.dot(row), offset.dot(column))
        let determinant = a * c - b * b
        return ImagePoint(
            column: (p * c - q * b) / determinant / spacing.columns,
            row: (q * a - p * b) / determinant / spacing.rows, distance: offset.dot(orientation.normal))
    }

    /// The matrix of the standard's formula, row by row: from (column, row, 0, 1) to (x, y, z, 1).
    ///
    /// - Parameter step: from one slice to the next, for the third column.
    public func affine(step: SIMD3<Double> = .zero) -> [[Double]] {
        let (across, down) = (orientation.row * spacing.columns, orientation.column * spacing.rows)
        return (0..<3).map { [across[$0], down[$0], step[$0], position[$0]] } + [[0, 0, 0, 1]]
    }
}
