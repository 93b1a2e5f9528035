internal import ByteIO

/// The part of a source that is being read. A source that is memory is one window, and nothing of it is copied;
/// of others a window of some kilobytes is read at a time, so that a file of gigabytes costs no memory.
struct Window {
    let source: any ByteSource
    let count: Int
    private let isMemory: Bool
    private let incomplete: IncompleteSource?
    private var bytes: Bytes
    private var start: Int
    /// Windows grow while reading goes on without gaps, and shrink after a value that was passed over.
    private var length = 4 << 10

    private static let longest = 128 << 10

    init(_ source: any ByteSource) {
        self.source = source
        count = source.count
        incomplete = source as? IncompleteSource
        if let memory = source as? Bytes ?? incomplete?.bytes {
            bytes = memory
            isMemory = true
        } else {
            bytes = Bytes()
            isMemory = false
        }
        start = 0
    }

    /// The 8 bytes at `offset` as a little-endian number. The caller has checked that they exist.
    mutating func word(at offset: Int) throws(DICOMError) -> UInt64 {
        try ensure(offset, 8)
        let position = offset - start
        return unsafe bytes.withUnsafeBytes { buffer in
            guard position >= 0, position + 8 <= buffer.count else { return 0 }
            return UInt64(littleEndian: unsafe buffer.loadUnaligned(fromByteOffset: position, as: UInt64.self))
        }
    }

    /// The 4 bytes at `offset` as a little-endian number. The caller has checked that they exist.
    mutating func half(at offset: Int) throws(DICOMError) -> UInt32 {
        try ensure(offset, 4)
        let position = offset - start
        return unsafe bytes.withUnsafeBytes { buffer in
            guard position >= 0, position + 4 <= buffer.count else { return 0 }
            return UInt32(littleEndian: unsafe buffer.loadUnaligned(fromByteOffset: position, as: UInt32.self))
        }
    }

    /// The bytes of a value within the source; `nil` where they are more than `limit` and not in memory.
    mutating func value(_ range: Range<Int>, limit: Int) throws(DICOMError) -> Bytes? {
        if isMemory { return try incomplete == nil ? bytes.slice(range) : read(range) }
        guard range.count <= limit else { return nil }
        if range.lowerBound >= start, range.upperBound <= start + bytes.count {
            return bytes.slice((range.lowerBound - start)..<(range.upperBound - start))
        }
        if range.count > length / 2 { return try read(range) }
        try ensure(range.lowerBound, range.count)
        return bytes.slice((range.lowerBound - start)..<(range.upperBound - start))
    }

    private mutating func ensure(_ offset: Int, _ needed: Int) throws(DICOMError) {
        let end = start + bytes.count
        guard offset < start || offset + needed > end else { return }
        if isMemory {
            if incomplete != nil { _ = try read(offset..<(offset + needed)) }
            throw DICOMError(.truncated, offset: offset, reason: "the file ends")
        }
        let isAdjacent = offset >= start && offset <= end && end > 0
        length = isAdjacent ? min(length * 2, Window.longest) : 4 << 10
        let upper = min(count, offset + max(length, needed))
        guard offset >= 0, offset + needed <= upper else {
            throw DICOMError(.truncated, offset: offset, reason: "the file ends")
        }
        bytes = try read(offset..<upper)
        start = offset
        guard bytes.count == upper - offset else {
            throw DICOMError(.sourceFailed, offset: offset, reason: "the source gave fewer bytes than it has")
        }
    }

    private func read(_ range: Range<Int>) throws(DICOMError) -> Bytes {
        do {
            return try source.read(range)
        } catch {
            throw DICOMError(.sourceFailed, offset: range.lowerBound, reason: "the source \(error.code.rawValue)")
        }
    }
}
