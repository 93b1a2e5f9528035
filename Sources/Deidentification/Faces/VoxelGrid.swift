/// Cubes of one size along the patient's axes (LPS): x to the left, y to the back, z to the head.
struct VoxelGrid: Sendable, Hashable {
    /// Edge of a cell, in mm: fine enough for a face, coarse enough for a whole head in a megabyte.
    static let cell = 2.5
    /// Cells of one grid at most: a body of half a metre, and a metre long.
    static let most = 20_000_000

    /// The lowest corner, in mm.
    let origin: SIMD3<Double>
    let width: Int
    let depth: Int
    let height: Int

    /// Cells that hold everything between two corners, in mm.
    /// - Throws: `.tooLarge`, `.noVolume`.
    init(from low: SIMD3<Double>, to high: SIMD3<Double>) throws(FacesError) {
        let size = ((high - low) / Self.cell).rounded(.up)
        guard size.x >= 1, size.y >= 1, size.z >= 1 else {
            throw FacesError(.noVolume, "the images lie in one plane: there is no volume")
        }
        guard size.x < 4000, size.y < 4000, size.z < 4000, size.x * size.y * size.z <= Double(Self.most) else {
            throw FacesError(.tooLarge, "the images cover more than a patient's body")
        }
        origin = low
        (width, depth, height) = (Int(size.x), Int(size.y), Int(size.z))
    }

    var count: Int { width * depth * height }

    func index(_ x: Int, _ y: Int, _ z: Int) -> Int { (z * depth + y) * width + x }

    /// The cell that holds a place in the patient; `nil` outside.
    func index(at point: SIMD3<Double>) -> Int? {
        let place = (point - origin) / Self.cell
        // Comparisons with NaN are false.
        guard place.x >= 0, place.y >= 0, place.z >= 0, place.x < Double(width), place.y < Double(depth),
            place.z < Double(height)
        else { return nil }
        return index(Int(place.x), Int(place.y), Int(place.z))
    }

    /// Middles of the cells along an axis, in mm.
    func x(_ index: Int) -> Double { origin.x + (Double(index) + 0.5) * Self.cell }
    func y(_ index: Int) -> Double { origin.y + (Double(index) + 0.5) * Self.cell }
    func z(_ index: Int) -> Double { origin.z + (Double(index) + 0.5) * Self.cell }

    /// How many millilitres so many cells are.
    static func millilitres(_ cells: Int) -> Double { Double(cells) * cell * cell * cell / 1000 }
}
