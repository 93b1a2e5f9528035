internal import ByteIO
public import DICOM
public import DICOMImaging

/// Finds what looks like lines of text in frames: strokes with sharp edges that stand in a row as letters do.
///
/// It reads nothing and is sure of nothing: what it finds is for a person to look at, and that it finds nothing proves
/// nothing. It knows no script: letters of any that stand apart from each other are rows of strokes.
public struct TextDetector: Sendable {
    /// How much is looked at.
    public enum Effort: Sendable {
        /// Text in frames whose brightest value many pixels have, as scanners write it. For images that nothing else
        /// speaks against: costs little more than reading the samples.
        case quick
        /// Text of any brightness on any ground, also where compression or a font's smooth edges blur it.
        case thorough
    }

    public let effort: Effort

    /// Largest frame of a file that is searched, in pixels.
    public static let maximumPixels = 100_000_000

    public init(_ effort: Effort = .thorough) { self.effort = effort }

    /// Where text seems to stand, from top to bottom; regions do not overlap.
    /// - Parameters:
    ///   - frame: normalised, as decoders give it.
    ///   - palette: colours of its values, where it is of palette colour.
    ///   - regions: what is not looked at: it will be black.
    public func regions(
        in frame: StoredFrame, palette: Palette? = nil, ignoring regions: [PixelRegion] = []
    ) -> [PixelRegion] {
        if effort == .quick, !BrightValues(frame).mayBeText { return [] }
        guard var plane = GreyPlane(frame, palette: palette) else { return [] }
        plane.blank(regions)
        switch effort {
        case .quick: return quick(plane)
        case .thorough:
            var inverse = plane.inverted()
            inverse.blank(regions)
            return TextLines.merged(thorough(plane) + thorough(inverse))
        }
    }

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
        // Normalising costs as much as the quick look itself. Overlays in unused bits are no text of the image.
        let isRaw = effort == .quick && !file.dataSet.elements.contains { $0.tag.group & 0xFF01 == 0x6000 }
        var found: [PixelRegion] = []
        for number in Self.sample(of: pixels.description.numberOfFrames, count) {
            let frame = try pixels.frame(number, keepsUnusedBits: isRaw)
            found += self.regions(in: frame, palette: palette, ignoring: regions)
        }
        return TextLines.merged(found)
    }

    /// Numbers of `count` frames out of `frames`, the first and the last among them; the middle one where it is one.
    static func sample(of frames: Int, _ count: Int) -> [Int] {
        guard frames > 0, count > 0 else { return [] }
        if count == 1 { return [(frames + 1) / 2] }
        guard frames > count else { return Array(1...frames) }
        return (0..<count).map { 1 + $0 * (frames - 1) / (count - 1) }
    }

    /// Bright text alone, the brightest first.
    private func quick(_ plane: GreyPlane) -> [PixelRegion] {
        let highest = plane.values.max() ?? 0
        var found: [PixelRegion] = []
        for percent in [100, 90, 60] {
            let level = UInt16(Int(highest) * percent / 100)
            guard level > 0, let strokes = Strokes(plane, within: level...highest) else { continue }
            var demand = TextLines.Demand()
            demand.letters = percent == 100 ? 4 : 5
            demand.contrast = Int(highest) / 8 + 1
            found += TextLines(strokes, demand).regions
        }
        return TextLines.merged(found)
    }

    /// Bright text: single values that stand out, and all that is brighter than each of a few levels.
    private func thorough(_ plane: GreyPlane) -> [PixelRegion] {
        let histogram = ValueHistogram(plane)
        let highest = histogram.highest
        guard highest > 0 else { return [] }
        var found: [PixelRegion] = []
        for value in Set([highest] + histogram.peaks()).sorted() {
            var demand = TextLines.Demand()
            demand.contrast = Int(highest) / 10 + 1
            if let strokes = Strokes(plane, within: value...value) { found += TextLines(strokes, demand).regions }
        }
        for percent in [95, 80, 65, 50, 35] {
            var demand = TextLines.Demand()
            demand.letters = 5
            demand.contrast = max(1, Int(highest) * min(percent, 40) / 160)
            let level = UInt16(Int(highest) * percent / 100)
            guard level > 0 else { continue }
            if let strokes = Strokes(plane, within: level...highest) { found += TextLines(strokes, demand).regions }
        }
        return TextLines.merged(found)
    }
}

/// How often each value occurs in a plane.
struct ValueHistogram {
    private var counts: [Int32]
    let highest: UInt16

    init(_ plane: GreyPlane) {
        let top = plane.values.max() ?? 0
        var counts = [Int32](repeating: 0, count: Int(top) + 1)
        for value in plane.values { counts[Int(value)] += 1 }
        self.counts = counts
        highest = top
    }

    /// Values that occur far more often than those around them, as the one value of drawn text does; the most frequent
    /// value, the ground, is none. Empty where there are many: then the image has but few values.
    func peaks() -> [UInt16] {
        guard let ground = counts.indices.max(by: { counts[$0] < counts[$1] }) else { return [] }
        var found: [UInt16] = []
        for value in counts.indices where counts[value] >= 40 && value != ground {
            let around = max(0, value - 4)...min(counts.count - 1, value + 4)
            let others = around.reduce(0) { $1 == value ? $0 : $0 + Int(counts[$1]) } / max(1, around.count - 1)
            if Int(counts[value]) > 6 * others + 20 { found.append(UInt16(value)) }
            if found.count > 12 { return [] }
        }
        return found
    }
}
