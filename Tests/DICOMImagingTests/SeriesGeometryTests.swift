import DICOM
import DICOMImaging
import Foundation
import Testing

/// What a series' positions say, with series made for it and the corpus' real ones.
@Suite struct SeriesGeometryTests {
    static func frame(
        _ place: SIMD3<Double>, _ orientation: [Double] = [1, 0, 0, 0, 1, 0], thickness: Double? = nil,
        of dimensions: [FrameDimension: DimensionValue] = [:]
    ) -> FrameGeometry {
        var frame = FrameGeometry()
        (frame.rows, frame.columns) = (64, 64)
        frame.position = place
        frame.orientation = ImageOrientation(orientation)
        frame.pixelSpacing = PixelSpacing(rows: 0.5, columns: 0.5, source: .patient)
        frame.sliceThickness = thickness
        frame.dimensions = dimensions
        return frame
    }

    static func heights(_ heights: [Double]) -> [FrameGeometry] { heights.map { frame(SIMD3(-10, -20, $0)) } }

    @Test func `frames are sorted along the normal, however they come`() {
        let heights = (0..<50).map { -30 + 2.5 * Double($0) }
        for seed in 0..<5 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let shuffled = heights.shuffled(using: &generator)
            let series = SeriesGeometry(Self.heights(shuffled))
            #expect(series.order.map { shuffled[$0] } == heights)
            let volume = series.volume
            #expect(volume?.sliceSpacing?.source == .positions)
            #expect(volume?.sliceSpacing?.value == 2.5 && volume?.gaps == [] && volume?.tilt == 0)
            #expect(
                volume?.affine == [[0.5, 0, 0, -10], [0, 0.5, 0, -20], [0, 0, 2.5, -30], [0, 0, 0, 1]])
        }
    }

    @Test func `missing slices are found and counted`() {
        let all = (0..<20).map { Double($0) * 1.25 }
        let there = all.indices.filter { ![7, 12, 13].contains($0) }
        let series = SeriesGeometry(Self.heights(there.map { all[$0] }))
        #expect(series.volume?.gaps == [.init(after: 6, missing: 1), .init(after: 10, missing: 2)])
        #expect(series.volume?.sliceSpacing?.value == 1.25 && series.volume?.isEven == true)
        #expect(series.volume?.isRegular == false)
    }

    @Test func `thick slices above thin ones are no gaps`() {
        let thin = (0..<6).map { Self.frame(SIMD3(0, 0, 2.5 * Double($0)), thickness: 2.5) }
        let thick = (0..<2).map { Self.frame(SIMD3(0, 0, 16.25 + 5 * Double($0)), thickness: 5) }
        let volume = SeriesGeometry(thin + thick).volume
        #expect(volume?.gaps == [] && volume?.isEven == false && volume?.isRegular == false)
    }

    @Test(arguments: [[0, 1, 2.2, 3], [0, 1, 5], [0, 3, 4, 5.5], [0, 1, 1000, 1001]])
    func `slices that are not equally far apart make no grid`(_ heights: [Double]) {
        let volume = SeriesGeometry(Self.heights(heights)).volume
        #expect(volume?.isEven == false && volume?.affine == nil && volume?.gaps == [])
    }

    @Test func `positions rounded as scanners do make an even volume`() {
        let heights = (0..<200).map { (Double($0) * 0.4883 * 1000).rounded() / 1000 }
        let volume = SeriesGeometry(Self.heights(heights)).volume
        #expect(volume?.isRegular == true)
        #expect(abs((volume?.sliceSpacing?.value ?? 0) - 0.4883) < 1e-4)
    }

    @Test func `a tilted gantry shears the volume`() throws {
        // The images are tilted by 20° around x, the table moves along z in steps of 5 mm.
        let (c, s) = (cos(20 * Double.pi / 180), sin(20 * Double.pi / 180))
        let frames = (0..<12).map { Self.frame(SIMD3(-100, -90, 5 * Double($0)), [1, 0, 0, 0, c, s]) }
        let volume = try #require(SeriesGeometry(frames.reversed()).volume)
        #expect(abs(volume.tilt - 20) < 1e-9 && volume.isStraight)
        #expect(abs((volume.sliceSpacing?.value ?? 0) - 5 * c) < 1e-9, "along the normal (0, −s, c)")
        let affine = try #require(volume.affine)
        #expect(zip(affine.map { $0[2] }, [0, 0, 5, 0]).allSatisfy { abs($0 - $1) < 1e-9 }, "but stacked along z")
    }

    @Test func `an oblique stack along its normal has no tilt`() {
        let (c, s) = (cos(0.3), sin(0.3))
        let frames = (0..<12).map { Self.frame(SIMD3(1, -3 * s * Double($0), 3 * c * Double($0)), [1, 0, 0, 0, c, s]) }
        let volume = SeriesGeometry(frames).volume
        #expect(volume?.tilt == 0 && volume?.isRegular == true)
        #expect(abs((volume?.sliceSpacing?.value ?? 0) - 3) < 1e-9)
    }

    @Test func `slices that wander sideways make no volume one could compute with`() {
        let frames = (0..<9).map { Self.frame(SIMD3($0 == 4 ? 3 : 0, 0, Double($0))) }
        let volume = SeriesGeometry(frames).volume
        #expect(volume?.isStraight == false && volume?.affine == nil)
    }

    @Test func `the same place twice is a duplicate`() {
        let series = SeriesGeometry(Self.heights([0, 1, 2, 2, 3, 4]))
        #expect(series.stacks.map(\.duplicates) == [[3]])
        #expect(series.volume == nil && series.stacks[0].volumes.map(\.frames) == [[0, 1, 2, 4, 5]])
        #expect(series.stacks[0].volumes[0].isRegular && series.order == [0, 1, 2, 3, 4, 5])
    }

    @Test func `phases make a volume each`() {
        // Five phases of four slices, as scanned: slice by slice.
        let frames = (0..<20).map { (index: Int) -> FrameGeometry in
            Self.frame(SIMD3(0, 0, 4 * Double(index / 5)), of: [.temporalPosition: .number(Double(5 - index % 5))])
        }
        let series = SeriesGeometry(frames)
        #expect(series.stacks[0].separatedBy == [.temporalPosition] && series.stacks[0].duplicates == [])
        #expect(series.stacks[0].volumes.count == 5 && series.stacks[0].volumes.allSatisfy(\.isRegular))
        #expect(series.stacks[0].volumes[0].frames == [4, 9, 14, 19], "the first phase is the last of each place")
        #expect(Array(series.order.prefix(6)) == [4, 3, 2, 1, 0, 9], "at one place by phase")
    }

    @Test func `a phase that lacks a slice has a gap, the others have none`() {
        let indices = (0..<30).filter { $0 != 17 }
        let frames = indices.map { (index: Int) -> FrameGeometry in
            Self.frame(SIMD3(0, 0, 4 * Double(index % 10)), of: [.echo: .number(Double(index / 10))])
        }
        let stack = SeriesGeometry(frames).stacks[0]
        #expect(stack.separatedBy == [.echo])
        #expect(stack.volumes.map(\.gaps) == [[], [.init(after: 6, missing: 1)], []])
    }

    @Test func `b-values and directions together tell volumes apart`() {
        let kinds: [(Double, String)] = [(0, ""), (1000, "x"), (1000, "y"), (2000, "x"), (2000, "y")]
        let frames = (0..<3).flatMap { slice in
            kinds.map { value, direction in
                Self.frame(
                    SIMD3(0, 0, Double(slice)),
                    of: [.diffusion: .number(value), .diffusionDirection: .text(direction), .time: .text("120000")])
            }
        }
        let stack = SeriesGeometry(frames).stacks[0]
        #expect(Set(stack.separatedBy) == [.diffusion, .diffusionDirection])
        #expect(stack.volumes.map(\.frames) == (0..<5).map { [$0, $0 + 5, $0 + 10] })
    }

    @Test func `where only the time differs, its order at each place decides`() {
        // Every frame has a time of its own; two sweeps over four slices.
        let frames = (0..<8).map { index in
            Self.frame(SIMD3(0, 0, Double(index % 4)), of: [.time: .text("12000\(index)")])
        }
        let stack = SeriesGeometry(frames.reversed()).stacks[0]
        #expect(stack.separatedBy == [.time] && stack.duplicates == [])
        #expect(stack.volumes.map(\.frames) == [[7, 6, 5, 4], [3, 2, 1, 0]])
    }

    @Test func `two acquisitions that overlap are two volumes`() {
        let frames = (0..<40).map { index in
            let acquisition = index / 20
            return Self.frame(
                SIMD3(0, 0, Double(index - 5 * acquisition)), of: [.acquisition: .number(Double(acquisition))])
        }
        let stack = SeriesGeometry(frames).stacks[0]
        #expect(stack.separatedBy == [.acquisition])
        #expect(stack.volumes.map(\.frames.count) == [20, 20] && stack.volumes.allSatisfy(\.isRegular))
    }

    @Test func `a localizer's planes are stacks, and what has no place keeps its turn`() {
        let coronal: [Double] = [1, 0, 0, 0, 0, -1]
        let frames = [
            Self.frame(SIMD3(0, 10, 0), coronal), Self.frame(SIMD3(0, 0, 0), coronal), FrameGeometry(),
            Self.frame(SIMD3(0, 0, 5)), Self.frame(SIMD3(0, 0, 0)), FrameGeometry(),
        ]
        let series = SeriesGeometry(frames)
        #expect(series.stacks.map(\.orientation.plane) == [.coronal, .transverse])
        #expect(series.order == [1, 0, 2, 5, 4, 3] && series.unplaced == [2, 5] && series.volume == nil)
    }

    @Test func `tiles beside one another are no duplicates`() {
        let frames = (0..<9).map { Self.frame(SIMD3(32 * Double($0 % 3), 32 * Double($0 / 3), 0)) }
        #expect(SeriesGeometry(frames).stacks.map(\.duplicates) == [[]])
    }

    @Test func `hostile numbers neither trap nor take long`() {
        var generator = SeededGenerator(seed: 3)
        let odd = [0, -0.0, 1e-300, 1e8, -1e8, 1e9, 1e300, .nan, .infinity, -.infinity, .leastNonzeroMagnitude]
        for _ in 0..<200 {
            let frames = (0..<12).map { _ in
                func any() -> Double { odd.randomElement(using: &generator) ?? 0 }
                var frame = Self.frame(SIMD3(any(), any(), any()), thickness: any())
                frame.spacingBetweenSlices = any()
                frame.dimensions = [.echo: .number(any()), .time: .text("\(any())")]
                if Bool.random(using: &generator) { frame.pixelSpacing = nil }
                return frame
            }
            let series = SeriesGeometry(frames)
            #expect(series.order.sorted() == Array(0..<12))
            for volume in series.stacks.flatMap(\.volumes) {
                #expect(volume.affine?.joined().allSatisfy(\.isFinite) != false)
            }
        }
        #expect(SeriesGeometry([]).order == [])
    }

    @Test func `twenty thousand frames that all differ are sorted in a moment`() {
        let around = (0..<20_000).map { (index: Int) -> FrameGeometry in
            let angle = Double(index) * .pi / 20_000
            return Self.frame(
                SIMD3(0, 0, Double(index % 7)), [cos(angle), sin(angle), 0, 0, 0, -1], of: [.time: .text("\(index)")])
        }
        let together = (0..<20_000).map { (index: Int) -> FrameGeometry in
            var dimensions: [FrameDimension: DimensionValue] = [.time: .text("\(index)")]
            for (step, dimension) in FrameDimension.allCases.enumerated() where dimension != .segment {
                dimensions[dimension] = .number(Double(index % (step * 1000 + 97)))
            }
            return Self.frame(SIMD3(0, 0, Double(index % 7)), of: dimensions)
        }
        let taken = ContinuousClock().measure {
            #expect(SeriesGeometry(around).order.count == 20_000)
            #expect(SeriesGeometry(together).order.count == 20_000)
        }
        #expect(taken < .seconds(20))
    }
}

/// The same numbers for the same seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
