/// One slice while it is painted: values and what tissue they are, with edges as soft as a pixel.
struct DemoCanvas {
    /// What a pixel shows; decides what may be painted over it.
    struct Tissue: OptionSet, Sendable {
        let rawValue: UInt16

        static let air = Tissue(rawValue: 1 << 0)
        static let fat = Tissue(rawValue: 1 << 1)
        static let muscle = Tissue(rawValue: 1 << 2)
        static let cavity = Tissue(rawValue: 1 << 3)
        static let lung = Tissue(rawValue: 1 << 4)
        static let mediastinum = Tissue(rawValue: 1 << 5)
        static let bone = Tissue(rawValue: 1 << 6)
        static let organ = Tissue(rawValue: 1 << 7)
        static let liver = Tissue(rawValue: 1 << 8)
        static let vessel = Tissue(rawValue: 1 << 9)
        static let gas = Tissue(rawValue: 1 << 10)
        static let device = Tissue(rawValue: 1 << 11)
        static let any = Tissue(rawValue: .max)
    }

    struct Paint {
        let value: Float
        let tissue: Tissue
        /// Only over these.
        var over = Tissue.any
        /// Covered more than this, a pixel is of the tissue.
        var claim: Float = 0.5
    }

    let side: Int
    /// mm a pixel.
    let pixel: Float
    let z: Float
    private(set) var values: [Float]
    private(set) var tissues: [UInt16]
    /// Anatomy is not made of ellipses: coordinates are bent, x by row and y by column.
    private let bendX: [Float]
    private let bendY: [Float]

    init(side: Int, pixel: Float, z: Float, background: Float, bend: Float) {
        self.side = side
        self.pixel = pixel
        self.z = z
        values = [Float](repeating: background, count: side * side)
        tissues = [UInt16](repeating: Tissue.air.rawValue, count: side * side)
        func waves(_ phase: Float) -> [Float] {
            (0..<side).map { index in
                let place = (Float(index) - Float(side - 1) / 2) * pixel
                return bend
                    * (demoSine(place * 0.031 + z * 0.012 + phase) + 0.45
                        * demoSine(place * 0.083 - z * 0.021 + 2 * phase))
            }
        }
        bendX = waves(0.7)
        bendY = waves(2.1)
    }

    /// Of the first pixel's centre.
    var origin: Float { -Float(side - 1) / 2 * pixel }

    private func columns(_ low: Float, _ high: Float) -> Range<Int> {
        let first = max(0, Int(((low - origin) / pixel).rounded(.down)))
        let last = min(side - 1, Int(((high - origin) / pixel).rounded(.up)))
        return first <= last ? first..<(last + 1) : 0..<0
    }

    /// An ellipse in the plane, squarer with `square` (0 … 0.5); with `isOutside` all that surrounds it.
    mutating func ellipse(
        _ x: Float, _ y: Float, _ a: Float, _ b: Float, square: Float = 0, isBent: Bool = true,
        isOutside: Bool = false, _ paint: Paint
    ) {
        guard a > 0.2, b > 0.2 else { return }
        let margin: Float = isOutside ? 60 : (isBent ? 9 : 1) + max(a, b) * square * 0.6
        let softness = (isOutside ? -1 : 1) * min(a, b) / pixel
        let rows = columns(y - b - margin, y + b + margin)
        let span = columns(x - a - margin, x + a + margin)
        let (start, step, inverseA, inverseB) = (origin, pixel, 1 / a, 1 / b)
        let over = paint.over.rawValue
        values.withUnsafeMutableBufferPointer { values in
            tissues.withUnsafeMutableBufferPointer { tissues in
                for row in rows {
                    let rowY = start + Float(row) * step
                    let shift = isBent ? bendX[row] : 0
                    for column in span {
                        let u = (start + Float(column) * step + shift - x) * inverseA
                        let v = (rowY + (isBent ? bendY[column] : 0) - y) * inverseB
                        let s = u * u + v * v - square * u * u * v * v
                        if s > 1.6, !isOutside { continue }
                        let index = row &* self.side &+ column
                        guard tissues[index] & over != 0 else { continue }
                        let cover = min(1, 0.5 + (1 - max(s, 0).squareRoot()) * softness)
                        if cover <= 0 { continue }
                        values[index] += (paint.value - values[index]) * cover
                        if cover > paint.claim { tissues[index] = paint.tissue.rawValue }
                    }
                }
            }
        }
    }

