/// Places along a normal, one for each slice of a volume: how far apart, and what is missing.
struct SliceSteps {
    /// In mm; `nil` for fewer than two slices.
    private(set) var spacing: Double?
    private(set) var gaps: [Volume.Gap] = []
    /// Whether all steps are `spacing`, or a multiple of it at a gap.
    private(set) var isEven = true

    /// Steps may differ by this part of the spacing: positions are rounded when they are written.
    private static let tolerance = 0.02

    /// - Parameters:
    ///   - places: ascending, in mm.
    ///   - thickness: of each slice, in mm.
    ///   - stated: Spacing Between Slices.
    init(_ places: [Double], thickness: [Double?], stated: Double?) {
        let steps = zip(places, places.dropFirst()).map { $1 - $0 }
        guard let smallest = steps.min(), let middle = steps.sorted().dropFirst(steps.count / 2).first else { return }
        // Until it is known better.
        spacing = middle > 0 ? middle : nil
        isEven = false
        guard smallest > 0 else { return }
        let small = steps.filter { $0 < 1.5 * smallest }
        let unit = small.reduce(0, +) / Double(small.count)
        let multiples = steps.map { ($0 / unit).rounded() }
        let total = multiples.reduce(0, +)
        // Places far apart are no grid of which nearly everything is missing.
        guard total <= Double(10 * places.count) else { return }
        let even = steps.reduce(0, +) / total
        let isGrid = zip(steps, multiples).allSatisfy { ($0 / $1 - even).magnitude <= Self.tolerance * even }
        let wide = multiples.indices.filter { multiples[$0] > 1 }
        let isStated = stated.map { ($0.magnitude - even).magnitude <= 0.05 * even } ?? false
        // Some heads are scanned thin below and thick above: slices as thick as their steps have nothing between them.
        let isThick = wide.contains { index in
            guard let below = thickness[index], let above = thickness[index + 1] else { return false }
            return max(below, above) >= 0.75 * steps[index]
        }
        guard wide.isEmpty || (!isThick && (isStated || wide.count * 3 <= steps.count)) else {
            return
        }
        (spacing, isEven) = (even, isGrid)
        gaps = wide.compactMap { index in
            Int(exactly: multiples[index]).map { Volume.Gap(after: index, missing: $0 - 1) }
        }
    }
}
