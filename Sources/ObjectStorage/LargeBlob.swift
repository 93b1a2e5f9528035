internal import ByteIO

/// A blob that fills a segment of its own, written as it is produced.
enum LargeBlob {
    /// The record header comes last: a file that was cut short has none, and is removed when the store is opened.
    static func write(
        count: Int, in directory: SegmentDirectory,
        _ produce: (_ emit: (Bytes) throws(StorageError) -> Void) throws -> Void
    ) throws -> BlobAddress {
        guard count >= 0 else { throw StorageError(.lengthDiffers) }
        let file = try directory.create(isListed: false)
        defer { directory.list(file.number) }
        do {
            let header = SegmentFormat.headerCount
            let start = 2 * header
            var written = 0
            var checksum = CRC32()
            try produce { (bytes) throws(StorageError) in
                guard bytes.count <= count - written else { throw StorageError(.lengthDiffers, segment: file.number) }
                try file.write([bytes], at: start + written)
                checksum.update(bytes)
                written += bytes.count
            }
            guard written == count else { throw StorageError(.lengthDiffers, segment: file.number) }
            // Each step is on the disk before the next: content, header, end mark.
            try file.synchronize()
            try file.write(
                [SegmentFormat.encode(.record(length: Int64(count), checksum: checksum.value))], at: header)
            try file.synchronize()
            try file.finish(after: start + count, records: 1)
            try directory.synchronize()
            return BlobAddress(segment: file.number, offset: Int64(start), length: Int64(count))
        } catch {
            directory.remove(file)
            throw error
        }
    }
}
