/// Patches of bright pixels that hang together, as letters do.
struct Strokes {
    /// One patch.
    struct Patch {
        var left: Int
        var right: Int
        var top: Int
        var bottom: Int
        /// Pixels in it.
        var area: Int
        /// Horizontal runs in it.
        var runs: Int
        /// How much darker it is two pixels beside its runs, summed up over `2 * runs` edges.
        var drop: Int

        var width: Int { right - left + 1 }
        var height: Int { bottom - top + 1 }

        /// Whether it is so much darker beside its runs, on average.
        func stands(out contrast: Int) -> Bool { drop >= contrast * 2 * runs }

        mutating func join(_ other: Patch) {
            left = min(left, other.left)
            right = max(right, other.right)
            top = min(top, other.top)
            bottom = max(bottom, other.bottom)
            area += other.area
            runs += other.runs
            drop += other.drop
        }
    }

    private(set) var patches: [Patch]

    /// More runs than one in so many pixels are noise, not text; and more than `limit` are no text that anybody reads.
    private static let pixelsPerRun = 6
    private static let limit = 2_000_000

    /// Patches of the pixels within `range`, which touch each other at a side or a corner; `nil` where there are so many
    /// runs of them that they are noise.
    init?(_ plane: GreyPlane, within range: ClosedRange<UInt16>) {
        var finder = RunFinder(plane, range, limit: min(Self.limit, max(64, plane.values.count / Self.pixelsPerRun)))
        for row in 0..<plane.rows { guard finder.add(row: row) else { return nil } }
        patches = finder.joined()
    }

    /// Those that are so much brighter than what is beside them.
    func standing(out contrast: Int) -> Strokes {
        var out = self
        out.patches.removeAll { !$0.stands(out: contrast) }
        return out
    }
}

/// Finds runs row by row, and joins those that touch.
private struct RunFinder {
    private let plane: GreyPlane
    private let range: ClosedRange<UInt16>
    private let limit: Int
    private var patches: [Strokes.Patch] = []
    private var parents: [Int32] = []
    /// Where the runs of the row before begin in `patches`.
    private var previous = 0..<0

    init(_ plane: GreyPlane, _ range: ClosedRange<UInt16>, limit: Int) {
        self.plane = plane
        self.range = range
        self.limit = limit
    }

    /// `false` where there are too many runs.
    mutating func add(row: Int) -> Bool {
        let first = patches.count
        var candidate = previous.lowerBound
        let base = row * plane.columns
        var column = 0
        while column < plane.columns {
            guard range.contains(plane.values[base + column]) else {
                column += 1
                continue
            }
            let left = column
            while column < plane.columns, range.contains(plane.values[base + column]) { column += 1 }
            guard patches.count < limit else { return false }
            append(left: left, right: column - 1, row: row)
            // Runs of the row before that end left of this one touch none that follows either.
            while candidate < previous.upperBound, runs[candidate].right < left - 1 { candidate += 1 }
            var touching = candidate
            while touching < previous.upperBound, runs[touching].left <= column {
                unite(patches.count - 1, touching)
                touching += 1
            }
        }
        previous = first..<patches.count
        return true
    }

    /// Every run as it was found, before it was joined with others.
    private var runs: [(left: Int, right: Int)] = []

    private mutating func append(left: Int, right: Int, row: Int) {
        let base = row * plane.columns
        let inside = Int(plane.values[base + left]) + Int(plane.values[base + right])
        let before = Int(plane.values[base + max(0, left - 2)])
        let after = Int(plane.values[base + min(plane.columns - 1, right + 2)])
        patches.append(
            Strokes.Patch(
                left: left, right: right, top: row, bottom: row, area: right - left + 1, runs: 1,
                drop: inside - before - after))
        runs.append((left, right))
        parents.append(Int32(patches.count - 1))
    }

    private mutating func root(of index: Int) -> Int {
        var index = index
        while Int(parents[index]) != index {
            parents[index] = parents[Int(parents[index])]
            index = Int(parents[index])
        }
        return index
    }

    private mutating func unite(_ first: Int, _ second: Int) {
        let (a, b) = (root(of: first), root(of: second))
        if a != b { parents[max(a, b)] = Int32(min(a, b)) }
    }

    /// The patches, each with all its runs.
    mutating func joined() -> [Strokes.Patch] {
        for index in patches.indices.reversed() {
            let root = root(of: index)
            if root != index { patches[root].join(patches[index]) }
        }
        return patches.indices.filter { Int(parents[$0]) == $0 }.map { patches[$0] }
    }
}
