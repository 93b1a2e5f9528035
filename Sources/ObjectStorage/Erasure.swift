internal import ByteIO

/// Erases blobs where they lie. Mark first, bytes afterwards, each durable before the next: whatever a crash leaves is
/// a blob that is whole, or one that says that it was erased and is erased again.
struct Erasure {
    private let directory: SegmentDirectory
    private let addresses: [Int64: [BlobAddress]]
    private let durableEnd: (_ segment: Int64) -> Int?

    init(_ addresses: [BlobAddress], in directory: SegmentDirectory, durableEnd: @escaping (_ segment: Int64) -> Int?) {
        self.directory = directory
        self.addresses = Dictionary(grouping: addresses, by: \.segment)
        self.durableEnd = durableEnd
    }

    func run() throws(StorageError) {
        let segments = addresses.keys.sorted()
        // All are looked at before the first is touched.
        for segment in segments {
            let file = try SegmentFile.open(segment, in: directory.path)
            let count = try file.count
            let end = durableEnd(segment) ?? count
            for address in addresses[segment] ?? [] { _ = try file.state(of: address, within: end) }
        }
        for segment in segments { try erase(addresses[segment] ?? [], in: segment) }
    }

    private func erase(_ addresses: [BlobAddress], in segment: Int64) throws(StorageError) {
        // Descriptors for reading may be shared; this one is the eraser's own.
        let file = try SegmentFile.open(segment, in: directory.path, forWriting: true)
        let addresses = addresses.sorted { $0.offset < $1.offset }
        for address in addresses where try !file.isErased(address) {
            let header = Int(address.offset) - SegmentFormat.headerCount
            let mark = SegmentFormat.encode(.erased(length: address.length))
            let part = SegmentFormat.erasedPart
            try file.overwrite(mark[clamping: part], at: header + part.lowerBound)
        }
        try file.synchronize()
        for address in addresses {
            let start = Int(address.offset)
            try file.clear(start..<start + Int(address.length))
        }
        try file.synchronize()
    }
}

extension SegmentFile {
    /// Whether the blob at `address` was erased.
    func isErased(_ address: BlobAddress) throws(StorageError) -> Bool {
        let start = Int(address.offset)
        guard start >= 2 * SegmentFormat.headerCount else { return false }
        return SegmentFormat.decode(try read(start - SegmentFormat.headerCount..<start))
            == .erased(length: address.length)
    }

    /// The header of the record at `address`, which lies before `end`.
    /// - Throws: `noSuchBlob` where no record of that length is.
    func state(of address: BlobAddress, within end: Int) throws(StorageError) -> SegmentFormat.Mark {
        let header = SegmentFormat.headerCount
        let nothing = StorageError(.noSuchBlob, segment: number, offset: address.offset)
        guard address.offset >= 2 * header, address.offset % Int64(SegmentFormat.alignment) == 0, address.length >= 0,
            let start = Int(exactly: address.offset),
            let last = Int(exactly: address.length)?.addingReportingOverflow(start),
            !last.overflow, last.partialValue <= end,
            let mark = SegmentFormat.decode(try read(start - header..<start))
        else { throw nothing }
        switch mark {
        case .record(let length, _), .erased(let length):
            guard length == address.length else { throw nothing }
            return mark
        case .segment, .end: throw nothing
        }
    }

    /// Makes `range` zeros: a hole, or zeros that are written where the file system has no holes.
    func clear(_ range: Range<Int>) throws(StorageError) {
        if try punch(range) { return }
        let zeros = Bytes([UInt8](repeating: 0, count: min(range.count, 1 << 20)))
        var offset = range.lowerBound
        while offset < range.upperBound {
            let count = min(zeros.count, range.upperBound - offset)
            try overwrite(zeros[clamping: 0..<count], at: offset)
            offset += count
        }
    }
}
