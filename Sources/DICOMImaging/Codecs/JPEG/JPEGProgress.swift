/// Which coefficients of each component are known, and down to which bit (T.81 §G.1.1).
struct JPEGProgress {
    private let isProgressive: Bool
    private let blocks: Int
    private let bytes: Int
    /// Of each component and coefficient the lowest bit known so far; `nil`: nothing.
    private var known: [[Int?]]
    private var scans = 0

    init(_ start: JPEGStart) {
        isProgressive = start.frame.process == .progressive
        blocks = start.blocks
        bytes = start.segments.data.count
        known = start.frame.components.map { _ in [Int?](repeating: nil, count: 64) }
    }

    /// Every coefficient is known to its last bit.
    var isComplete: Bool { known.allSatisfy { $0.allSatisfy { $0 == 0 } } }

    /// - Throws: `ImagingError.truncated` where `segments` ended without all scans. An image may end without its finer
    ///   bits where an EOI says so.
    func requireEnd(of segments: JPEGSegmentReader) throws(ImagingError) {
        guard isComplete || (segments.hasEnded && known.allSatisfy { $0[0] != nil }) else {
            throw ImagingError(.truncated, at: segments.offset, "the JPEG codestream ends before its last scan")
        }
    }

    /// Notes what `scan` tells.
    /// - Throws: `ImagingError.corrupt` where it tells what is known already, or what nothing leads up to.
    mutating func admit(_ scan: JPEGScanHeader, at offset: Int) throws(ImagingError) {
        // One scan may cost as much time as the whole frame, and next to no data.
        scans += 1
        guard scans <= 16 || (scans - 16) * blocks / 64 <= bytes else {
            throw ImagingError(.corrupt, at: offset, "the JPEG codestream has too many scans for its data")
        }
        guard isProgressive else {
            for component in scan.components { try note(component.index, 0...63, from: 0, to: 0, offset) }
            return
        }
        let isPossible =
            scan.start == 0 ? scan.end == 0 : scan.start <= scan.end && scan.end < 64 && scan.components.count == 1
        guard isPossible, scan.low < 14, scan.high == 0 || scan.high == scan.low + 1 else {
            throw ImagingError(.corrupt, at: offset, "a scan of progressive JPEG has impossible bounds")
        }
        for component in scan.components {
            try note(component.index, scan.start...scan.end, from: scan.high, to: scan.low, offset)
        }
    }

    private mutating func note(
        _ component: Int, _ range: ClosedRange<Int>, from high: Int, to low: Int, _ offset: Int
    ) throws(ImagingError) {
        for coefficient in range {
            guard known[component][coefficient] == (high == 0 ? nil : high) else {
                throw ImagingError(.corrupt, at: offset, "a JPEG scan does not follow from those before it")
            }
            known[component][coefficient] = low
        }
    }
}
