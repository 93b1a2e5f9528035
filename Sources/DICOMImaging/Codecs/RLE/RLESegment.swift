/// One run-length coded segment (PS3.5 §G.3), read piece by piece.
@safe struct RLESegment {
    /// Bytes behind what was asked for that `unpack` may write: the rest of a run, and of a block of 16.
    static let slack = 160

    private let data: UnsafeRawPointer
    private var read: Int
    private let end: Int
    /// Where it begins within the frame's data.
    let start: Int

    /// - Parameter range: lies within `data`.
    init(_ data: UnsafeRawBufferPointer, _ range: Range<Int>) {
        // A frame's data are at least the 64 bytes of the header.
        unsafe self.data = data.baseAddress.unsafelyUnwrapped
        read = range.lowerBound
        end = range.upperBound
        start = range.lowerBound
    }

    /// Unpacks runs (§G.3.2) into `output`, which has room for `count` bytes and `slack` more, until `count` are there or
    /// the segment ends.
    /// - Parameter written: bytes that are there already.
    /// - Returns: how many are there then; may be more than `count`.
    mutating func unpack(into output: UnsafeMutableRawPointer, from written: Int, upTo count: Int) -> Int {
        var read = read
        var written = written
        while written < count, read < end {
            // A longest run and a block behind it fit into the segment: nothing else needs to be looked at. A literal
            // and a repeated run go the same way, since no predictor tells them apart.
            guard read &+ Self.slack <= end else {
                unsafe written &+= lastRun(at: &read, into: output + written)
                continue
            }
            let control = unsafe Int(data.load(fromByteOffset: read, as: Int8.self))
            read &+= 1
            if control == -128 { continue }
            let repeats = control &>> 63
            let length = ((control ^ repeats) &- repeats) &+ 1
            let source = unsafe data + read
            let mask = SIMD16<UInt8>(repeating: UInt8(truncatingIfNeeded: repeats))
            let first = unsafe source.loadUnaligned(as: SIMD16<UInt8>.self)
            let block = (SIMD16(repeating: first[0]) & mask) | (first & ~mask)
            unsafe (output + written).storeBytes(of: block, as: SIMD16<UInt8>.self)
            if length > 16 { unsafe fill(output + written, from: source, block, length, repeats: repeats != 0) }
            read &+= 1 &+ (control & ~repeats)
            written &+= length
        }
        self.read = read
        return written
    }

    /// The part of a run behind its first block, in blocks of 16.
    @inline(__always)
    private func fill(
        _ output: UnsafeMutableRawPointer, from source: UnsafeRawPointer, _ block: SIMD16<UInt8>, _ length: Int,
        repeats: Bool
    ) {
        var at = 16
        if repeats {
            while at < length {
                unsafe (output + at).storeBytes(of: block, as: SIMD16<UInt8>.self)
                at &+= 16
            }
        } else {
            while at < length {
                unsafe (output + at).storeBytes(
                    of: (source + at).loadUnaligned(as: SIMD16<UInt8>.self), as: SIMD16<UInt8>.self)
                at &+= 16
            }
        }
    }

    /// One run near the segment's end, looking at every bound; a literal run that reaches beyond is cut.
    /// - Returns: its length.
    private func lastRun(at read: inout Int, into output: UnsafeMutableRawPointer) -> Int {
        let control = unsafe Int(data.load(fromByteOffset: read, as: UInt8.self))
        read += 1
        if control < 128 {
            let length = min(control + 1, end - read)
            unsafe output.copyMemory(from: data + read, byteCount: length)
            read += length
            return length
        }
        guard control > 128, read < end else { return 0 }
        let value = unsafe data.load(fromByteOffset: read, as: UInt8.self)
        unsafe output.initializeMemory(as: UInt8.self, repeating: value, count: 257 - control)
        read += 1
        return 257 - control
    }
}
