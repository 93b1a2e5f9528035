public import ByteIO
public import ContentAddressing

/// Writes one file's content into an archive (CAR) on this machine's disk. What is kept in memory is a chunk, and 32
/// bytes a block. Not for use by two threads at once.
public final class ColdArchiveWriter {
    private let file: NewColdFile
    private let path: String
    private var builder = UnixFSBuilder()
    private var car = CARWriter()
    /// Bytes of content so far.
    public private(set) var contentCount = 0

    /// What was written.
    public struct Result: Sendable {
        public let root: CID
        /// Length of the archive.
        public let count: Int
        /// Length of the content.
        public let contentCount: Int
        /// Filecoin's names of the archive.
        public let pieceVersion1: CID
        public let pieceVersion2: CID
    }

    /// Replaces what is at `path`.
    public init(_ path: String) throws(ColdStorageError) {
        self.path = path
        file = try NewColdFile(path + ".part")
        try file.append(Bytes([UInt8](repeating: 0, count: CARWriter.headerCount)))
    }

    /// The next bytes of the content.
    /// - Throws: `noSpace`, `unavailable`. Then nothing is left.
    public func append(_ bytes: Bytes) throws(ColdStorageError) {
        contentCount += bytes.count
        try builder.append(bytes) { block throws(ColdStorageError) in try write(block) }
    }

    /// Ends it; the archive is durable at its path when this returns.
    public func finish() throws(ColdStorageError) -> Result {
        let root = try builder.finishFile { block throws(ColdStorageError) in try write(block) }
        do {
            try file.overwrite(try CARWriter.header(root: root.cid), at: 0)
            var hasher = PieceHasher()
            let written = try ColdFile.open(path + ".part")
            for start in stride(from: 0, to: written.count, by: 1 << 20) {
                try hasher.update(try written.read(start..<min(written.count, start + (1 << 20))))
            }
            try file.finish(as: path)
            let piece = hasher.commitment()
            return Result(
                root: root.cid, count: file.count, contentCount: contentCount, pieceVersion1: piece.version1,
                pieceVersion2: piece.version2)
        } catch let error as ColdStorageError { throw error } catch {
            throw ColdStorageError(.unavailable, "the archive cannot be written: \(error)")
        }
    }

    private func write(_ block: Block) throws(ColdStorageError) {
        for run in car.append(block) { try file.append(run) }
    }
}

/// Reads the one file of an archive on this machine's disk, every block compared with its identifier.
public final class ColdArchiveReader {
    private var chunks: FileChunks

    /// - Throws: `missing`, `notWhatWasAsked`.
    public init(_ path: String, root: CID) throws(ColdStorageError) {
        let file = try ColdFile.open(path)
        do throws(ContentAddressingError) { chunks = try CARArchive(file).chunks(of: root) } catch {
            throw Self.failure(error)
        }
    }

    /// The next bytes of the content; `nil` at its end.
    public func next() throws(ColdStorageError) -> Bytes? {
        do throws(ContentAddressingError) { return try chunks.next() } catch { throw Self.failure(error) }
    }

    private static func failure(_ error: ContentAddressingError) -> ColdStorageError {
        ColdStorageError(.notWhatWasAsked, "the archive is not what was stored: \(error)")
    }
}
