import ByteIO

extension RenderedImage {
    /// YBR_FULL to RGB (PS3.3 C.7.6.3.1.2, the inverse of its matrix), in 16 bits of fraction.
    func convertedFromYBR() throws(ImagingError) -> RenderedImage {
        guard channels == 3 else { return self }
        let converted = unsafe Bytes(count: pixels.count) { target in
            unsafe pixels.withUnsafeBytes { source in
                for offset in stride(from: 0, to: source.count - 2, by: 3) {
                    let y = unsafe Int32(source[offset]) << 16 + 32768
                    let blue = unsafe Int32(source[offset + 1]) - 128
                    let red = unsafe Int32(source[offset + 2]) - 128
                    unsafe target[offset] = UInt8(clamping: (y &+ 91881 &* red) >> 16)
                    unsafe target[offset + 1] = UInt8(clamping: (y &- 22554 &* blue &- 46802 &* red) >> 16)
                    unsafe target[offset + 2] = UInt8(clamping: (y &+ 116130 &* blue) >> 16)
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
