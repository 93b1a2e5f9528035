public import ByteIO
public import DICOM

/// An overlay plane: a bitmap that is shown over the image (PS3.3 C.9.2), possibly one for each frame (C.9.3).
public struct Overlay: Sendable, Hashable {
    /// Overlay Type.
    public enum Kind: String, Sendable, Hashable {
        case graphics = "G"
        case regionOfInterest = "R"
    }

    /// 6000 … 601E, even.
    public let group: UInt16
    public let kind: Kind
    public let rows: Int
    public let columns: Int
    /// Where in the image the overlay's first pixel lies, from 1; may be outside of it.
    public let originRow: Int
    public let originColumn: Int
    /// Frame of the image, from 1, that the overlay's first frame belongs to.
    public let firstFrame: Int
    /// Frames of the overlay; `nil` where it has one for all frames of the image from `firstFrame` on.
    public let frames: Int?
    /// Overlay Subtype.
    public let subtype: String?
    /// Bit of the stored words that the overlay lies in (retired); `nil` where it has Overlay Data.
    public let embeddedBit: Int?
    private let data: Bytes

    /// The overlays of `file` by their groups. What is none (no size, data too short) is left out.
    public static func all(of file: DICOMFile) -> [Overlay] {
        stride(from: 0x6000, through: 0x601E, by: 2).compactMap { Overlay(file, group: UInt16($0)) }
    }

    /// The bitmaps of all overlays that belong to frame `number` (from 1) of `file`.
    /// - Throws: `ImagingError` where an overlay lies in the pixels, and those cannot be decoded.
    public static func bitmaps(of file: DICOMFile, frame number: Int) throws(ImagingError) -> [OverlayBitmap] {
        var bitmaps: [OverlayBitmap] = []
        var words: StoredFrame?
        for overlay in all(of: file) where overlay.belongs(toFrame: number) {
            if overlay.embeddedBit != nil, words == nil {
                words = try PixelData(file).frame(number, keepsUnusedBits: true)
            }
            if let bitmap = overlay.bitmap(frame: number, in: words) { bitmaps.append(bitmap) }
        }
        return bitmaps
    }

    private init?(_ file: DICOMFile, group: UInt16) {
        let dataSet = file.dataSet
        func tag(_ element: UInt16) -> Tag { Tag(group, element) }
        guard let rows = dataSet.int(tag(0x10)), let columns = dataSet.int(tag(0x11)),
            (1...65535).contains(rows), (1...65535).contains(columns)
        else { return nil }
        let origin = dataSet.ints(tag(0x50))
        let frames = dataSet.int(tag(0x15)).flatMap { $0 >= 1 ? $0 : nil }
        let found = Self.data(file, tag(0x3000))
        // Without data of its own the overlay lies in a bit of the pixels that they do not use (PS3.5 §8.1.2).
        let bit = found == nil ? dataSet.int(tag(0x102)) : nil
        guard found != nil || bit.map({ (0..<16).contains($0) }) == true else { return nil }
        self.group = group
        kind = Kind(rawValue: dataSet.string(tag(0x40))?.trimmed ?? "") ?? .graphics
        self.rows = rows
        self.columns = columns
        originRow = Self.clamped(origin.first)
        originColumn = Self.clamped(origin.dropFirst().first)
        firstFrame = dataSet.int(tag(0x51)) ?? 1
        self.frames = bit == nil ? frames : nil
        subtype = dataSet.string(tag(0x45))
        embeddedBit = bit
        data = found ?? Bytes()
    }

    /// SS by the dictionary, but nobody should add numbers beyond that to it.
    private static func clamped(_ origin: Int?) -> Int { min(max(origin ?? 1, -65536), 65536) }

    private static func data(_ file: DICOMFile, _ tag: Tag) -> Bytes? {
        guard let element = file.dataSet[tag], case .raw(let raw) = element.value, raw.count > 0,
            let bytes = try? file.bytes(of: raw)
        else { return nil }
        return raw.byteOrder == .bigEndian && element.vr != .OB ? bytes.swapped(width: 2) : bytes
    }

    /// Whether the overlay is shown with frame `number` (from 1) of the image.
    public func belongs(toFrame number: Int) -> Bool {
        let (index, overflow) = number.subtractingReportingOverflow(firstFrame)
        return !overflow && index >= 0 && index < frames ?? .max
    }

    /// The overlay's bitmap for frame `number` (from 1) of the image.
    /// - Parameter words: that frame's stored words with all their bits, for overlays that lie in them.
    /// - Returns: `nil` where it does not belong to the frame, or its data do not reach that far.
    public func bitmap(frame number: Int, in words: StoredFrame? = nil) -> OverlayBitmap? {
        guard belongs(toFrame: number) else { return nil }
        let found =
            if let embeddedBit {
                bits(ofWords: words, embeddedBit)
            } else {
                bits(ofFrame: frames == nil ? 0 : number - firstFrame)
            }
        guard let bits = found else { return nil }
        return OverlayBitmap(
            rows: rows, columns: columns, originRow: originRow, originColumn: originColumn, kind: kind, bits: bits)
    }

    /// Frames follow one another without padding, the least significant bit first (PS3.5 §8.1.2).
    private func bits(ofFrame index: Int) -> Bytes? {
        let count = rows * columns
        let (first, overflow) = index.multipliedReportingOverflow(by: count)
        guard !overflow, first <= data.count * 8 - count else { return nil }
        return unsafe Bytes(count: count) { target in
            unsafe data.withUnsafeBytes { source in
                for offset in 0..<count {
                    let bit = first &+ offset
                    unsafe target[offset] = (source[bit >> 3] >> UInt8(truncatingIfNeeded: bit & 7)) & 1
                }
            }
        }
    }

    private func bits(ofWords words: StoredFrame?, _ bit: Int) -> Bytes? {
        guard let words, words.samplesPerPixel == 1, !words.isFloat, words.rows == rows, words.columns == columns,
            bit < words.bytesPerSample * 8
        else { return nil }
        // A bit that the value uses is no overlay, whatever the file says.
        guard bit > words.highBit || bit <= words.highBit - words.bitsStored else { return nil }
        let (width, byte) = (words.bytesPerSample, bit / 8)
        return unsafe Bytes(count: words.sampleCount) { target in
            unsafe words.samples.withUnsafeBytes { source in
                for index in 0..<target.count {
                    unsafe target[index] = (source[index &* width &+ byte] >> UInt8(bit & 7)) & 1
                }
            }
        }
    }
}

/// One frame of an overlay.
public struct OverlayBitmap: Sendable, Hashable {
    public let rows: Int
    public let columns: Int
    /// Where in the image the first pixel lies, from 1; may be outside of it.
    public let originRow: Int
    public let originColumn: Int
    public let kind: Overlay.Kind
    /// `rows × columns` bytes, 0 or 1, row by row.
    public let bits: Bytes
}
