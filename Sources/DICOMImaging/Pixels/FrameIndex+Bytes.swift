public import ByteIO

extension FrameIndex {
    /// The index in few bytes, to be kept beside the object: a version, a kind, then numbers as LEB128.
    ///
    /// Native: start, length, bits a frame, frames, whether words are aligned. Encapsulated: frames, then for each
    /// frame its number of fragments and for each fragment the gap to the one before and its length.
    public var encoded: Bytes {
        var bytes: [UInt8] = [1]
        switch layout {
        case .native(let value, let frameBits, let isWordAligned):
            bytes.append(0)
            for number in [value.lowerBound, value.count, frameBits, frameCount, isWordAligned ? 1 : 0] {
                bytes.append(leb128: number)
            }
        case .encapsulated(let fragments, let first):
            bytes.append(1)
            bytes.append(leb128: frameCount)
            var position = 0
            for frame in 0..<frameCount {
                bytes.append(leb128: first[frame + 1] - first[frame])
                for range in fragments[first[frame]..<first[frame + 1]] {
                    bytes.append(leb128: range.lowerBound - position)
                    bytes.append(leb128: range.count)
                    position = range.upperBound
                }
            }
        }
        return Bytes(bytes)
    }

    /// Reads what `encoded` wrote.
    /// - Throws: `ImagingError.corrupt` for anything else.
    public init(encoded bytes: Bytes) throws(ImagingError) {
        guard bytes.count >= 2, bytes[0] == 1, bytes[1] <= 1 else {
            throw ImagingError(.corrupt, at: 0, "not a frame index of version 1")
        }
        var offset = 2
        if bytes[1] == 0 {
            let start = try bytes.leb128(at: &offset)
            let length = try bytes.leb128(at: &offset)
            let frameBits = try bytes.leb128(at: &offset)
            let frames = try bytes.leb128(at: &offset)
            let isWordAligned = try bytes.leb128(at: &offset) == 1
            let (end, overflow) = start.addingReportingOverflow(length)
            guard !overflow, frameBits > 0, length <= Int.max / 8, frames <= length * 8 / frameBits else {
                throw ImagingError(.corrupt, at: offset, "the frame index contradicts itself")
            }
            self.init(
                layout: .native(value: start..<end, frameBits: frameBits, isWordAligned: isWordAligned),
                frameCount: frames)
        } else {
            self = try Self(encapsulated: bytes, at: &offset)
        }
        guard offset == bytes.count else { throw ImagingError(.corrupt, at: offset, "the frame index is too long") }
    }

    private init(encapsulated bytes: Bytes, at offset: inout Int) throws(ImagingError) {
        let frames = try bytes.leb128(at: &offset)
        var fragments: [Range<Int>] = []
        var first = [0]
        var position = 0
        for _ in 0..<frames {
            for _ in 0..<(try bytes.leb128(at: &offset)) {
                let gap = try bytes.leb128(at: &offset)
                let length = try bytes.leb128(at: &offset)
                let (start, overflow) = position.addingReportingOverflow(gap)
                let (end, overflows) = start.addingReportingOverflow(length)
                guard !overflow, !overflows else {
                    throw ImagingError(.corrupt, at: offset, "a fragment of the frame index has no end")
                }
                fragments.append(start..<end)
                position = end
            }
            first.append(fragments.count)
        }
        self.init(layout: .encapsulated(fragments: fragments, first: first), frameCount: frames)
    }
}

extension [UInt8] {
    /// Unsigned LEB128; negative numbers do not occur.
    fileprivate mutating func append(leb128 number: Int) {
        var rest = UInt(bitPattern: number)
        while rest > 127 {
            append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        append(UInt8(rest))
    }
}

extension Bytes {
    fileprivate func leb128(at offset: inout Int) throws(ImagingError) -> Int {
        var value: UInt = 0
        var shift: UInt = 0
        while offset < count, shift < 63 {
            let byte = self[offset]
            offset += 1
            value |= UInt(byte & 127) << shift
            if byte < 128 { return Int(value) }
            shift += 7
        }
        throw ImagingError(.corrupt, at: offset, "a number of the frame index is cut short or too large")
    }
}
