internal import ByteIO

/// The fixed parts of a segment. Docs/Formats/segment.md.
enum SegmentFormat {
    static let headerCount = 32
    static let alignment = 16

    /// A segment header, a record header or an end mark: 28 bytes and their checksum.
    enum Mark: Equatable {
        case segment(number: Int64)
        case record(length: Int64, checksum: UInt32)
        /// The header of a record whose blob was erased.
        case erased(length: Int64)
        case end(records: Int64, offset: Int64)
    }

    private static let segmentMagic = Array("TARNSEGM".utf8)
    private static let recordMagic = Array("TREC".utf8)
    private static let endMagic = Array("TEND".utf8)
    /// Where a record header says that its blob was erased: zeros otherwise.
    private static let erasedMark = Array("ERASED\0\0".utf8)
    /// What of a record header differs once its blob was erased. All of it lies within 16 bytes at a multiple of 16,
    /// which no disk writes by halves.
    static let erasedPart = 16..<headerCount

    static func encode(_ mark: Mark) -> Bytes {
        var bytes: [UInt8]
        switch mark {
        case .segment(let number):
            bytes = segmentMagic + little(1, 4) + little(0, 4) + little(UInt64(bitPattern: number), 8) + little(0, 4)
        case .record(let length, let checksum):
            bytes = recordMagic + little(0, 4) + little(UInt64(bitPattern: length), 8) + little(0, 8)
            bytes += little(UInt64(checksum), 4)
        case .erased(let length):
            bytes = recordMagic + little(0, 4) + little(UInt64(bitPattern: length), 8) + erasedMark + little(0, 4)
        case .end(let records, let offset):
            bytes = endMagic + little(0, 4) + little(UInt64(bitPattern: records), 8)
            bytes += little(UInt64(bitPattern: offset), 8) + little(0, 4)
        }
        bytes += little(UInt64(CRC32.of(Bytes(bytes))), 4)
        return Bytes(bytes)
    }

    /// The mark in 32 bytes; `nil` where they are none.
    static func decode(_ bytes: Bytes) -> Mark? {
        guard bytes.count == headerCount, number(bytes, 28, 4) == UInt64(CRC32.of(bytes[clamping: 0..<28])) else {
            return nil
        }
        if bytes.prefix(8).elementsEqual(segmentMagic) {
            guard number(bytes, 8, 4) == 1, let number = Int64(exactly: number(bytes, 16, 8)) else { return nil }
            return .segment(number: number)
        }
        guard let first = Int64(exactly: number(bytes, 8, 8)) else { return nil }
        if bytes.prefix(4).elementsEqual(recordMagic) {
            if bytes[clamping: 16..<24].elementsEqual(erasedMark) { return .erased(length: first) }
            return .record(length: first, checksum: UInt32(truncatingIfNeeded: number(bytes, 24, 4)))
        }
        if bytes.prefix(4).elementsEqual(endMagic), let offset = Int64(exactly: number(bytes, 16, 8)) {
            return .end(records: first, offset: offset)
        }
        return nil
    }

    /// Zeros that follow a blob of `count` bytes.
    static func padding(after count: Int) -> Int { (alignment - count % alignment) % alignment }

    private static func little(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }

    private static func number(_ bytes: Bytes, _ offset: Int, _ count: Int) -> UInt64 {
        (0..<count).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
    }
}
