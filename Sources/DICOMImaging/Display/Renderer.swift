import ByteIO

/// From stored values to what is shown: modality LUT, VOI LUT, presentation, colour (PS3.4 N.2).
public enum Renderer {
    /// The frame as `parameters` and `options` want it shown.
    ///
    /// Without a window in `options`: the file's first VOI LUT, else its first window, else the window from the 0.1 to
    /// the 99.9 percentile. Padding is black whatever the window.
    /// - Throws: `ImagingError.unsupported` for a photometric interpretation that cannot be shown.
    public static func render(
        _ frame: StoredFrame, _ parameters: DisplayParameters, _ options: RenderOptions = RenderOptions()
    ) throws(ImagingError) -> RenderedImage {
        var image: RenderedImage
        switch (frame.photometric, frame.samplesPerPixel) {
        case (.monochrome1, 1), (.monochrome2, 1):
            image = try grey(frame.normalised(), parameters, options)
        case (.paletteColor, 1): image = try palette(frame.normalised(), parameters)
        case (.rgb, 3), (.ybrReversible, 3), (.ybrIrreversible, 3): image = try colour(frame.normalised())
        case (.ybrFull, 3), (.ybrFull422, 3): image = try colour(frame.normalised()).convertedFromYBR()
        default:
            throw ImagingError(
                .unsupported, "\(frame.samplesPerPixel) samples of this Photometric Interpretation cannot be shown")
        }
        if options.isInverted { image = try image.inverted() }
        guard let viewport = options.viewport else { return image }
        return try image.scaled(to: viewport)
    }

    private static func grey(
        _ frame: StoredFrame, _ parameters: DisplayParameters, _ options: RenderOptions
    ) throws(ImagingError) -> RenderedImage {
        let extremes = frame.extremes()
        let map = GreyMap(frame, parameters, window: options.window, extremes: extremes)
        let pixels =
            switch (frame.bytesPerSample, frame.isSigned) {
            case (1, false): unsafe frame.withSamples(as: UInt8.self) { unsafe map.apply($0, frame.sampleCount) }
            case (1, true): unsafe frame.withSamples(as: Int8.self) { unsafe map.apply($0, frame.sampleCount) }
            case (2, false): unsafe frame.withSamples(as: UInt16.self) { unsafe map.apply($0, frame.sampleCount) }
            case (2, true): unsafe frame.withSamples(as: Int16.self) { unsafe map.apply($0, frame.sampleCount) }
            case (4, false): unsafe frame.withSamples(as: UInt32.self) { unsafe map.apply($0, frame.sampleCount) }
            case (4, true): unsafe frame.withSamples(as: Int32.self) { unsafe map.apply($0, frame.sampleCount) }
            case (_, false): unsafe frame.withSamples(as: UInt64.self) { unsafe map.apply($0, frame.sampleCount) }
            case (_, true): unsafe frame.withSamples(as: Int64.self) { unsafe map.apply($0, frame.sampleCount) }
            }
        return try RenderedImage(rows: frame.rows, columns: frame.columns, channels: 1, pixels: pixels)
    }

    private static func palette(
        _ frame: StoredFrame, _ parameters: DisplayParameters
    ) throws(ImagingError) -> RenderedImage {
        guard let palette = parameters.palette, frame.bytesPerSample <= 2 else {
            throw ImagingError(.invalidDescription, "the palette is missing or incomplete")
        }
        let extremes = frame.extremes()
        let tables = [palette.red, palette.green, palette.blue].map { $0.eightBit(extremes) }
        let values = frame.values()
        let pixels = unsafe Bytes(count: values.count * 3) { target in
            for (index, value) in values.enumerated() {
                for channel in 0..<3 {
                    unsafe target[index * 3 + channel] = tables[channel][value - extremes.lowerBound]
                }
            }
        }
        return try RenderedImage(rows: frame.rows, columns: frame.columns, channels: 3, pixels: pixels)
    }

    /// Colour samples in 8 bits.
    private static func colour(_ frame: StoredFrame) throws(ImagingError) -> RenderedImage {
        var pixels = frame.samples
        if frame.bytesPerSample > 1 || frame.bitsStored != 8 || frame.isSigned {
            let values = frame.values()
            let shift = max(0, frame.bitsStored - 8)
            let top = (1 << min(frame.bitsStored, 8)) - 1
            // Signed colour is not defined; its bits are shown as if they were unsigned.
            let mask = frame.bitsStored >= 63 ? Int.max : (1 << frame.bitsStored) - 1
            pixels = Bytes(values.map { UInt8(truncatingIfNeeded: (($0 & mask) >> shift & top) * 255 / top) })
        }
        return try RenderedImage(rows: frame.rows, columns: frame.columns, channels: 3, pixels: pixels)
    }
}

extension LookupTable {
    /// The entries for the inputs of `range` in 8 bits.
    ///
    /// Some writers give 16 bits in the descriptor and fill only the lower 8; no palette means that as near black.
    fileprivate func eightBit(_ range: ClosedRange<Int>) -> [UInt8] {
        let isScaled = bits > 8 && entries.contains { $0 > 255 }
        return range.map { UInt8(truncatingIfNeeded: isScaled ? self[$0] >> (bits - 8) : self[$0]) }
    }
}
