import ByteIO

/// Reads the fields of a patch that anybody may have written.
struct PatchReader {
    private let bytes: Bytes
    private var offset = 0

    init(_ bytes: Bytes) { self.bytes = bytes }

    func failure(_ reason: String) -> DeidentificationError {
        DeidentificationError(.malformedPatch, offset: offset, reason)
    }

    mutating func take(_ count: Int, _ field: String) throws(DeidentificationError) -> Bytes {
        guard count <= bytes.count - offset, let slice = bytes.slice(offset..<(offset + count)) else {
            throw failure("\(field) is cut off")
        }
        offset += count
        return slice
    }

    /// A varint in its shortest form, below 2⁶³.
    mutating func integer(_ field: String) throws(DeidentificationError) -> Int {
        var value: UInt64 = 0
        for index in 0..<9 {
            guard offset < bytes.count else { throw failure("\(field) is cut off") }
            let byte = bytes[offset]
            value |= UInt64(byte & 0x7F) << (7 * index)
            guard byte & 0x80 == 0 else {
                offset += 1
                continue
            }
            guard byte != 0 || index == 0 else { throw failure("\(field) is not in its shortest form") }
            offset += 1
            return Int(value)  // 9 × 7 = 63 bits
        }
        throw failure("\(field) is too large")
    }

    mutating func operations(
        storedCount: Int, originalCount: Int
    ) throws(DeidentificationError) -> [IdentityPatch.Operation] {
        var operations: [IdentityPatch.Operation] = []
        var remaining = originalCount
        var expected = 0
        while remaining > 0 {
            let head = try integer("operation")
            let count = head >> 1
            guard count > 0, count <= remaining else { throw failure("operation length out of range") }
            if head & 1 == 1 {
                guard count <= bytes.count - offset else { throw failure("literal is cut off") }
                operations.append(.literal(offset..<(offset + count)))
                offset += count
            } else {
                let start = try copyOffset(after: expected)
                let (end, overflow) = start.addingReportingOverflow(count)
                guard !overflow, start >= 0, end <= storedCount else { throw failure("copy leaves the stored object") }
                operations.append(.copy(start..<end))
                expected = end
            }
            remaining -= count
        }
        guard offset == bytes.count else { throw failure("bytes after the last operation") }
        return operations
    }

    private mutating func copyOffset(after expected: Int) throws(DeidentificationError) -> Int {
        let zigzag = try integer("copy offset")
        let delta = zigzag & 1 == 0 ? zigzag >> 1 : -(zigzag >> 1) - 1
        let (start, overflow) = expected.addingReportingOverflow(delta)
        guard !overflow else { throw failure("copy offset out of range") }
        return start
    }
}
