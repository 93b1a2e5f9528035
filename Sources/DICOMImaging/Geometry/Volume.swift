import Glibc

/// Slices one above the other, at most one at a place.
public struct Volume: Sendable, Hashable {
    /// Slices that are not there.
    public struct Gap: Sendable, Hashable, Codable {
        /// The slice before, counted from 0 within the volume.
        public let after: Int
        /// How many are missing.
        public let missing: Int

        public init(after: Int, missing: Int) {
            self.after = after
            self.missing = missing
        }
    }

    /// The distance of neighbouring slices and where it comes from.
    public struct SliceSpacing: Sendable, Hashable, Codable {
        public enum Source: String, Sendable, Hashable, Codable {
            /// Measured between positions.
            case positions
            /// Spacing Between Slices (0018,0088), of a single slice.
            case stated
        }

        /// Along the normal, in mm.
        public let value: Double
        public let source: Source
    }

    public let rows: Int
    public let columns: Int
    /// Along the normal.
    public let frames: [Int]
    /// Of each slice, from the origin along the normal, in mm.
    public let places: [Double]
    /// Of the first slice; `nil` where the pixels have no size in the patient.
    public let plane: ImagePlane?
    public let sliceSpacing: SliceSpacing?
    public let gaps: [Gap]
    /// Whether slices are equally far apart, gaps aside.
    public let isEven: Bool
    /// Between the normal and the way from the first slice to the last, in degrees: gantry tilt. 0 where it is none.
    public let tilt: Double
    /// Whether the first pixels of all slices lie on one line.
    public let isStraight: Bool
    /// From (column, row, slice, 1) to (x, y, z, 1) in the patient, in mm (LPS), row by row; sheared where tilted.
    /// `nil` where slices are missing, or not equally far apart, or not on one line, or alone without a thickness.
    public let affine: [[Double]]?

    /// Whether it is a grid without holes.
    public var isRegular: Bool { affine != nil }

    init(_ slices: [(frame: Int, place: Double)], of all: [FrameGeometry], _ orientation: ImageOrientation) {
        frames = slices.map(\.frame)
        places = slices.map(\.place)
        let geometries = frames.map { all[$0] }
        let first = geometries.first ?? FrameGeometry()
        (rows, columns, plane) = (first.rows, first.columns, first.plane)
        let steps = SliceSteps(
            places, thickness: geometries.map(\.sliceThickness), stated: first.spacingBetweenSlices)
        (gaps, isEven) = (steps.gaps, steps.isEven)
        let line = SliceLine(
            geometries.compactMap(\.position), places, orientation.normal,
            // A quarter of a pixel shows nowhere; positions are rounded.
            tolerance: 0.25 * min(first.pixelSpacing?.rows ?? 0.5, first.pixelSpacing?.columns ?? 0.5))
        (tilt, isStraight) = (line.tilt, line.isStraight)
        if let spacing = steps.spacing {
            sliceSpacing = SliceSpacing(value: spacing, source: .positions)
        } else {
            sliceSpacing = Self.length(first.spacingBetweenSlices).map { SliceSpacing(value: $0, source: .stated) }
        }
        guard let plane, gaps.isEmpty, isEven, isStraight else {
            affine = nil
            return
        }
        let alone = (sliceSpacing?.value ?? Self.length(first.sliceThickness)).map { orientation.normal * $0 }
        affine = (frames.count > 1 ? line.step : alone).map { plane.affine(step: $0) }
    }

    private static func length(_ stated: Double?) -> Double? {
        stated.map(\.magnitude).flatMap { PixelSpacing.range.contains($0) ? $0 : nil }
    }
}

/// The way from slice to slice.
private struct SliceLine {
    /// From each slice to the next, where they are equally far apart; `nil` for fewer than two.
    private(set) var step: SIMD3<Double>?
    /// In degrees.
    private(set) var tilt = 0.0
    private(set) var isStraight = true

    init(_ positions: [SIMD3<Double>], _ places: [Double], _ normal: SIMD3<Double>, tolerance: Double) {
        guard let first = positions.first, let last = positions.last, let low = places.first, let high = places.last,
            high > low
        else {
            isStraight = positions.count < 2
            return
        }
        let way = last - first
        step = way / Double(positions.count - 1)
        isStraight = zip(positions, places).allSatisfy { position, place in
            (position - first - way * ((place - low) / (high - low))).length <= tolerance
        }
        let along = way.dot(normal)
        let aside = (way - normal * along).length
        // Rounded positions make an angle, too: it has to show, and in mm as well.
        guard isStraight, aside > tolerance else { return }
        let angle = atan2(aside, along) * 180 / .pi
        tilt = angle > 0.1 ? angle : 0
    }
}
