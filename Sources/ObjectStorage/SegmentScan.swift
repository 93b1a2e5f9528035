internal import ByteIO

/// What a walk through one segment found.
public struct SegmentScan: Sendable {
    /// Bytes that are no good record.
    public struct Damage: Hashable, Sendable {
        public enum Kind: String, Sendable {
            case header = "no record begins here"
            case content = "the blob is not what was written"
            case torn = "the file ends within a record"
        }

        public let kind: Kind
        public let range: Range<Int64>
    }

    public let segment: Int64
    /// Every good record's blob, in order.
    public internal(set) var blobs: [BlobAddress] = []
    public internal(set) var damages: [Damage] = []
    /// Blobs that were erased: their records stay, without content.
    public internal(set) var erased: [BlobAddress] = []
    /// Those of `erased` whose bytes are not gone yet: a crash came in between. Erasing them again ends it.
    public internal(set) var halfErased: [BlobAddress] = []
    /// Whether the segment has its end mark: nothing more will be written to it.
    public internal(set) var isFinished = false
    /// Where the last good record ends.
    var goodEnd = SegmentFormat.headerCount
    /// Records that are good or were erased.
    var recordCount: Int { blobs.count + erased.count }
}

extension SegmentScan {
    private static let window = 1 << 20

    /// Walks the first `count` bytes of `file`.
    /// - Parameter verifyingContent: Whether blobs are read and their checksums tested.
    init(_ file: SegmentFile, count: Int, verifyingContent: Bool) throws(StorageError) {
        segment = file.number
        let start = SegmentFormat.headerCount
        guard count >= start,
            SegmentFormat.decode(try file.read(0..<start)) == .segment(number: file.number)
        else {
            damages.append(Damage(kind: .header, range: 0..<Int64(count)))
            goodEnd = 0
            return
        }
        var offset = start
        while offset < count {
            guard let mark = try Self.mark(file, at: offset, count: count) else {
                let next = try Self.nextMark(file, from: offset + SegmentFormat.alignment, count: count)
                damages.append(Damage(kind: .header, range: Int64(offset)..<Int64(next)))
                offset = next
                continue
            }
            switch mark {
            case .record(let length, let checksum):
                offset = try take(file, at: offset, length: Int(length), checksum, count, verifyingContent)
            case .erased(let length):
                offset = try takeErased(file, at: offset, length: Int(length), count)
            case .end:
                isFinished = true
                offset += SegmentFormat.headerCount
            case .segment:
                offset += SegmentFormat.headerCount
            }
        }
    }

    /// Takes the record at `offset` into account; returns where the next one begins.
    private mutating func take(
        _ file: SegmentFile, at offset: Int, length: Int, _ checksum: UInt32, _ count: Int, _ verifyingContent: Bool
    ) throws(StorageError) -> Int {
        let start = offset + SegmentFormat.headerCount
        let (end, overflow) = start.addingReportingOverflow(length)
        guard !overflow, end <= count else {
            let next = try Self.nextMark(file, from: start, count: count)
            damages.append(Damage(kind: .torn, range: Int64(offset)..<Int64(next)))
            return next
        }
        var isGood = true
        if verifyingContent { isGood = try Self.checksum(file, start..<end) == checksum }
        if isGood {
            blobs.append(BlobAddress(segment: segment, offset: Int64(start), length: Int64(length)))
            goodEnd = end
        } else {
            damages.append(Damage(kind: .content, range: Int64(offset)..<Int64(end)))
        }
        return end + SegmentFormat.padding(after: length)
    }

    /// Takes the erased record at `offset` into account; returns where the next one begins.
    private mutating func takeErased(
        _ file: SegmentFile, at offset: Int, length: Int, _ count: Int
    ) throws(StorageError) -> Int {
        let start = offset + SegmentFormat.headerCount
        let (end, overflow) = start.addingReportingOverflow(length)
        guard !overflow, end <= count else {
            // Its length was good when it was written: what is missing is content that nobody wants any more.
            damages.append(Damage(kind: .torn, range: Int64(offset)..<Int64(count)))
            return count
        }
        let address = BlobAddress(segment: segment, offset: Int64(start), length: Int64(length))
        erased.append(address)
        if try !Self.isZero(file, start..<end) { halfErased.append(address) }
        goodEnd = end
        return end + SegmentFormat.padding(after: length)
    }

    private static func isZero(_ file: SegmentFile, _ range: Range<Int>) throws(StorageError) -> Bool {
        var offset = range.lowerBound
        while offset < range.upperBound {
            let end = min(range.upperBound, offset + window)
            guard try file.read(offset..<end).allSatisfy({ $0 == 0 }) else { return false }
            offset = end
        }
        return true
    }

    private static func mark(_ file: SegmentFile, at offset: Int, count: Int) throws(StorageError) -> SegmentFormat
        .Mark?
    {
        let end = offset + SegmentFormat.headerCount
        guard end <= count else { return nil }
        let mark = SegmentFormat.decode(try file.read(offset..<end))
        if case .end(_, let place) = mark, place != offset { return nil }
        return mark
    }

    /// Where the next good mark begins, at or after `offset` (a multiple of the alignment); `count` where none does.
    private static func nextMark(_ file: SegmentFile, from offset: Int, count: Int) throws(StorageError) -> Int {
        var offset = offset
        while offset + SegmentFormat.headerCount <= count {
            let bytes = try file.read(offset..<min(count, offset + window))
            var place = 0
            while place + SegmentFormat.headerCount <= bytes.count {
                if bytes[place] == UInt8(ascii: "T"), try mark(file, at: offset + place, count: count) != nil {
                    return offset + place
                }
                place += SegmentFormat.alignment
            }
            offset += place
        }
        return count
    }

    private static func checksum(_ file: SegmentFile, _ range: Range<Int>) throws(StorageError) -> UInt32 {
        var checksum = CRC32()
        var offset = range.lowerBound
        while offset < range.upperBound {
            let end = min(range.upperBound, offset + window)
            checksum.update(try file.read(offset..<end))
            offset = end
        }
        return checksum.value
    }
}
