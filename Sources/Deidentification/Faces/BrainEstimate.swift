/// Where the brain is, roughly: not a segmentation, but enough to know what must not be touched and where a face begins.
struct BrainEstimate: Sendable {
    /// Everything that may be brain, in front of the ears and above the neck with a margin.
    let kept: VoxelMask
    /// The head without its hollows.
    let head: VoxelMask
    /// y of the frontal pole, in mm.
    let front: Double
    /// z of the frontal pole, in mm.
    let height: Double
    /// x of the middle, in mm.
    let middle: Double
    /// As it was found, before the margin.
    let millilitres: Double

    private enum Length {
        /// Everything thinner than twice this is cut off: nerves, vessels and muscles that leave the skull.
        static let core = 12.0
        /// Skin and skull are no thinner.
        static let skull = 9.0
        /// Around what was found, for what was rounded off.
        static let margin = 8.0
    }

    /// Of an infant, to a large one with all that borders on it.
    private static let plausible = 300.0...2600.0

    /// - Throws: `.noBrain`; `.noVolume`.
    init(_ volume: HeadVolume, _ kind: FaceMask.Kind) throws(FacesError) {
        let grid = volume.grid
        let quantiles = try volume.quantiles([0.02, 0.98])
        let background = kind == .ct ? min(quantiles[0], -1000) : quantiles[0]
        let values = volume.values(background: background)
        let air = kind == .ct ? -300 : quantiles[0] + 0.12 * (quantiles[1] - quantiles[0])
        head = Self.head(VoxelMask(grid, cells: values.map { $0 > air }))
        let smooth = BoxFilter.mean(values, grid)
        let skin = DistanceField(to: head.inverted)
        var tissue = head
        switch kind {
        case .ct:
            // Grey and white matter, and liquor, in Hounsfield units; bone and air end them.
            for index in tissue.cells.indices where smooth[index] <= 0 || smooth[index] >= 110 {
                tissue.cells[index] = false
            }
        case .mr:
            // The skull is dark whatever the weighting.
            let inner = smooth.indices.filter { !skin.isWithin(25, $0) }.map { smooth[$0] }.sorted()
            guard !inner.isEmpty else { throw Self.none }
            let dark = 0.5 * inner[inner.count / 2]
            for index in tissue.cells.indices where smooth[index] <= dark { tissue.cells[index] = false }
        }
        // Sulci are dark in some weightings.
        var candidate = tissue.closed(4)
        for index in candidate.cells.indices where skin.isWithin(Length.skull, index) {
            candidate.cells[index] = false
        }
        let core = candidate.eroded(Length.core).largestPart()
        let brain = core.dilated(Length.core)
        millilitres = VoxelGrid.millilitres(brain.count)
        guard core.count > 0, Self.plausible.contains(millilitres) else { throw Self.none }
        if kind == .ct, !Self.isWithinBone(brain, smooth) { throw Self.none }
        let pole = try Self.frontalPole(brain)
        (middle, front, height) = (pole.x, pole.y, pole.z)
        kept = Self.aboveBase(brain, pole).dilated(Length.margin)
    }

    private static let none = FacesError(.noBrain, "no brain was found, so that nobody knows where the face is")

    /// Thresholded tissue as one body: without the table, with nostrils, mouth and sinuses filled.
    private static func head(_ tissue: VoxelMask) -> VoxelMask {
        let body = tissue.eroded(3).largestPart().dilated(3).closed(12)
        var filled = body
        let grid = body.grid
        // In each plane, what the air outside does not reach is inside.
        for z in 0..<grid.height {
            var outside = [Bool](repeating: false, count: grid.width * grid.depth)
            var stack: [Int] = []
            let base = grid.index(0, 0, z)
            func visit(_ place: Int) {
                guard !outside[place], !body.cells[base + place] else { return }
                outside[place] = true
                stack.append(place)
            }
            for x in 0..<grid.width { for y in [0, grid.depth - 1] { visit(y * grid.width + x) } }
            for y in 0..<grid.depth { for x in [0, grid.width - 1] { visit(y * grid.width + x) } }
            while let place = stack.popLast() {
                let (x, y) = (place % grid.width, place / grid.width)
                if x > 0 { visit(place - 1) }
                if x < grid.width - 1 { visit(place + 1) }
                if y > 0 { visit(place - grid.width) }
                if y < grid.depth - 1 { visit(place + grid.width) }
            }
            for place in outside.indices where !outside[place] { filled.cells[base + place] = true }
        }
        return filled
    }

