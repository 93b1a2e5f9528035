/// How far each cell of a grid is from the nearest one of a mask: the exact Euclidean distance, along one axis after the
/// other by the lower envelope of parabolas (Felzenszwalb and Huttenlocher, 2012).
struct DistanceField: Sendable {
    /// Squared, in cells.
    private let squares: [Float]

    /// Farther than anything in a grid.
    private static let far: Float = 1e12

    init(to mask: VoxelMask) {
        let grid = mask.grid
        var squares = mask.cells.map { $0 ? 0 : Self.far }
        Self.sweep(&squares, lines: Self.starts(grid.depth * grid.height) { $0 * grid.width }, grid.width, stride: 1)
        let plane = grid.width * grid.depth
        Self.sweep(
            &squares, lines: Self.starts(grid.width * grid.height) { $0 / grid.width * plane + $0 % grid.width },
            grid.depth, stride: grid.width)
        Self.sweep(&squares, lines: Self.starts(plane) { $0 }, grid.height, stride: plane)
        self.squares = squares
    }

    /// Whether a cell is within `distance` mm of the mask.
    func isWithin(_ distance: Double, _ index: Int) -> Bool { squares[index] <= Self.limit(distance) }

    /// All cells within `distance` mm of the mask.
    func cells(within distance: Double) -> [Bool] {
        let limit = Self.limit(distance)
        return squares.map { $0 <= limit }
    }

    private static func limit(_ distance: Double) -> Float {
        let cells = Float(distance / VoxelGrid.cell)
        return cells * cells
    }

    private static func starts(_ count: Int, _ start: (Int) -> Int) -> [Int] { (0..<count).map(start) }

    private static func sweep(_ squares: inout [Float], lines: [Int], _ length: Int, stride: Int) {
        var line = [Float](repeating: 0, count: length)
        var apexes = [Int](repeating: 0, count: length)
        var borders = [Float](repeating: 0, count: length + 1)
        for start in lines {
            var isEmpty = true
            for index in 0..<length {
                line[index] = squares[start &+ index &* stride]
                if line[index] < far { isEmpty = false }
            }
            guard !isEmpty else { continue }
            envelope(line, &apexes, &borders)
            var current = 0
            for index in 0..<length {
                while borders[current + 1] < Float(index) { current += 1 }
                let away = Float(index - apexes[current])
                squares[start &+ index &* stride] = min(far, away * away + line[apexes[current]])
            }
        }
    }

    /// Which parabola is the lowest where: `apexes` from `borders` to the next.
    private static func envelope(_ line: [Float], _ apexes: inout [Int], _ borders: inout [Float]) {
        var last = -1
        for index in line.indices where line[index] < far {
            var border = -far
            while last >= 0 {
                let apex = apexes[last]
                let rise = line[index] + Float(index * index) - line[apex] - Float(apex * apex)
                border = rise / Float(2 * (index - apex))
                if border > borders[last] { break }
                last -= 1
                border = -far
            }
            last += 1
            apexes[last] = index
            borders[last] = border
            borders[last + 1] = far
        }
    }
}
