public import ByteIO

/// Reads the header of a file that arrives piece by piece, from a pipe or over HTTP: everything before the pixel data,
/// without waiting for these.
///
///     var reader = HeaderReader()
///     for try await chunk in body {
///         if let file = try reader.append(chunk) { return file }
///     }
///     return try reader.finish()
public struct HeaderReader: Sendable {
    private let options: ReadOptions
    private let maximumBytes: Int
    private var bytes: [UInt8] = []
    /// With how many bytes the next attempt may have an outcome.
    private var nextAttempt = 256

    /// A reader that has read nothing.
    /// - Parameters:
    ///   - options: where `stopBefore` is `nil`, reading ends before group 7FE0.
    ///   - maximumBytes: how much may arrive before the header has ended.
    public init(options: ReadOptions = .default, maximumBytes: Int = 64 << 20) {
        var options = options
        options.stopBefore = options.stopBefore ?? Tag(0x7FE0, 0x0000)
        self.options = options
        self.maximumBytes = maximumBytes
    }

    /// Takes what has arrived and returns the header once it is complete; `nil` while more is needed.
    /// - Throws: `DICOMError` where the beginning is no DICOM, or a limit is reached.
    public mutating func append(_ chunk: Bytes) throws(DICOMError) -> DICOMFile? {
        bytes += chunk
        guard bytes.count >= nextAttempt else { return nil }
        // Every attempt begins at the beginning; growing steps keep the sum of them in proportion.
        nextAttempt = bytes.count + bytes.count / 2
        let source = IncompleteSource(Bytes(bytes))
        do throws(DICOMError) {
            return try DICOMFile.read(source, options: options)
        } catch {
            guard source.wasShort else { throw error }
            guard bytes.count < maximumBytes else {
                throw DICOMError(.limitReached, reason: "the header is longer than \(maximumBytes) bytes")
            }
            return nil
        }
    }

    /// The file, after the last piece: what there is before `stopBefore`.
    /// - Throws: `DICOMError` as `DICOMFile.read` does.
    public mutating func finish() throws(DICOMError) -> DICOMFile {
        try DICOMFile.read(Bytes(bytes), options: options)
    }
}

extension DICOMFile {
    /// The header of the file whose pieces `chunks` gives, without the pixel data. Takes no more of them than it needs.
    /// - Throws: `DICOMError`.
    public static func readHeader(
        from chunks: some Sequence<Bytes>, options: ReadOptions = .default
    ) throws(DICOMError) -> DICOMFile {
        var reader = HeaderReader(options: options)
        for chunk in chunks {
            if let file = try reader.append(chunk) { return file }
        }
        return try reader.finish()
    }

    /// The header of the file whose pieces `chunks` gives, without the pixel data. Takes no more of them than it needs.
    /// - Throws: `DICOMError`, and what the sequence throws.
    public static func readHeader<Chunks: AsyncSequence>(
        from chunks: Chunks, options: ReadOptions = .default
    ) async throws -> DICOMFile where Chunks.Element == Bytes {
        var reader = HeaderReader(options: options)
        for try await chunk in chunks {
            if let file = try reader.append(chunk) { return file }
        }
        return try reader.finish()
    }
}
