/// Directions of an image's rows and columns in the patient: Image Orientation (Patient) (PS3.3 C.7.6.2.1.1).
///
/// Axes are those of the patient: x to the left, y to the back, z to the head (LPS).
public struct ImageOrientation: Sendable, Hashable {
    /// The direction of a row, with increasing column index: the first three values.
    public let row: SIMD3<Double>
    /// The direction of a column, with increasing row index: the last three values.
    public let column: SIMD3<Double>
    /// The unit vector row × column: away from who looks at the image.
    public let normal: SIMD3<Double>

    /// How far lengths may be from 1, and the cosine between row and column from 0. What scanners write is rounded to
    /// four digits or more; what is further off has no plane that one could rely on.
    public static let tolerance = 0.01

    /// `nil` where the six `values` are not the unit vectors of a right angle, within `tolerance`.
    public init?(_ values: [Double]) {
        guard values.count == 6 else { return nil }
        self.init(row: SIMD3(values[0], values[1], values[2]), column: SIMD3(values[3], values[4], values[5]))
    }

    /// `nil` where the vectors are not of length 1 and at a right angle, within `tolerance`.
    public init?(row: SIMD3<Double>, column: SIMD3<Double>) {
        // Comparisons with NaN are false, so that neither NaN nor infinity comes through.
        guard abs(row.length - 1) <= Self.tolerance, abs(column.length - 1) <= Self.tolerance,
            abs(row.dot(column)) <= Self.tolerance
        else { return nil }
        self.row = row
        self.column = column
        let cross = row.cross(column)
        normal = cross / cross.length
    }

    /// Of a patient on the back, seen from the feet: the unrotated image.
    public static let transverse = ImageOrientation(
        row: SIMD3(1, 0, 0), column: SIMD3(0, 1, 0), normal: SIMD3(0, 0, 1))

    private init(row: SIMD3<Double>, column: SIMD3<Double>, normal: SIMD3<Double>) {
        (self.row, self.column, self.normal) = (row, column, normal)
    }

    /// The six values as the standard orders them.
    public var values: [Double] { [row.x, row.y, row.z, column.x, column.y, column.z] }

    /// How a plane lies in the patient.
    public enum Plane: String, Sendable, Hashable, Codable {
        case transverse, coronal, sagittal, oblique
    }

    /// The plane of the body that the image is in: `oblique` from 18° (a cosine of 0.95) on.
    public var plane: Plane {
        if normal.z.magnitude > 0.95 { return .transverse }
        if normal.y.magnitude > 0.95 { return .coronal }
        return normal.x.magnitude > 0.95 ? .sagittal : .oblique
    }

    /// Whether both directions are those of `other`, up to an angle of this `cosine`.
    func isAlong(_ other: ImageOrientation, cosine: Double) -> Bool {
        row.dot(other.row) >= cosine * row.length * other.row.length
            && column.dot(other.column) >= cosine * column.length * other.column.length
    }
}

extension SIMD3<Double> {
    func dot(_ other: Self) -> Double { (self * other).sum() }
    var length: Double { dot(self).squareRoot() }

    func cross(_ other: Self) -> Self {
        Self(y * other.z - z * other.y, z * other.x - x * other.z, x * other.y - y * other.x)
    }
}
