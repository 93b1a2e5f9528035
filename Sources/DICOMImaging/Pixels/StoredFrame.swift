public import ByteIO

/// One frame of stored samples, as decoded and before anything is done to them (PS3.3 C.7.6.3).
public struct StoredFrame: Sendable, Hashable {
    public let rows: Int
    public let columns: Int
    public let samplesPerPixel: Int
    /// Width of a sample in `samples`: 1, 2, 4 or 8. One byte (0 or 1) for Bits Allocated 1.
    public let bytesPerSample: Int
    public let bitsStored: Int
    public let highBit: Int
    public let isSigned: Bool
    /// Samples are IEEE 754 numbers of 4 or 8 bytes instead of integers.
    public let isFloat: Bool
    /// What the samples mean. Differs from the data set's where a codec changed it (YBR_FULL_422 becomes YBR_FULL).
    public let photometric: PhotometricInterpretation
    /// `rows × columns × samplesPerPixel` samples, little-endian, colour by pixel, row by row.
    /// What a decoder returns has each sample's value in it: bits outside Bits Stored are sign-extended or zero.
    public let samples: Bytes

    /// - Throws: `ImagingError` where `samples` is not exactly as long as the other parameters say.
    public init(
        rows: Int, columns: Int, samplesPerPixel: Int = 1, bytesPerSample: Int, bitsStored: Int, highBit: Int? = nil,
        isSigned: Bool = false, isFloat: Bool = false, photometric: PhotometricInterpretation = .monochrome2,
        samples: Bytes
    ) throws(ImagingError) {
        let high = highBit ?? bitsStored - 1
        guard (1...65535).contains(rows), (1...65535).contains(columns), (1...4).contains(samplesPerPixel),
            (isFloat ? [4, 8] : [1, 2, 4, 8]).contains(bytesPerSample), bitsStored >= 1, high < bytesPerSample * 8,
            high >= bitsStored - 1
        else { throw ImagingError(.invalidDescription, "the frame's dimensions or bits are impossible") }
        guard samples.count == rows * columns * samplesPerPixel * bytesPerSample else {
            throw ImagingError(.truncated, "a frame has another number of bytes than its dimensions say")
        }
        self.rows = rows
        self.columns = columns
        self.samplesPerPixel = samplesPerPixel
        self.bytesPerSample = bytesPerSample
        self.bitsStored = bitsStored
        self.highBit = high
        self.isSigned = isSigned
        self.isFloat = isFloat
        self.photometric = photometric
        self.samples = samples
    }

    /// `frame` with other samples of the same shape.
    init(_ frame: StoredFrame, highBit: Int, samples: Bytes) {
        rows = frame.rows
        columns = frame.columns
        samplesPerPixel = frame.samplesPerPixel
        bytesPerSample = frame.bytesPerSample
        bitsStored = frame.bitsStored
        self.highBit = highBit
        isSigned = frame.isSigned
        isFloat = frame.isFloat
        photometric = frame.photometric
        self.samples = samples
    }

    /// Samples in the frame.
    public var sampleCount: Int { rows * columns * samplesPerPixel }
}
