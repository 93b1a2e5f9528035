import ByteIO

extension RenderedImage {
    /// Which part of 0 … 255 luminance and chrominance take.
    enum YBRRange {
        /// All of it: YBR_FULL.
        case full
        /// Luminance 16 … 235, chrominance 16 … 240: YBR_PARTIAL.
        case partial

        /// Black, and in 16 bits of fraction: luminance to grey, Cr to red, Cb and Cr to green, Cb to blue.
        fileprivate var matrix: (black: Int32, grey: Int32, red: Int32, green: (Int32, Int32), blue: Int32) {
            switch self {
            case .full: (0, 65536, 91881, (22554, 46802), 116130)
            case .partial: (16, 76309, 104597, (25675, 53279), 132201)
            }
        }
    }

    /// YBR to RGB (PS3.3 C.7.6.3.1.2, the inverse of its matrices).
    func converted(from range: YBRRange) throws(ImagingError) -> RenderedImage {
        guard channels == 3 else { return self }
        let matrix = range.matrix
        let converted = unsafe Bytes(count: pixels.count) { target in
            unsafe pixels.withUnsafeBytes { source in
                for offset in stride(from: 0, to: source.count - 2, by: 3) {
                    let y = unsafe (Int32(source[offset]) &- matrix.black) &* matrix.grey &+ 32768
                    let blue = unsafe Int32(source[offset + 1]) - 128
                    let red = unsafe Int32(source[offset + 2]) - 128
                    unsafe target[offset] = UInt8(clamping: (y &+ matrix.red &* red) >> 16)
                    unsafe target[offset + 1] = UInt8(
                        clamping: (y &- matrix.green.0 &* blue &- matrix.green.1 &* red) >> 16)
                    unsafe target[offset + 2] = UInt8(clamping: (y &+ matrix.blue &* blue) >> 16)
                }
            }
        }
        return try RenderedImage(rows: rows, columns: columns, channels: 3, pixels: converted)
    }

    /// Black for white.
    func inverted() throws(ImagingError) -> RenderedImage {
        let inverted = unsafe Bytes(count: pixels.count) { target in
            unsafe pixels.withUnsafeBytes { source in
                for index in 0..<source.count { unsafe target[index] = ~source[index] }
            }
        }
        return try RenderedImage(rows: rows, columns: columns, channels: channels, pixels: inverted)
    }
}
