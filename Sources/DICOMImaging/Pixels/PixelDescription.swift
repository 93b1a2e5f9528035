public import DICOM

/// The attributes that say how pixel data are laid out and coded: the Image Pixel Module (PS3.3 C.7.6.3) and the
/// transfer syntax. With a frame's bytes, all that `FrameDecoder` needs.
public struct PixelDescription: Sendable, Hashable, Codable {
    public let rows: Int
    public let columns: Int
    public let samplesPerPixel: Int
    public let bitsAllocated: Int
    public let bitsStored: Int
    public let highBit: Int
    /// Pixel Representation is 1: two's complement.
    public let isSigned: Bool
    public let photometric: PhotometricInterpretation
    /// Planar Configuration is 1: one plane for each sample, instead of colour by pixel.
    public let isPlanar: Bool
    public let numberOfFrames: Int
    /// UID of the transfer syntax.
    public let transferSyntax: String
    /// Pixel Data lie in fragments (PS3.5 §A.4).
    public let isEncapsulated: Bool
    /// Numbers are big endian.
    public let isBigEndian: Bool
    /// Pixel Data are OW, so that big endian swaps bytes even of 8-bit samples (PS3.5 §8.2, Annex A.3).
    public let isWordEncoded: Bool

    /// Samples are IEEE 754 numbers: Float or Double Float Pixel Data (PS3.3 C.7.6.24, C.7.6.25).
    public let isFloat: Bool

    /// Largest frame that is decoded, in bytes of its samples.
    public static let maximumFrameBytes = 1 << 29

    /// Reads the description out of `file`'s data set.
    /// - Throws: `ImagingError.notAnImage` without rows, columns or Pixel Data; `.invalidDescription` where an
    ///   attribute is missing or impossible.
    public init(_ file: DICOMFile) throws(ImagingError) {
        let dataSet = file.dataSet
        // Only one of the three may be there (PS3.3 C.7.6.3); where several are, integers win.
        let element = dataSet[.PixelData] ?? dataSet[.FloatPixelData] ?? dataSet[.DoubleFloatPixelData]
        guard let element else { throw ImagingError(.notAnImage, "the data set has no Pixel Data") }
        try self.init(
            dataSet, transferSyntax: file.transferSyntax, isWordEncoded: element.vr != .OB,
            isFloat: element.tag != .PixelData)
        guard element.tag == pixelDataTag else {
            throw ImagingError(.invalidDescription, "Bits Allocated (0028,0100) contradicts the kind of Pixel Data")
        }
    }

    /// Reads the description out of `dataSet`, which may stand without its Pixel Data.
    /// - Parameter isFloat: the pixel data are Float or Double Float Pixel Data.
    public init(
        _ dataSet: DataSet, transferSyntax: TransferSyntax, isWordEncoded: Bool, isFloat: Bool = false
    ) throws(ImagingError) {
        func required(_ tag: Tag, _ name: String, _ range: ClosedRange<Int>) throws(ImagingError) -> Int {
            guard let value = dataSet.int(tag) else {
                throw ImagingError(.invalidDescription, "\(name) \(tag) is missing")
            }
            guard range.contains(value) else {
                throw ImagingError(.invalidDescription, "\(name) \(tag) is \(value)")
            }
            return value
        }
        rows = try required(.Rows, "Rows", 1...65535)
        columns = try required(.Columns, "Columns", 1...65535)
        bitsAllocated = try required(.BitsAllocated, "Bits Allocated", 1...64)
        samplesPerPixel =
            dataSet.contains(.SamplesPerPixel)
            ? try required(.SamplesPerPixel, "Samples per Pixel", 1...4) : 1
        bitsStored =
            !isFloat && dataSet.contains(.BitsStored)
            ? try required(.BitsStored, "Bits Stored", 1...bitsAllocated) : bitsAllocated
        highBit =
            !isFloat && dataSet.contains(.HighBit)
            ? try required(.HighBit, "High Bit", (bitsStored - 1)...(bitsAllocated - 1)) : bitsStored - 1
        isSigned = !isFloat && dataSet.int(.PixelRepresentation) == 1
        self.isFloat = isFloat
        photometric = PhotometricInterpretation(named: dataSet.string(.PhotometricInterpretation) ?? "")
        isPlanar = samplesPerPixel > 1 && dataSet.int(.PlanarConfiguration) == 1
        let hasFrames = dataSet[.NumberOfFrames].map { $0.count > 0 } ?? false
        numberOfFrames = hasFrames ? try required(.NumberOfFrames, "Number of Frames", 1...Int(Int32.max)) : 1
        self.transferSyntax = transferSyntax.uid
        isEncapsulated = transferSyntax.isEncapsulated
        isBigEndian = transferSyntax.byteOrder == .bigEndian
        self.isWordEncoded = isWordEncoded
        try checkWidth()
    }

    private func checkWidth() throws(ImagingError) {
        guard bitsAllocated > 1 || samplesPerPixel == 1, !isFloat || bitsAllocated == 32 || bitsAllocated == 64 else {
            throw ImagingError(.unsupported, "Bits Allocated \(bitsAllocated) is not supported with these samples")
        }
        let bytes = rows * columns * samplesPerPixel * bytesPerSample
        guard bytes <= Self.maximumFrameBytes else {
            throw ImagingError(.tooLarge, "a frame of \(bytes) bytes is over the limit")
        }
    }

    /// Width of a decoded sample in bytes, 1, 2, 4 or 8: the narrowest that holds Bits Allocated.
    public var bytesPerSample: Int { bitsAllocated <= 8 ? 1 : bitsAllocated <= 16 ? 2 : bitsAllocated <= 32 ? 4 : 8 }

    /// Which of the three kinds of pixel data is described.
    public var pixelDataTag: Tag {
        isFloat ? (bitsAllocated == 64 ? .DoubleFloatPixelData : .FloatPixelData) : .PixelData
    }

    /// Native samples lie in a stream of bits, as all other widths than whole words do (PS3.5 §8.1.1).
    var isPacked: Bool { ![8, 16, 32, 64].contains(bitsAllocated) }

    /// Native samples are not words of their own, so that the words they are sent in have to be turned round first.
    var swapsWords: Bool { isBigEndian && isWordEncoded && (isPacked || bitsAllocated == 8) }

    /// Length of a decoded frame in bytes.
    public var decodedFrameBytes: Int { rows * columns * samplesPerPixel * bytesPerSample }

    /// Chrominance is there once for two pixels: Y₁ Y₂ C_B C_R (PS3.3 C.7.6.3.1.2, YBR_FULL_422, YBR_PARTIAL_422).
    var isSubsampled: Bool {
        (photometric == .ybrFull422 || photometric == .ybrPartial422) && samplesPerPixel == 3 && bitsAllocated == 8
            && columns.isMultiple(of: 2)
    }

    /// Length of a frame of native pixel data, in bits.
    func nativeFrameBits(isSubsampled: Bool) -> Int {
        rows * columns * bitsAllocated * (isSubsampled ? 2 : samplesPerPixel)
    }
}
