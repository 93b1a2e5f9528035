/// Parallel frames of one size in one frame of reference: one volume, or several where frames share their places
/// (phases, echoes, directions of diffusion).
public struct SliceStack: Sendable, Hashable {
    public let rows: Int
    public let columns: Int
    public let orientation: ImageOrientation
    public let pixelSpacing: PixelSpacing?
    public let frameOfReference: String?
    /// All frames along the normal; at one place volume by volume.
    public let frames: [Int]
    public let volumes: [Volume]
    /// What tells the volumes apart; empty where there is one.
    public let separatedBy: [FrameDimension]
    /// Frames that lie where another of their volume lies and differ from it in nothing that is known here.
    public let duplicates: [Int]

    /// - Parameter group: frames with position and orientation, in the order of their numbers.
    init(_ group: [Int], of all: [FrameGeometry]) {
        let first = group.first.map { all[$0] } ?? FrameGeometry()
        let orientation = first.orientation ?? .transverse
        let places = SlicePlaces(group, of: all, along: orientation.normal)
        let partition = VolumePartition(places, of: all)
        var volumes: [Volume] = []
        var duplicates: [Int] = []
        for part in partition.parts {
            var (kept, slots) = ([Int](), Set<Int>())
            for member in part {
                if slots.insert(places.slots[member]).inserted {
                    kept.append(member)
                } else {
                    duplicates.append(places.frames[member])
                }
            }
            volumes.append(Volume(kept.map { (places.frames[$0], places.distances[$0]) }, of: all, orientation))
        }
        rows = first.rows
        columns = first.columns
        self.orientation = orientation
        pixelSpacing = first.pixelSpacing
        frameOfReference = first.frameOfReference
        self.volumes = volumes
        self.duplicates = duplicates
        separatedBy = partition.dimensions
        frames = places.frames.indices.sorted {
            (places.slots[$0], partition.part[$0], $0) < (places.slots[$1], partition.part[$1], $1)
        }.map { places.frames[$0] }
    }
}

/// Frames along a normal, and which of them share a place.
struct SlicePlaces {
    /// Along the normal; at one place in the order of their numbers.
    let frames: [Int]
    /// From the origin along the normal, in mm.
    let distances: [Double]
    /// The number of each frame's place, from 0, ascending.
    let slots: [Int]
    let slotCount: Int

    init(_ group: [Int], of all: [FrameGeometry], along normal: SIMD3<Double>) {
        let tolerance = Self.tolerance(group.first.flatMap { all[$0].pixelSpacing })
        func position(_ index: Int) -> SIMD3<Double> { all[index].position ?? .zero }
        let measured = group.map { (index: $0, distance: position($0).dot(normal)) }
            .sorted { ($0.distance, $0.index) < ($1.distance, $1.index) }
        var clusters: [[(index: Int, distance: Double)]] = []
        for frame in measured {
            if let last = clusters.last?.last, frame.distance - last.distance <= tolerance {
                clusters[clusters.count - 1].append(frame)
            } else {
                clusters.append([frame])
            }
        }
        var (frames, distances, slots, count) = ([Int](), [Double](), [Int](), 0)
        for cluster in clusters {
            let numbers = Self.besides(cluster.map { position($0.index) }, tolerance: tolerance * 50)
            let sorted = zip(cluster, numbers).sorted { ($0.1, $0.0.index) < ($1.1, $1.0.index) }
            for (frame, number) in sorted {
                frames.append(frame.index)
                distances.append(cluster[0].distance)
                slots.append(count + number)
            }
            count += (numbers.max() ?? 0) + 1
        }
        (self.frames, self.distances, self.slots, slotCount) = (frames, distances, slots, count)
    }

    /// Numbers the places beside one another at one distance (tiles, one side and the other) in their order.
    private static func besides(_ positions: [SIMD3<Double>], tolerance: Double) -> [Int] {
        guard let first = positions.first else { return [] }
        var numbers: [SIMD3<Double>: Int] = [:]
        return positions.map { position in
            let step = (position - first) / tolerance
            let key = SIMD3(step.x.rounded(), step.y.rounded(), step.z.rounded())
            let number = numbers[key] ?? numbers.count
            numbers[key] = number
            return number
        }
    }

    /// How far apart, in mm, frames of one place may lie: a small part of a pixel.
    static func tolerance(_ spacing: PixelSpacing?) -> Double {
        min(0.01, 0.02 * min(spacing?.rows ?? 0.5, spacing?.columns ?? 0.5))
    }
}
