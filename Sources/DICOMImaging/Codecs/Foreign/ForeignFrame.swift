public import ByteIO

/// A compressed frame that a C library decodes, with what its headers promise.
///
/// It is all that a process needs which does nothing but decode: `encoded` carries it there.
public struct ForeignFrame: Sendable, Hashable {
    /// The libraries, by their numbers in `encoded`.
    enum Library: UInt8, Sendable {
        case openJPEG = 1
        case openJPH = 2
        case jpegXL = 3
    }

    let library: Library
    /// Dimensions, components and precision, as read by our own code, which the library has to find again.
    let header: CodestreamHeader
    let data: Bytes
    /// Threads beside the caller's that the library may start, where it has them.
    var threads = ForeignCodecs.threads

    /// Rows of the image.
    public var rows: Int { header.rows }

    /// Bytes of all samples.
    public var sampleBytes: Int { header.rows * header.columns * header.components * header.bytesPerSample }

    /// Decodes in this process.
    ///
    /// - Returns: `sampleBytes` bytes: samples colour by pixel, little endian, sign-extended where signed.
    /// - Throws: `ImagingError` where the library refuses the codestream.
    public func decode() throws(ImagingError) -> Bytes {
        switch library {
        case .openJPEG: try decodeWithOpenJPEG()
        case .openJPH: try decodeWithOpenJPH()
        case .jpegXL: try decodeWithJPEGXL()
        }
    }

    /// Decodes in the sandbox that was installed, else in this process.
    func decodeIsolated() throws(ImagingError) -> Bytes {
        guard let sandbox = ForeignCodecs.sandbox else { return try decode() }
        let samples = try sandbox.decode(self)
        guard samples.count == sampleBytes else {
            throw ImagingError(.corrupt, "the decoder returned \(samples.count) of \(sampleBytes) bytes")
        }
        return samples
    }
}

extension ForeignFrame {
    /// Bytes before the codestream in `encoded`.
    private static let headerLength = 16

    /// Library, components, precision, sign and threads, a byte each; 3 bytes of zero; rows and columns, 4 bytes each, little
    /// endian; the codestream.
    public var encoded: Bytes {
        var bytes = [library.rawValue, UInt8(clamping: header.components), UInt8(clamping: header.precision)]
        bytes += [header.isSigned ? 1 : 0, UInt8(clamping: threads), 0, 0, 0]
        for number in [header.rows, header.columns] {
            for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
        }
        return Bytes(bytes + data.array)
    }

    /// Reads what `encoded` wrote.
    /// - Throws: `ImagingError.corrupt` for anything else.
    public init(encoded bytes: Bytes) throws(ImagingError) {
        guard bytes.count >= Self.headerLength, let library = Library(rawValue: bytes[0]), (1...4).contains(bytes[1]),
            (1...31).contains(bytes[2])
        else { throw ImagingError(.corrupt, at: 0, "not a frame for a decoder") }
        let rows = Int(bytes.littleEndian32(at: 8))
        let columns = Int(bytes.littleEndian32(at: 12))
        guard (1...65535).contains(rows), (1...65535).contains(columns) else {
            throw ImagingError(.corrupt, at: 8, "a frame has impossible dimensions")
        }
        self.library = library
        header = CodestreamHeader(
            rows: rows, columns: columns, components: Int(bytes[1]), precision: Int(bytes[2]), isSigned: bytes[3] == 1)
        data = bytes[clamping: Self.headerLength..<bytes.count]
        threads = min(Int(bytes[4]), 16)
    }
}
