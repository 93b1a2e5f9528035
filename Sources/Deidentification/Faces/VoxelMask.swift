/// Some of a grid's cells.
struct VoxelMask: Sendable {
    let grid: VoxelGrid
    /// x fastest, then y, then z.
    var cells: [Bool]

    init(_ grid: VoxelGrid, cells: [Bool]) {
        self.grid = grid
        self.cells = cells
    }

    init(_ grid: VoxelGrid) { self.init(grid, cells: [Bool](repeating: false, count: grid.count)) }

    var count: Int { cells.count { $0 } }

    var inverted: VoxelMask { VoxelMask(grid, cells: cells.map { !$0 }) }

    /// With all cells within `distance` mm.
    func dilated(_ distance: Double) -> VoxelMask {
        VoxelMask(grid, cells: DistanceField(to: self).cells(within: distance))
    }

    /// Without the cells within `distance` mm of others. Beyond the grid there is nothing that takes away.
    func eroded(_ distance: Double) -> VoxelMask { inverted.dilated(distance).inverted }

    /// With gaps of up to twice `distance` mm closed.
    func closed(_ distance: Double) -> VoxelMask { dilated(distance).eroded(distance) }

    func intersection(_ other: VoxelMask) -> VoxelMask {
        VoxelMask(grid, cells: zip(cells, other.cells).map { $0 && $1 })
    }

    /// The largest part whose cells share faces.
    func largestPart() -> VoxelMask {
        var label = [Int32](repeating: 0, count: cells.count)
        var (best, bestCount, next) = (Int32(0), 0, Int32(0))
        var stack: [Int] = []
        for start in cells.indices where cells[start] && label[start] == 0 {
            next += 1
            var count = 0
            label[start] = next
            stack.append(start)
            while let index = stack.popLast() {
                count += 1
                for neighbour in neighbours(of: index) where cells[neighbour] && label[neighbour] == 0 {
                    label[neighbour] = next
                    stack.append(neighbour)
                }
            }
            if count > bestCount { (best, bestCount) = (next, count) }
        }
        guard bestCount > 0 else { return self }
        return VoxelMask(grid, cells: label.map { $0 == best })
    }

    private func neighbours(of index: Int) -> [Int] {
        let plane = grid.width * grid.depth
        let (x, y, z) = (index % grid.width, index % plane / grid.width, index / plane)
        var found: [Int] = []
        found.reserveCapacity(6)
        if x > 0 { found.append(index - 1) }
        if x < grid.width - 1 { found.append(index + 1) }
        if y > 0 { found.append(index - grid.width) }
        if y < grid.depth - 1 { found.append(index + grid.width) }
        if z > 0 { found.append(index - plane) }
        if z < grid.height - 1 { found.append(index + plane) }
        return found
    }
}

extension VoxelMask {
    /// In each transverse plane the convex hull. What is bulged out or hollowed in the outline (nose, orbits, chin)
    /// does not show in it any more.
    func convexInPlanes() -> VoxelMask {
        var hull = VoxelMask(grid)
        for z in 0..<grid.height {
            let rows: [(y: Int, low: Int, high: Int)] = (0..<grid.depth).compactMap { y in
                let row = grid.index(0, y, z)..<(grid.index(0, y, z) + grid.width)
                guard let low = cells[row].firstIndex(of: true), let high = cells[row].lastIndex(of: true) else {
                    return nil
                }
                return (y, low - row.lowerBound, high - row.lowerBound)
            }
            guard let first = rows.first?.y, let last = rows.last?.y else { continue }
            let low = Self.minorant(rows.map { ($0.y, $0.low) }, first...last)
            let high = Self.minorant(rows.map { ($0.y, -$0.high) }, first...last)
            for y in first...last {
                let (from, to) = (Int(low[y - first].rounded(.down)), -Int(high[y - first].rounded(.down)))
                guard from <= to else { continue }
                for x in max(0, from)...min(grid.width - 1, to) { hull.cells[grid.index(x, y, z)] = true }
            }
        }
        return hull
    }

    /// The largest convex function that is nowhere above `points`, whose first members ascend.
    private static func minorant(_ points: [(at: Int, value: Int)], _ range: ClosedRange<Int>) -> [Double] {
        var kept: [(at: Int, value: Int)] = []
        for point in points {
            while kept.count >= 2 {
                let (one, two) = (kept[kept.count - 2], kept[kept.count - 1])
                let turn = (two.value - one.value) * (point.at - two.at) - (point.value - two.value) * (two.at - one.at)
                guard turn >= 0 else { break }
                kept.removeLast()
            }
            kept.append(point)
        }
        var part = 0
        return range.map { at in
            while part + 1 < kept.count - 1, kept[part + 1].at < at { part += 1 }
            guard part + 1 < kept.count else { return Double(kept.last?.value ?? 0) }
            let (from, to) = (kept[part], kept[part + 1])
            return Double(from.value)
                + Double(to.value - from.value) * Double(at - from.at) / Double(to.at - from.at)
        }
    }
}
