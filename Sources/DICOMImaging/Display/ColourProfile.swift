import ByteIO
import DICOM

/// The ICC profile that says what an image's colours are (PS3.3 C.11.15).
enum ColourProfile {
    /// Real ones have 0.5 to 600 kB; this leaves room for printers'.
    static let maximumSize = 4 << 20

    /// ICC Profile of the image, else of its first optical path (C.8.12.5); `nil` where there is none, or it is none.
    static func bytes(_ dataSet: DataSet, _ resolve: (RawValue) -> Bytes?) -> [UInt8]? {
        let path = dataSet.contains(.ICCProfile) ? nil : dataSet.sequence(.OpticalPathSequence)?.first
        guard case .raw(let raw) = (path ?? dataSet)[.ICCProfile]?.value, raw.count <= maximumSize,
            let bytes = resolve(raw)
        else { return nil }
        return isProfile(bytes) ? bytes.array : nil
    }

    /// The size in its header, the signature at byte 36 (ICC.1 §7.2); one byte of padding may follow.
    private static func isProfile(_ bytes: Bytes) -> Bool {
        guard bytes.count >= 128 else { return false }
        let size = bytes.littleEndian32(at: 0).byteSwapped
        return Array(bytes[clamping: 36..<40]) == Array("acsp".utf8) && size >= 128 && size <= UInt32(bytes.count)
    }

    /// Whether `profile` speaks of images of `channels`: PNG and JPEG allow no other (ICC.1 §7.2.6).
    static func fits(_ profile: [UInt8], channels: Int) -> Bool {
        profile.count >= 128 && profile[16..<20].elementsEqual((channels == 1 ? "GRAY" : "RGB ").utf8)
    }
}
