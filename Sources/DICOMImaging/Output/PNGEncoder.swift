public import ByteIO
import Glibc

/// Writes images as PNG (ISO/IEC 15948).
///
/// Every row but the first uses the filter Up and libdeflate's fastest level. Measured on windowed 512² CT slices:
/// 0.9 ms and 69 kB with Up, 0.95 ms and 81 kB unfiltered, 1.5 ms and 67 kB with level 3; Paeth gains 2 % over Up.
public enum PNGEncoder {
    /// 8 bits a channel, grey or RGB.
    public static func encode(_ image: RenderedImage, level: Int = 1) throws(ImagingError) -> Bytes {
        try unsafe image.pixels.withUnsafeBytes { (pixels) throws(ImagingError) in
            try unsafe encode(
                pixels, rows: image.rows, stride: image.columns * image.channels, columns: image.columns, depth: 8,
                colourType: image.channels == 1 ? 0 : 2, level: level)
        }
    }

    /// Unsigned samples of up to 16 bits as 16-bit grey, or 16-bit RGB, without any transformation.
    /// - Throws: `ImagingError.invalidRequest` for signed samples or another width: PNG cannot hold those.
    public static func encode(stored frame: StoredFrame, level: Int = 1) throws(ImagingError) -> Bytes {
        guard frame.bytesPerSample == 2, !frame.isSigned, frame.samplesPerPixel == 1 || frame.samplesPerPixel == 3
        else { throw ImagingError(.invalidRequest, "only unsigned 16-bit samples can be written as 16-bit PNG") }
        let swapped = unsafe Bytes(count: frame.samples.count) { target in
            unsafe frame.samples.withUnsafeBytes { source in
                for index in stride(from: 0, to: min(target.count, source.count) - 1, by: 2) {
                    unsafe target[index] = source[index + 1]
                    unsafe target[index + 1] = source[index]
                }
            }
        }
        return try unsafe swapped.withUnsafeBytes { (pixels) throws(ImagingError) in
            try unsafe encode(
                pixels, rows: frame.rows, stride: frame.columns * frame.samplesPerPixel * 2, columns: frame.columns,
                depth: 16, colourType: frame.samplesPerPixel == 1 ? 0 : 2, level: level)
        }
    }

    private static func encode(
        _ pixels: UnsafeRawBufferPointer, rows: Int, stride: Int, columns: Int, depth: UInt8, colourType: UInt8,
        level: Int
    ) throws(ImagingError) -> Bytes {
        let filtered = unsafe filter(pixels, rows: rows, stride: stride)
        let data = try unsafe filtered.withUnsafeBytes { (bytes) throws(ImagingError) in
            try unsafe Deflate.compress(bytes, as: .zlib, level: level)
        }
        let header = bigEndian(columns, rows) + [depth, colourType, 0, 0, 0]
        return unsafe Bytes(count: 8 + 25 + 12 + data.count + 12) { target in
            unsafe target.copyBytes(from: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
            var offset = 8
            unsafe write("IHDR", Bytes(header), to: target, at: &offset)
            unsafe write("IDAT", data, to: target, at: &offset)
            unsafe write("IEND", Bytes(), to: target, at: &offset)
        }
    }

    /// Filter None on the first row, Up on the others (§9.2), each row behind its filter type.
    private static func filter(_ pixels: UnsafeRawBufferPointer, rows: Int, stride: Int) -> Bytes {
        unsafe Bytes(count: rows * (stride + 1)) { target in
            guard let source = pixels.baseAddress, let output = target.baseAddress, pixels.count >= rows * stride
            else { return }
            unsafe memcpy(output + 1, source, stride)
            for row in 1..<max(rows, 1) {
                let current = unsafe (source + row * stride).assumingMemoryBound(to: UInt8.self)
                let above = unsafe current - stride
                let line = unsafe (output + row * (stride + 1)).assumingMemoryBound(to: UInt8.self)
                unsafe line[0] = 2
                for column in 0..<stride {
                    unsafe line[column &+ 1] = current[column] &- above[column]
                }
            }
        }
    }

    /// One chunk: length, type, data, CRC over type and data (§5.3).
    private static func write(
        _ type: String, _ data: Bytes, to target: UnsafeMutableRawBufferPointer, at offset: inout Int
    ) {
        let start = offset
        for byte in bigEndian(data.count) + Array(type.utf8) {
            unsafe target[offset] = byte
            offset += 1
        }
        unsafe data.withUnsafeBytes { bytes in
            unsafe UnsafeMutableRawBufferPointer(rebasing: target[offset...]).copyMemory(from: bytes)
        }
        offset += data.count
        var checksum = CRC32()
        unsafe checksum.update(UnsafeRawBufferPointer(rebasing: target[(start + 4)..<offset]))
        for byte in bigEndian(Int(checksum.value)) {
            unsafe target[offset] = byte
            offset += 1
        }
    }

    private static func bigEndian(_ numbers: Int...) -> [UInt8] {
        numbers.flatMap { number in
            [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
        }
    }
}