    /// Whether bone lies around: a liver, a heart or a tongue has none, or too little.
    private static func isWithinBone(_ brain: VoxelMask, _ smooth: [Float]) -> Bool {
        let around = brain.dilated(10)
        var (shell, bone) = (0, 0)
        for index in smooth.indices where around.cells[index] && !brain.cells[index] {
            shell += 1
            if smooth[index] > 150 { bone += 1 }
        }
        return Double(bone) >= 0.4 * Double(shell)
    }

    /// The most anterior place of the brain near the middle.
    private static func frontalPole(_ brain: VoxelMask) throws(FacesError) -> SIMD3<Double> {
        let grid = brain.grid
        var (sum, count) = (0.0, 0.0)
        for index in brain.cells.indices where brain.cells[index] {
            sum += grid.x(index % grid.width)
            count += 1
        }
        let middle = sum / max(1, count)
        let columns = (0..<grid.width).filter { (grid.x($0) - middle).magnitude < 15 }
        // Of each transverse plane.
        let fronts = (0..<grid.height).map { z in
            columns.compactMap { x in (0..<grid.depth).first { brain.cells[grid.index(x, $0, z)] } }.min()
        }
        guard let front = fronts.compactMap({ $0 }).min() else { throw none }
        let planes = fronts.indices.filter { fronts[$0].map { Double($0 - front) * VoxelGrid.cell <= 4 } ?? false }
        guard !planes.isEmpty else { throw none }
        let height = planes.reduce(0) { $0 + grid.z($1) } / Double(planes.count)
        return SIMD3(middle, grid.y(front), height)
    }

    /// Without what leaked into orbits, nose and jaw: the base of the skull falls from the floor of the frontal lobes,
    /// which near the middle lies on bone and air, to the tips of the temporal lobes and further back.
    private static func aboveBase(_ brain: VoxelMask, _ pole: SIMD3<Double>) -> VoxelMask {
        let grid = brain.grid
        let columns = (0..<grid.width).filter { (grid.x($0) - pole.x).magnitude < 8 }
        let lines = (0..<grid.depth).filter { (8.0...25).contains(grid.y($0) - pole.y) }
        let lowest = (0..<grid.height).first { z in
            lines.contains { y in columns.contains { brain.cells[grid.index($0, y, z)] } }
        }
        let floor = lowest.map { grid.z($0) - pole.z } ?? 0
        let base = min(max(floor - 2, -34), -15)
        var above = brain
        for y in 0..<grid.depth {
            let behind = grid.y(y) - pole.y
            // Where nothing is taken away any more.
            guard behind < 66 else { break }
            let limit = pole.z + (behind < 25 ? base : base - (behind - 25) * (base + 80) / 25)
            for z in 0..<grid.height where grid.z(z) <= limit {
                for x in 0..<grid.width { above.cells[grid.index(x, y, z)] = false }
            }
        }
        return above
    }
}

/// The mean over three cells along each axis.
enum BoxFilter {
    static func mean(_ values: [Float], _ grid: VoxelGrid) -> [Float] {
        var values = values
        let plane = grid.width * grid.depth
        for (stride, length, position) in [
            (1, grid.width, { $0 % grid.width }), (grid.width, grid.depth, { $0 % plane / grid.width }),
            (plane, grid.height, { $0 / plane }),
        ] as [(Int, Int, (Int) -> Int)] {
            let before = values
            for index in values.indices {
                let place = position(index)
                let low = place > 0 ? before[index - stride] : before[index]
                let high = place < length - 1 ? before[index + stride] : before[index]
                values[index] = (low + before[index] + high) / 3
            }
        }
        return values
    }
}
