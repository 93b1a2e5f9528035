public import ByteIO
import CJPEG

/// Writes an image as baseline JPEG. An ICC profile comes along.
public enum JPEGEncoder {
    /// - Parameter quality: 1 … 100, as libjpeg counts it.
    public static func encode(_ image: RenderedImage, quality: Int = 90) throws(ImagingError) -> Bytes {
        guard (1...100).contains(quality) else {
            throw ImagingError(.invalidRequest, "the quality must lie between 1 and 100")
        }
        guard image.rows <= 65500, image.columns <= 65500 else {
            throw ImagingError(.tooLarge, "JPEG holds at most 65500 rows and columns")
        }
        var output: UnsafeMutablePointer<UInt8>?
        var size = 0
        let (status, message) = unsafe image.pixels.withUnsafeBytes { bytes in
            unsafe JPEGCodec.withMessage { text in
                unsafe tarn_jpeg_encode(
                    bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(image.rows), UInt32(image.columns),
                    Int32(image.channels), Int32(quality), &output, &size, text)
            }
        }
        guard status == 0, let output = unsafe output else {
            throw ImagingError(.invalidRequest, "the image cannot be written as JPEG: \(message)")
        }
        defer { unsafe tarn_jpeg_free(output) }
        let codestream = unsafe UnsafeRawBufferPointer(start: output, count: size)
        let segments = profileSegments(image)
        return unsafe Bytes(count: size + segments.count) { target in
            // Behind SOI and JFIF's APP0, which has to be the first.
            let head = segments.isEmpty || size < 20 ? size : 20
            unsafe target.copyMemory(from: UnsafeRawBufferPointer(rebasing: codestream[..<head]))
            unsafe UnsafeMutableRawBufferPointer(rebasing: target[head...]).copyBytes(from: segments)
            unsafe UnsafeMutableRawBufferPointer(rebasing: target[(head + segments.count)...])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: codestream[head...]))
        }
    }

    /// The profile in as many APP2 segments as it takes (ICC.1 Annex B.4).
    private static func profileSegments(_ image: RenderedImage) -> [UInt8] {
        let room = 65519
        guard let profile = image.colourProfile, ColourProfile.fits(profile, channels: image.channels),
            profile.count <= room * 255
        else { return [] }
        let count = (profile.count + room - 1) / room
        var segments: [UInt8] = []
        for number in 0..<count {
            let part = profile[(number * room)..<min(profile.count, (number + 1) * room)]
            let length = UInt16(part.count + 16)
            segments += [0xFF, 0xE2, UInt8(length >> 8), UInt8(truncatingIfNeeded: length)]
            segments += "ICC_PROFILE\0".utf8
            segments += [UInt8(number + 1), UInt8(count)]
            segments += part
        }
        return segments
    }
}
