import ByteIO

/// Puts samples of 0 and 1 into bits, the least significant first, without gaps between what is appended
/// (PS3.5 §8.1.1, §8.2).
struct BitPacker {
    private var output: [UInt8] = []
    private var current: UInt8 = 0
    private var filled: UInt8 = 0

    /// Any sample but 0 counts as 1.
    mutating func append(_ samples: Bytes) {
        output.reserveCapacity(output.count + samples.count / 8 + 1)
        for sample in samples {
            if sample != 0 { current |= 1 << filled }
            filled += 1
            if filled == 8 { flush() }
        }
    }

    /// The whole bytes so far, which are taken out.
    mutating func take() -> Bytes {
        defer { output.removeAll(keepingCapacity: true) }
        return Bytes(output)
    }

    /// All that is left, the last byte filled up with zeros.
    mutating func finish() -> Bytes {
        if filled > 0 { flush() }
        return take()
    }

    private mutating func flush() {
        output.append(current)
        (current, filled) = (0, 0)
    }
}
