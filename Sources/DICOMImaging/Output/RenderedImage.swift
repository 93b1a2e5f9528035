public import ByteIO

/// An image as it is shown: 8 bits a channel, grey or RGB.
public struct RenderedImage: Sendable, Hashable {
    public let rows: Int
    public let columns: Int
    /// 1 (grey) or 3 (RGB).
    public let channels: Int
    /// `rows × columns × channels` bytes, colour by pixel, row by row from the top.
    public let pixels: Bytes

    /// ICC profile that says what the colours are; sRGB without.
    public var colourProfile: [UInt8]?

    /// - Throws: `ImagingError` where `pixels` is not exactly as long as the other parameters say.
    public init(rows: Int, columns: Int, channels: Int, pixels: Bytes) throws(ImagingError) {
        guard (1...65535).contains(rows), (1...65535).contains(columns), channels == 1 || channels == 3,
            pixels.count == rows * columns * channels
        else { throw ImagingError(.invalidRequest, "the image's dimensions do not fit its bytes") }
        self.rows = rows
        self.columns = columns
        self.channels = channels
        self.pixels = pixels
    }
}