    /// The section through an ellipsoid; `blunt` makes it more of a cylinder.
    mutating func ellipsoid(
        _ center: (Float, Float, Float), _ radii: (Float, Float, Float), blunt: Bool = false, square: Float = 0,
        isBent: Bool = true, _ paint: Paint
    ) {
        let t = (z - center.2) / radii.2
        guard abs(t) < 1 else { return }
        let scale = blunt ? (1 - t * t * t * t).squareRoot() : (1 - t * t).squareRoot()
        ellipse(center.0, center.1, radii.0 * scale, radii.1 * scale, square: square, isBent: isBent, paint)
    }

    /// The section through a tube.
    mutating func tube(_ segments: [DemoTube], grow: Float = 0, isBent: Bool = true, _ paint: Paint) {
        for segment in segments where segment.reaches(z, grow: grow) {
            self.segment(segment, grow: grow, isBent: isBent, paint)
        }
    }

    private mutating func segment(_ tube: DemoTube, grow: Float, isBent: Bool, _ paint: Paint) {
        let largest = max(tube.startRadius, tube.endRadius) + grow
        guard largest > 0 else { return }
        let margin = largest + pixel + (isBent ? 9 : 0)
        let along = tube.vector
        let length = max(1e-6, along.x * along.x + along.y * along.y + along.z * along.z)
        let rows = columns(min(tube.start.y, tube.end.y) - margin, max(tube.start.y, tube.end.y) + margin)
        let span = columns(min(tube.start.x, tube.end.x) - margin, max(tube.start.x, tube.end.x) + margin)
        let dz = z - tube.start.z
        for row in rows {
            let rowY = origin + Float(row) * pixel - tube.start.y
            let shift = (isBent ? bendX[row] : 0) - tube.start.x
            for column in span {
                let dx = origin + Float(column) * pixel + shift
                let dy = rowY + (isBent ? bendY[column] : 0)
                let place = max(0, min(1, (dx * along.x + dy * along.y + dz * along.z) / length))
                let radius = tube.startRadius + (tube.endRadius - tube.startRadius) * place + grow
                let (ex, ey, ez) = (dx - along.x * place, dy - along.y * place, dz - along.z * place)
                let distance = ex * ex + ey * ey + ez * ez
                if distance > (radius + pixel) * (radius + pixel) { continue }
                blend(row * side + column, 0.5 + (radius - distance.squareRoot()) / pixel, paint)
            }
        }
    }

    private mutating func blend(_ index: Int, _ cover: Float, _ paint: Paint) {
        guard cover > 0, tissues[index] & paint.over.rawValue != 0 else { return }
        values[index] += (paint.value - values[index]) * min(1, cover)
        if cover > paint.claim { tissues[index] = paint.tissue.rawValue }
    }

    /// Paints every pixel for which `cover`, called with its unbent coordinates, is above 0.
    mutating func region(y low: Float, _ high: Float, _ paint: Paint, cover: (Float, Float) -> Float) {
        for row in columns(low, high) {
            for column in 0..<side {
                let share = cover(origin + Float(column) * pixel, origin + Float(row) * pixel)
                if share > 0 { blend(row * side + column, share, paint) }
            }
        }
    }

    /// Changes every value: `body` gets index, column and row in mm, and the value.
    mutating func adjust(_ body: (Int, Float, Float, Float) -> Float) {
        for row in 0..<side {
            let y = origin + Float(row) * pixel
            for column in 0..<side {
                let index = row * side + column
                values[index] = body(index, origin + Float(column) * pixel, y, values[index])
            }
        }
    }
}

/// A straight piece of a vessel, a bronchus or a bone.
struct DemoTube: Sendable {
    struct Point: Sendable {
        var x: Float
        var y: Float
        var z: Float

        init(_ x: Float, _ y: Float, _ z: Float) { (self.x, self.y, self.z) = (x, y, z) }
    }

    let start: Point
    let end: Point
    let startRadius: Float
    let endRadius: Float

    var vector: Point { Point(end.x - start.x, end.y - start.y, end.z - start.z) }

    /// Whether the plane at `z` cuts it.
    func reaches(_ z: Float, grow: Float) -> Bool {
        let radius = max(startRadius, endRadius) + grow
        return z >= min(start.z, end.z) - radius && z <= max(start.z, end.z) + radius
    }

    /// The pieces of a line through `points`, with a radius for each point.
    static func path(_ points: [Point], radii: [Float]) -> [DemoTube] {
        (1..<max(1, points.count)).map { index in
            DemoTube(
                start: points[index - 1], end: points[index], startRadius: radii[min(index - 1, radii.count - 1)],
                endRadius: radii[min(index, radii.count - 1)])
        }
    }
}
