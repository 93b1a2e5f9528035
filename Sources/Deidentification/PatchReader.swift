import ByteIO

/// Reads the fields of a patch that anybody may have written.
struct PatchReader {
    private let source: any ByteSource
    private var offset = 0
    /// Part of the source around `offset`: all of it where it is memory.
    private var window: Bytes
    private var windowStart = 0
    private static let windowCount = 1 << 12

    init(_ source: any ByteSource) {
        self.source = source
        window = source as? Bytes ?? Bytes()
    }

    func failure(_ reason: String) -> DeidentificationError {
        DeidentificationError(.malformedPatch, offset: offset, reason)
    }

    mutating func take(_ count: Int, _ field: String) throws(DeidentificationError) -> Bytes {
        guard count <= source.count - offset else { throw failure("\(field) is cut off") }
        let slice: Bytes
        do throws(ByteIOError) { slice = try source.read(offset..<(offset + count)) } catch {
            throw DeidentificationError(.unreadable, offset: offset, "\(error.code)")
        }
        offset += count
        return slice
    }

    /// The byte at `offset`, which lies within the source.
    private mutating func byte() throws(DeidentificationError) -> UInt8 {
        if offset < windowStart || offset >= windowStart + window.count {
            let end = min(source.count, offset + Self.windowCount)
            do throws(ByteIOError) { window = try source.read(offset..<end) } catch {
                throw DeidentificationError(.unreadable, offset: offset, "\(error.code)")
            }
            windowStart = offset
        }
        return window[offset - windowStart]
    }

    /// A varint in its shortest form, below 2⁶³.
    mutating func integer(_ field: String) throws(DeidentificationError) -> Int {
        var value: UInt64 = 0
        for index in 0..<9 {
            guard offset < source.count else { throw failure("\(field) is cut off") }
            let byte = try byte()
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
                guard count <= source.count - offset else { throw failure("literal is cut off") }
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
        guard offset == source.count else { throw failure("bytes after the last operation") }
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
