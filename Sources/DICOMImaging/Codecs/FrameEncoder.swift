public import ByteIO
public import DICOM

/// Turns samples into one frame's bytes in a transfer syntax: the counterpart of `FrameDecoder`.
public struct FrameEncoder: Sendable {
    /// How much a lossy transfer syntax may lose; the others do not ask.
    public struct Options: Sendable, Hashable {
        /// JPEG: 1 … 100, as libjpeg counts it.
        public var quality = 90
        /// JPEG 2000: bytes of samples for one byte of codestream, more than 1.
        public var ratio = 10.0
        /// JPEG-LS near-lossless: by how much a sample may differ, 1 … 255.
        public var near = 2

        /// Little loss.
        public init() {}
    }

    /// What comes out.
    public let transferSyntax: TransferSyntax
    let coding: Coding
    private let options: Options

    /// - Throws: `ImagingError` `.unsupported`, by name, for a transfer syntax that cannot be written;
    ///   `.invalidRequest` for options out of range.
    public init(_ transferSyntax: TransferSyntax, options: Options = Options()) throws(ImagingError) {
        guard let coding = Coding(transferSyntax) else {
            throw ImagingError(.unsupported, "\(transferSyntax.name) cannot be written")
        }
        guard (1...100).contains(options.quality), (1...255).contains(options.near),
            options.ratio > 1, options.ratio <= 1000
        else { throw ImagingError(.invalidRequest, "quality is 1 to 100, ratio more than 1, near 1 to 255") }
        self.transferSyntax = transferSyntax
        self.coding = coding
        self.options = options
    }

    /// UIDs of all transfer syntaxes that can be written.
    public static var transferSyntaxes: [String] { Coding.all.map(\.uid) }

    /// Whether samples may come out changed.
    public var isLossy: Bool { coding.isLossy }

    /// The frame's bytes, unpadded. Native: little endian, colour by pixel; one bit a pixel where `bitsAllocated` is 1.
    /// - Parameter bitsAllocated: 8, 16, 32 or 64 as wide as the frame's samples, or 1 for samples of 0 and 1.
    /// - Throws: `.unsupported` for samples that the transfer syntax does not take.
    public func encode(_ frame: StoredFrame, bitsAllocated: Int? = nil) throws(ImagingError) -> Bytes {
        let bits = bitsAllocated ?? frame.bytesPerSample * 8
        guard bits == frame.bytesPerSample * 8 || bits == 1 && frame.bytesPerSample == 1 else {
            throw ImagingError(.invalidRequest, "Bits Allocated \(bits) are not what the samples have")
        }
        try coding.check(frame, bitsAllocated: bits, transferSyntax.name)
        switch coding {
        case .native, .encapsulated: return try packed(frame, bits, byteOrder: transferSyntax.byteOrder)
        case .deflated:
            return try unsafe packed(frame, bits, byteOrder: .littleEndian).withUnsafeBytes {
                (bytes) throws(ImagingError) in
                try unsafe Deflate.compress(bytes, as: .raw, level: 6)
            }
        case .runLength: return try RLEEncoder.encode(frame, bitsAllocated: bits)
        case .jpeg: return try JPEGFrameEncoder.encode(frame, quality: options.quality)
        case .jpegLS: return try JPEGLSEncoder.encode(frame)
        case .jpegLSNear: return try JPEGLSEncoder.encode(frame, near: options.near)
        case .jpeg2000: return try JPEG2000Encoder.encode(frame)
        case .jpeg2000Lossy: return try JPEG2000Encoder.encode(frame, quality: .ratio(options.ratio))
        case .htj2k: return try HTJ2KEncoder.encode(frame)
        }
    }

    private func packed(
        _ frame: StoredFrame, _ bits: Int, byteOrder: TransferSyntax.ByteOrder
    ) throws(ImagingError) -> Bytes {
        if bits == 1 {
            var packer = BitPacker()
            packer.append(frame.samples)
            return packer.finish()
        }
        guard byteOrder == .bigEndian, frame.bytesPerSample > 1 else { return frame.samples }
        return frame.samples.swapped(width: frame.bytesPerSample)
    }
}
