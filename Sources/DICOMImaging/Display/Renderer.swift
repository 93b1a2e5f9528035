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
        var image = try shown(frame, parameters, options)
        if options.isInverted { image = try image.inverted() }
        for overlay in options.overlays { image = try image.drawing(overlay) }
        if let viewport = options.viewport { image = try image.scaled(to: viewport) }
        guard let profile = parameters.colourProfile, ColourProfile.fits(profile, channels: image.channels) else {
            return image
        }
        image.colourProfile = profile
        return image
    }

    private static func shown(
        _ frame: StoredFrame, _ parameters: DisplayParameters, _ options: RenderOptions
    ) throws(ImagingError) -> RenderedImage {
        switch (frame.photometric, frame.samplesPerPixel) {
        case (.monochrome1, 1), (.monochrome2, 1): return try grey(frame.normalised(), parameters, options)
        // A palette's indices are no floats.
        case (.paletteColor, 1) where !frame.isFloat: return try palette(frame.normalised(), parameters)
        case (.rgb, 3), (.ybrReversible, 3), (.ybrIrreversible, 3): return try colour(frame.normalised())
        case (.ybrFull, 3), (.ybrFull422, 3): return try colour(frame.normalised()).converted(from: .full)
        case (.ybrPartial422, 3), (.ybrPartial420, 3): return try colour(frame.normalised()).converted(from: .partial)
        case (let other, let samples):
            let name = other == .other ? "this Photometric Interpretation" : other.rawValue
            throw ImagingError(.unsupported, "\(samples) samples of \(name) cannot be shown")
        }
    }

    private static func grey(
        _ frame: StoredFrame, _ parameters: DisplayParameters, _ options: RenderOptions
    ) throws(ImagingError) -> RenderedImage {
        let extremes = frame.isFloat ? 0...0 : frame.extremes()
        let map: GreyMap
        if let voi = try GreyMap.voi(frame, parameters, options) {
            map = GreyMap(parameters, voi)
        } else {
            let window = Window(percentilesOf: frame, parameters, extremes: extremes)
            map = GreyMap(parameters, .window(try window.with(options.function)))
        }
        let image = try RenderedImage(
            rows: frame.rows, columns: frame.columns, channels: 1, pixels: map.apply(frame, extremes))
        guard let palette = parameters.palette, !frame.isFloat, palette.red.firstMapped <= extremes.upperBound else {
            return image
        }
        return try image.coloured(frame, palette, from: palette.red.firstMapped, extremes)
    }

    private static func palette(
        _ frame: StoredFrame, _ parameters: DisplayParameters
    ) throws(ImagingError) -> RenderedImage {
        guard let palette = parameters.palette, frame.bytesPerSample <= 2 else {
            throw ImagingError(.invalidDescription, "the palette is missing or incomplete")
        }
        let black = try RenderedImage(
            rows: frame.rows, columns: frame.columns, channels: 1,
            pixels: unsafe Bytes(count: frame.sampleCount) { _ in })
        return try black.coloured(frame, palette, from: .min, frame.extremes())
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
