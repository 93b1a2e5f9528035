/// What is taken out of the images of a head so that its face cannot be rebuilt, found without any network or atlas.
/// Docs/Decisions/0012.
///
/// The brain is found first, roughly and with a margin; it is never touched, however near the skin it lies. What is taken out lies below the brows and
/// in front of the ears: the outermost 10 mm, everything in front of a plane 15 mm behind the frontal pole, and what is
/// within 30 mm of the convex outline of the head. Air in front of it goes with it, and what a scanner folded into it.
public struct FaceMask: Sendable {
    /// Which scale values have.
    public enum Kind: Sendable, Hashable {
        /// Hounsfield units.
        case ct
        /// Any.
        case mr
    }

    /// Figures to judge by.
    public struct Figures: Sendable, Hashable, Codable {
        /// Of what was taken for the brain.
        public let brain: Double
        /// Of the head, taken out.
        public let removed: Double
        /// Whether the images reach down to a face at all.
        public let showsFace: Bool
    }

    /// In millilitres.
    public let figures: Figures
    let grid: VoxelGrid
    let removed: [Bool]

    private enum Length {
        /// The brows, below the frontal pole.
        static let brow = 15.0
        /// The chin, below the brows: what is further down is neck.
        static let face = 150.0
        /// From the frontal pole to in front of the ears.
        static let back = 65.0
        /// Skin, whatever lies beneath.
        static let skin = 10.0
        /// How far back the skin goes in any case.
        static let skinBack = 50.0
        /// Behind the frontal pole: nose, mouth and eyes are in front of this.
        static let front = 15.0
        /// From the convex outline inwards.
        static let shell = 30.0
    }

    init(_ volume: HeadVolume, _ kind: Kind) throws(FacesError) {
        let brain = try BrainEstimate(volume, kind)
        let grid = volume.grid
        let skin = DistanceField(to: brain.head.inverted)
        let outline = DistanceField(to: brain.head.convexInPlanes().inverted)
        var removed = [Bool](repeating: false, count: grid.count)
        var taken = 0
        let brow = brain.height - Length.brow
        for z in 0..<grid.height where grid.z(z) < brow && grid.z(z) > brow - Length.face {
            for y in 0..<grid.depth where grid.y(y) < brain.front + Length.back {
                let behind = grid.y(y) - brain.front
                for x in 0..<grid.width {
                    let index = grid.index(x, y, z)
                    guard !brain.kept.cells[index] else { continue }
                    let isSkin = behind < Length.skinBack && skin.isWithin(Length.skin, index)
                    guard isSkin || behind < Length.front || outline.isWithin(Length.shell, index) else { continue }
                    removed[index] = true
                    if brain.head.cells[index] { taken += 1 }
                }
            }
        }
        self.grid = grid
        self.removed = removed
        figures = Figures(
            brain: brain.millilitres, removed: VoxelGrid.millilitres(taken), showsFace: grid.z(0) < brow - 20)
        // A whole face is some hundred millilitres: with less something was misunderstood.
        if figures.showsFace, figures.removed < 30 {
            throw FacesError(.noBrain, "what was found is no head: nearly nothing of it would be taken out")
        }
    }

    /// Whether what lies at a place in the patient, in mm, is taken out.
    public func isRemoved(_ point: SIMD3<Double>) -> Bool { grid.index(at: point).map { removed[$0] } ?? false }
}
