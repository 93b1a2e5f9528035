public import DICOMImaging

/// Finds what looks like lines of text in frames: strokes with sharp edges that stand in a row as letters do.
///
/// It reads nothing and is sure of nothing: what it finds is for a person to look at, and that it finds nothing proves
/// nothing. It knows no script: letters of any that stand apart from each other are rows of strokes.
public struct TextDetector: Sendable {
    /// How much is looked at.
    public enum Effort: Sendable {
        /// Text that is the brightest in its frame, or of one value that stands out from its ground, as scanners
        /// write it. For images that nothing else speaks against: costs little more than reading the samples.
        case quick
        /// Text of any brightness on any ground, also where compression or a font's smooth edges blur it.
        case thorough
    }

    public let effort: Effort

    /// Largest frame of a file that is searched, in pixels.
    public static let maximumPixels = 100_000_000

    /// Rows that are looked at above and below those where something seems to be drawn.
    private static let letterHeight = 32

    public init(_ effort: Effort = .thorough) { self.effort = effort }

    /// Where text seems to stand, from top to bottom; regions do not overlap.
    /// - Parameters:
    ///   - frame: normalised, as decoders give it.
    ///   - palette: colours of its values, where it is of palette colour.
    ///   - regions: what is not looked at: it will be black.
    public func regions(
        in frame: StoredFrame, palette: Palette? = nil, ignoring regions: [PixelRegion] = []
    ) -> [PixelRegion] {
        let look = effort == .quick ? FirstLook(frame) : nil
        if let look, !look.mayBeText { return [] }
        guard var plane = GreyPlane(frame, palette: palette) else { return [] }
        plane.blank(regions)
        switch effort {
        case .quick: return quick(plane, look ?? FirstLook(plane))
        case .thorough:
            var inverse = plane.inverted()
            inverse.blank(regions)
            return TextLines.merged(thorough(plane) + thorough(inverse))
        }
    }

    /// Bright text, the brightest first, and what has one of the values that were seen.
    private func quick(_ plane: GreyPlane, _ look: FirstLook) -> [PixelRegion] {
        let highest = plane.values.max() ?? 0
        var found: [PixelRegion] = []
        for percent in look.isBright ? [100, 90, 60] : [] {
            let level = UInt16(Int(highest) * percent / 100)
            guard level > 0, let strokes = Strokes(plane, within: level...highest) else { continue }
            var demand = TextLines.Demand()
            demand.letters = percent == 100 ? 4 : 5
            demand.contrast = Int(highest) / 8 + 1
            found += TextLines(strokes, demand).regions
        }
        for drawing in look.drawings { found += regions(of: drawing, in: plane, highest) }
        return TextLines.merged(found)
    }

    /// Text of one value, whose edges may be smooth.
    private func regions(of drawing: FirstLook.Drawing, in plane: GreyPlane, _ highest: UInt16) -> [PixelRegion] {
        // Letters are higher than the part of them that was seen.
        let top = max(0, drawing.rows.lowerBound - Self.letterHeight)
        let band = plane.band(top..<(drawing.rows.upperBound + Self.letterHeight))
        var demand = TextLines.Demand()
        demand.contrast = Int(highest) / 16 + 1
        demand.isDrawn = true
        let depth = Int(drawing.value) - Int(band.ground(beside: drawing.value))
        var found: [PixelRegion] = []
        for percent in [0, 25, 50, 75] {
            let lowest = drawing.value - UInt16(depth * percent / 100)
            guard let strokes = Strokes(band, within: lowest...drawing.value) else { continue }
            found += TextLines(strokes, demand).regions.compactMap { region in
                PixelRegion(x: region.x, y: region.y + top, width: region.width, height: region.height)
            }
        }
        return found
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
        for drawing in FirstLook(plane).drawings { found += regions(of: drawing, in: plane, highest) }
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
