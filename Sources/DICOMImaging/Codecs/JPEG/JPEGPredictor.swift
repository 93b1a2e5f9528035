/// How lossless JPEG predicts a sample from those to the left (a), above (b) and above left (c): T.81 Table H.1.
///
/// Predictions and differences are taken modulo 2¹⁶ (§H.1.2.1).
enum JPEGPredictor: Int {
    case left = 1
    case above, aboveLeft, plane, leftAndSlope, aboveAndSlope, mean

    /// Turns a row of differences into samples, in place.
    /// - Parameters:
    ///   - row: `count` samples, `step` apart.
    ///   - above: the row before, likewise.
    func undo(
        _ row: UnsafeMutablePointer<UInt16>, above: UnsafeMutablePointer<UInt16>, _ count: Int, _ step: Int
    ) {
        switch self {
        case .left: unsafe Self.undoLeft(row, above, count, step)
        case .above: unsafe Self.undo(row, above, count, step) { _, b, _ in b }
        case .aboveLeft: unsafe Self.undo(row, above, count, step) { _, _, c in c }
        case .plane: unsafe Self.undo(row, above, count, step) { a, b, c in a &+ b &- c }
        case .leftAndSlope: unsafe Self.undo(row, above, count, step) { a, b, c in a &+ (b &- c) >> 1 }
        case .aboveAndSlope: unsafe Self.undo(row, above, count, step) { a, b, c in b &+ (a &- c) >> 1 }
        case .mean: unsafe Self.undo(row, above, count, step) { a, b, _ in (a &+ b) >> 1 }
        }
    }

    /// The first row of a scan or restart interval: always from the left, its first sample from `initial`.
    static func undoFirst(_ row: UnsafeMutablePointer<UInt16>, _ count: Int, _ step: Int, _ initial: UInt16) {
        var sample = initial
        for column in 0..<count {
            unsafe sample &+= row[column &* step]
            unsafe row[column &* step] = sample
        }
    }

    private static func undoLeft(
        _ row: UnsafeMutablePointer<UInt16>, _ above: UnsafeMutablePointer<UInt16>, _ count: Int, _ step: Int
    ) {
        // The first sample of any other row is predicted from above.
        unsafe undoFirst(row, count, step, above[0])
    }

    @inline(__always)
    private static func undo(
        _ row: UnsafeMutablePointer<UInt16>, _ above: UnsafeMutablePointer<UInt16>, _ count: Int, _ step: Int,
        _ predict: (Int32, Int32, Int32) -> Int32
    ) {
        var c = unsafe above[0]
        var a = unsafe c &+ row[0]
        unsafe row[0] = a
        for column in 1..<max(1, count) {
            let b = unsafe above[column &* step]
            unsafe a = UInt16(truncatingIfNeeded: predict(Int32(a), Int32(b), Int32(c))) &+ row[column &* step]
            unsafe row[column &* step] = a
            c = b
        }
    }
}
