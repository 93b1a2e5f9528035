internal import ByteIO
public import DICOM
public import DICOMImaging

extension TextDetector {
    /// Frames of a file that are looked at; more are those of no camera, and only some of them are.
    private static let maximumFrames = 10_000
    /// Pixels of a file that are searched because a first look saw something in their frames; where there are more, some
    /// of these frames are.
    private static let closePixels = 64 << 20

    /// Where text seems to stand in any of some frames of `file`: the first, the last and others between them.
    /// - Parameters:
    ///   - count: how many frames are looked at, where there are so many.
    ///   - regions: what is not looked at.
    /// - Throws: what decoding throws; `.truncated` where a frame is missing; `.tooLarge` beyond `maximumPixels`.
    public func regions(
        in file: DICOMFile, frames count: Int, ignoring regions: [PixelRegion] = []
    ) throws(ImagingError) -> [PixelRegion] {
        let pixels = try PixelData(file)
        guard !pixels.description.isFloat else { return [] }
        guard pixels.description.rows * pixels.description.columns <= Self.maximumPixels else {
            throw ImagingError(.tooLarge, "a frame is too large to be searched for text")
        }
        let palette = pixels.description.photometric == .paletteColor ? DisplayParameters(file, frame: 1).palette : nil
        let isRaw = effort == .quick && Self.maySkipNormalising(file, pixels.description)
        var numbers = Self.sample(of: pixels.description.numberOfFrames, min(count, Self.maximumFrames))
        let limit = max(9, Self.closePixels / (pixels.description.rows * pixels.description.columns))
        if effort == .quick, numbers.count > limit {
            var seen: [Int] = []
            for number in numbers where try FirstLook(pixels.frame(number, keepsUnusedBits: isRaw))?.mayBeText ?? true {
                seen.append(number)
            }
            numbers = Self.sample(of: seen.count, limit).map { seen[$0 - 1] }
        }
        var found: [PixelRegion] = []
        for number in numbers {
            let frame = try pixels.frame(number, keepsUnusedBits: isRaw)
            found += self.regions(in: frame, palette: palette, ignoring: regions)
        }
        return TextLines.merged(found)
    }

    /// Normalising costs as much as the quick look itself, and is not needed where samples have nothing in their unused
    /// bits that would change their order. Overlays that may lie there are no text of the image.
    private static func maySkipNormalising(_ file: DICOMFile, _ description: PixelDescription) -> Bool {
        let isWhole = description.bitsStored == description.bitsAllocated
        return description.highBit == description.bitsStored - 1 && (isWhole || !description.isSigned)
            && !file.dataSet.elements.contains { $0.tag.group & 0xFF01 == 0x6000 }
    }

    /// Numbers of `count` frames out of `frames`, the first and the last among them; the middle one where it is one.
    static func sample(of frames: Int, _ count: Int) -> [Int] {
        guard frames > 0, count > 0 else { return [] }
        if count == 1 { return [(frames + 1) / 2] }
        guard frames > count else { return Array(1...frames) }
        return (0..<count).map { 1 + $0 * (frames - 1) / (count - 1) }
    }
}
