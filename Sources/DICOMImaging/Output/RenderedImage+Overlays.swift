import ByteIO

extension RenderedImage {
    /// This image with `overlay` in white over it; what lies outside of it is left out.
    func drawing(_ overlay: OverlayBitmap) throws(ImagingError) -> RenderedImage {
        // Origins count from 1 and may lie anywhere: everything is clamped to what both have.
        let (top, left) = (overlay.originRow - 1, overlay.originColumn - 1)
        let shownRows = max(0, -top)..<max(max(0, -top), min(overlay.rows, rows - top))
        let shownColumns = max(0, -left)..<max(max(0, -left), min(overlay.columns, columns - left))
        let drawn = unsafe Bytes(count: pixels.count) { target in
            unsafe pixels.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
            for row in shownRows {
                for column in shownColumns where overlay.bits[row * overlay.columns + column] != 0 {
                    let start = ((row + top) * columns + column + left) * channels
                    for channel in 0..<channels { unsafe target[start + channel] = 255 }
                }
            }
        }
        return try RenderedImage(rows: rows, columns: columns, channels: channels, pixels: drawn)
    }
}
