/// Which frames of a stack make up which volume.
///
/// Of all ways to tell frames apart the one is taken that leaves the fewest frames at a place that is taken already,
/// the fewest holes in volumes, and the fewest volumes.
struct VolumePartition {
    private(set) var dimensions: [FrameDimension] = []
    /// The volume of each of the stack's frames.
    private(set) var part: [Int]
    /// The frames of each volume, as numbers within the stack.
    private(set) var parts: [[Int]]

    init(_ places: SlicePlaces, of all: [FrameGeometry]) {
        let count = places.frames.count
        part = [Int](repeating: 0, count: count)
        parts = [Array(0..<count)]
        guard count > places.slotCount else { return }
        var best = Self.cost(part, places)
        let codes = Self.codes(places, of: all)
        for single in codes { take([single.dimension], single.codes, &best, places) }
        // Two together only where one leaves something to be wished for.
        if best.frames + best.holes > 0 {
            for (index, first) in codes.enumerated() {
                for second in codes[(index + 1)...] where second.dimension != .frame {
                    let joined = zip(first.codes, second.codes).map { $0 * second.count + $1 }
                    take([first.dimension, second.dimension], joined, &best, places)
                }
            }
        }
        parts = Dictionary(grouping: part.indices, by: { part[$0] }).sorted { $0.key < $1.key }.map(\.value)
    }

    /// Takes a partition that costs less; or as much, where the frames could not be told apart so far.
    private mutating func take(
        _ dimensions: [FrameDimension], _ part: [Int], _ best: inout Cost, _ places: SlicePlaces
    ) {
        let cost = Self.cost(part, places)
        guard Self.sum(cost) < Self.sum(best) || (self.dimensions.isEmpty && Self.sum(cost) == Self.sum(best)) else {
            return
        }
        (best, self.dimensions, self.part) = (cost, dimensions, part)
    }

    private typealias Coded = (dimension: FrameDimension, codes: [Int], count: Int)

    /// The dimensions in which the frames differ, their values numbered in ascending order. Times mostly differ for
    /// every frame: what is numbered there is the order of the frames at one place.
    private static func codes(_ places: SlicePlaces, of all: [FrameGeometry]) -> [Coded] {
        FrameDimension.allCases.compactMap { dimension in
            let values = places.frames.map { all[$0].dimensions[dimension] }
            guard Set(values).count > 1 else { return nil }
            if dimension == .time {
                let ranks = Self.ranks(values, places.slots)
                return (dimension, ranks, (ranks.max() ?? 0) + 1)
            }
            let sorted = Set(values.compactMap { $0 }).sorted()
            let numbers = Dictionary(zip(sorted, 1...), uniquingKeysWith: { first, _ in first })
            return (dimension, values.map { $0.flatMap { numbers[$0] } ?? 0 }, sorted.count + 1)
        }
    }

    /// Of each frame, how many at its place have an earlier value.
    private static func ranks(_ values: [DimensionValue?], _ slots: [Int]) -> [Int] {
        var ranks = [Int](repeating: 0, count: values.count)
        var start = 0
        while start < slots.count {
            var end = start
            while end < slots.count, slots[end] == slots[start] { end += 1 }
            let sorted = Set(values[start..<end].compactMap { $0 }).sorted()
            let numbers = Dictionary(zip(sorted, 0...), uniquingKeysWith: { first, _ in first })
            for index in start..<end { ranks[index] = values[index].flatMap { numbers[$0] } ?? 0 }
            start = end
        }
        return ranks
    }

    /// Frames too many at their place; places within a volume's reach that it lacks; volumes.
    private typealias Cost = (frames: Int, holes: Int, volumes: Int)

    private static func cost(_ part: [Int], _ places: SlicePlaces) -> Cost {
        // Frames come in the order of their places: what is not at the volume's last place is beyond it.
        var last: [Int: Int] = [:]
        var (frames, holes) = (0, 0)
        for (volume, slot) in zip(part, places.slots) {
            if let known = last[volume] {
                if known == slot { frames += 1 } else { holes += slot - known - 1 }
            }
            last[volume] = slot
        }
        return (frames, holes, last.count)
    }

    private static func sum(_ cost: Cost) -> Int { cost.frames + cost.holes + cost.volumes }
}
