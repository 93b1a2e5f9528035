import DICOMImaging

/// What the images of a series show, averaged into cubes along the patient's axes.
struct HeadVolume: Sendable {
    let grid: VoxelGrid
    private var sums: [Float]
    private var counts: [Float]

    /// Nothing within this of the grid's sides: room for the air around a head whose images are cut close.
    private static let margin = SIMD3(6 * VoxelGrid.cell, 6 * VoxelGrid.cell, 0)
    /// Of a longer body only the upper part is looked at, in mm: a head and a neck.
    private static let longest = 340.0

    /// - Throws: `.noVolume`, `.tooLarge`.
    init(of slices: [HeadSlice]) throws(FacesError) {
        var (low, high) = (SIMD3(repeating: Double.infinity), SIMD3(repeating: -Double.infinity))
        for corner in slices.flatMap(\.corners) {
            low = SIMD3(min(low.x, corner.x), min(low.y, corner.y), min(low.z, corner.z))
            high = SIMD3(max(high.x, corner.x), max(high.y, corner.y), max(high.z, corner.z))
        }
        low.z = max(low.z, high.z - Self.longest)
        let size = high - low
        guard size.x >= 80, size.y >= 80, size.z >= 40 else {
            throw FacesError(.noVolume, "the images cover too little for a head")
        }
        grid = try VoxelGrid(from: low - Self.margin, to: high + Self.margin)
        sums = [Float](repeating: 0, count: grid.count)
        counts = sums
    }

    /// Adds one image, as thick as it stands for.
    /// - Parameter values: row by row, `slice.rows × slice.columns` of them.
    mutating func add(_ values: [Float], of slice: HeadSlice) {
        let (rowStep, columnStep) = slice.sampling
        for place in slice.layers {
            for row in Swift.stride(from: 0, to: slice.rows, by: rowStep) {
                let start = slice.point(column: 0, row: row) + place
                for column in Swift.stride(from: 0, to: slice.columns, by: columnStep) {
                    guard let cell = grid.index(at: start + slice.across * Double(column)) else { continue }
                    let value = values[row &* slice.columns &+ column]
                    guard value.isFinite else { continue }
                    sums[cell] += value
                    counts[cell] += 1
                }
            }
        }
    }

    /// Of each cell the mean; of one that no image has shown, `background`.
    func values(background: Float) -> [Float] {
        zip(sums, counts).map { $1 > 0 ? $0 / $1 : background }
    }

    /// The value below which `fraction` of all cells that were shown are.
    func quantiles(_ fractions: [Double]) throws(FacesError) -> [Float] {
        let shown = counts.indices.filter { counts[$0] > 0 }
        let step = max(1, shown.count / 200_000)
        let sample = Swift.stride(from: 0, to: shown.count, by: step).map { sums[shown[$0]] / counts[shown[$0]] }
            .sorted()
        guard sample.count > 1000 else { throw FacesError(.noVolume, "the images cover too little for a head") }
        return fractions.map { sample[min(sample.count - 1, Int(Double(sample.count) * $0))] }
    }
}

/// Where one image lies, and how much of the patient it stands for.
struct HeadSlice: Sendable {
    let rows: Int
    let columns: Int
    let first: SIMD3<Double>
    /// From a pixel to the next one of its row, in mm.
    let across: SIMD3<Double>
    /// From a pixel to the next one of its column.
    let down: SIMD3<Double>
    let normal: SIMD3<Double>
    /// How far it reaches behind and before its plane, in mm along the normal.
    let reach: ClosedRange<Double>

    init(_ plane: ImagePlane, rows: Int, columns: Int, reach: ClosedRange<Double>) {
        (self.rows, self.columns, self.reach) = (rows, columns, reach)
        first = plane.position
        across = plane.orientation.row * plane.spacing.columns
        down = plane.orientation.column * plane.spacing.rows
        normal = plane.orientation.normal
    }

    func point(column: Int, row: Int) -> SIMD3<Double> { first + across * Double(column) + down * Double(row) }

    var corners: [SIMD3<Double>] {
        [(0, 0), (columns - 1, 0), (0, rows - 1), (columns - 1, rows - 1)].flatMap { column, row in
            [reach.lowerBound, reach.upperBound].map { point(column: column, row: row) + normal * $0 }
        }
    }

    /// Every how many rows and columns are enough for two samples a cell.
    var sampling: (rows: Int, columns: Int) {
        func step(_ way: SIMD3<Double>) -> Int {
            max(1, Int(min(1000, VoxelGrid.cell / 2 / max((way * way).sum().squareRoot(), 1e-6))))
        }
        return (step(down), step(across))
    }

    /// Places along the normal that are no more than a cell apart.
    var layers: [SIMD3<Double>] {
        let thickness = reach.upperBound - reach.lowerBound
        let count = max(1, min(16, Int((thickness / VoxelGrid.cell).rounded(.up))))
        return (0..<count).map {
            normal * (reach.lowerBound + (Double($0) + 0.5) / Double(count) * thickness)
        }
    }
}
