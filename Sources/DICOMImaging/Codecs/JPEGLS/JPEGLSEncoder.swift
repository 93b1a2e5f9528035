public import ByteIO

/// Writes frames as JPEG-LS (ITU-T T.87 | ISO/IEC 14495-1).
public enum JPEGLSEncoder {
    /// How the components of a colour picture follow each other (ILV, ITU-T T.87 §B).
    public enum Interleave: Sendable, CaseIterable {
        /// One scan for each component.
        case none
        /// A line of each component by turns.
        case line
        /// A sample of each component by turns.
        case sample
    }

    /// - Parameters:
    ///   - frame: samples of at most 16 bits. Signed ones, which JPEG-LS does not know, are written as the unsigned
    ///     words that they lie in: every decoder gives these back.
    ///   - near: how much a sample may change; 0 is lossless.
    ///   - precision: bits of a sample in the codestream, at least Bits Stored; `nil` for what most decoders take.
    ///   - restartInterval: lines after which coding starts anew, behind a marker that a decoder can find; 0 for never.
    /// - Throws: `.unsupported` for samples of more than 16 bits, and for signed ones that could leave Bits Stored by
    ///   `near`; `.invalidRequest` for an impossible `near`, `precision` or `restartInterval`.
    public static func encode(
        _ frame: StoredFrame, near: Int = 0, interleave: Interleave = .line, precision: Int? = nil,
        restartInterval: Int = 0
    ) throws(ImagingError) -> Bytes {
        guard frame.bytesPerSample <= 2 else {
            throw ImagingError(.unsupported, "JPEG-LS holds samples of at most 16 bits")
        }
        let least = frame.isSigned ? frame.bytesPerSample * 8 : max(2, frame.bitsStored)
        let precision = precision ?? usualPrecision(of: frame, near: near)
        guard (0...min(255, ((1 << frame.bitsStored) - 1) / 2)).contains(near),
            (least...frame.bytesPerSample * 8).contains(precision), (0...0xFFFF_FFFF).contains(restartInterval)
        else { throw ImagingError(.invalidRequest, "JPEG-LS cannot be that near, or of that precision") }
        try checkSign(frame, near: near)
        let parameters = try JPEGLSParameters(precision: precision, near: near)
        var writer = JPEGLSBitWriter(capacity: frame.samples.count / 2)
        writer.append(headers(frame, precision, parameters, restartInterval))
        let all = Array(0..<frame.samplesPerPixel)
        let scans = interleave == .none ? all.map { [$0] } : [all]
        for components in scans {
            let mode: JPEGLSScan.Interleave =
                components.count == 1 ? .none : interleave == .line ? .line : .sample
            writer.append(scanHeader(components, mode, near: near))
            encode(frame, components, mode, parameters, restartInterval, &writer)
        }
        writer.append([0xFF, JPEGLSMarkers.endOfImage])
        return writer.bytes()
    }

    /// Decoders in use do not know fewer than 8 bits, and take up to 8 for samples of one byte, whatever Bits Allocated
    /// says. Near-lossless has to be precise all the same, lest a sample leaves Bits Stored.
    private static func usualPrecision(of frame: StoredFrame, near: Int) -> Int {
        if frame.isSigned { return frame.bytesPerSample * 8 }
        if near > 0 { return max(2, frame.bitsStored) }
        return max(frame.bytesPerSample == 1 ? 8 : 9, frame.bitsStored)
    }

    /// A signed sample at one end of its range would come out at the other if it were changed by ever so little.
    private static func checkSign(_ frame: StoredFrame, near: Int) throws(ImagingError) {
        guard frame.isSigned, near > 0 else { return }
        let (found, range) = (frame.extremes(), frame.storedRange)
        guard found.lowerBound >= range.lowerBound + near, found.upperBound <= range.upperBound - near else {
            throw ImagingError(.unsupported, "signed samples so close to the ends of Bits Stored cannot be changed")
        }
    }

    private static func headers(
        _ frame: StoredFrame, _ precision: Int, _ parameters: JPEGLSParameters, _ restartInterval: Int
    ) -> [UInt8] {
        let count = frame.samplesPerPixel
        var bytes: [UInt8] = [0xFF, JPEGLSMarkers.startOfImage, 0xFF, JPEGLSMarkers.startOfFrame]
        bytes += word(8 + 3 * count) + [UInt8(precision)] + word(frame.rows) + word(frame.columns) + [UInt8(count)]
        for component in 0..<count { bytes += [UInt8(component + 1), 0x11, 0] }
        if precision > 12 {
            // The defaults, written out: old decoders derive others from more than 12 bits.
            bytes += [0xFF, JPEGLSMarkers.preset] + word(13) + [1]
            bytes += [parameters.maximum, parameters.t1, parameters.t2, parameters.t3, parameters.reset].flatMap(word)
        }
        if restartInterval > 0 {
            bytes += [0xFF, JPEGLSMarkers.restartInterval] + word(6)
            bytes += word(restartInterval >> 16) + word(restartInterval & 0xFFFF)
        }
        return bytes
    }

    private static func scanHeader(_ components: [Int], _ mode: JPEGLSScan.Interleave, near: Int) -> [UInt8] {
        [0xFF, JPEGLSMarkers.startOfScan] + word(6 + 2 * components.count) + [UInt8(components.count)]
            + components.flatMap { [UInt8($0 + 1), 0] } + [UInt8(near), mode.rawValue, 0]
    }

    private static func word(_ value: Int) -> [UInt8] {
        [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)]
    }

    // MARK: Entropy-coded data

    private static func encode(
        _ frame: StoredFrame, _ components: [Int], _ mode: JPEGLSScan.Interleave, _ parameters: JPEGLSParameters,
        _ restartInterval: Int, _ writer: inout JPEGLSBitWriter
    ) {
        if parameters.near == 0 {
            encode(frame, components, mode, parameters, restartInterval, &writer, JPEGLSLossless.self)
        } else {
            encode(frame, components, mode, parameters, restartInterval, &writer, JPEGLSNearLossless.self)
        }
    }

    private static func encode<Reconstruction: JPEGLSReconstruction>(
        _ frame: StoredFrame, _ components: [Int], _ mode: JPEGLSScan.Interleave, _ parameters: JPEGLSParameters,
        _ restartInterval: Int, _ writer: inout JPEGLSBitWriter, _: Reconstruction.Type
    ) {
        var lines = JPEGLSLines(width: frame.columns, components: components.count)
        defer { lines.free() }
        let contexts = JPEGLSContexts()
        defer { contexts.free() }
        let gradients = parameters.gradients()
        let interval = restartInterval == 0 ? frame.rows : restartInterval
        unsafe gradients.withUnsafeBufferPointer { table in
            guard let table = table.baseAddress else { return }
            for (number, first) in stride(from: 0, to: frame.rows, by: interval).enumerated() {
                if number > 0 { writer.append([0xFF, 0xD0 | UInt8((number - 1) & 7)]) }
                lines.clear()
                let encoder = unsafe JPEGLSScanEncoder<Reconstruction>(
                    parameters, gradients: table + parameters.maximum, contexts: contexts)
                for row in first..<min(frame.rows, first + interval) {
                    lines.advance()
                    lines.load(frame, row: row, components: components, mask: parameters.maximum)
                    // The longest code, LIMIT, has 64 bits; stuffing adds an eighth at most.
                    writer.reserve(frame.columns * components.count * 10)
                    encode(&lines, mode, components.count, frame.columns, encoder, &writer)
                }
                writer.align()
            }
        }
    }

    @inline(__always)
    private static func encode<Reconstruction: JPEGLSReconstruction>(
        _ lines: inout JPEGLSLines, _ mode: JPEGLSScan.Interleave, _ components: Int, _ width: Int,
        _ encoder: JPEGLSScanEncoder<Reconstruction>, _ writer: inout JPEGLSBitWriter
    ) {
        let together = mode == .sample ? components : 1
        for component in 0..<(mode == .sample ? 1 : components) {
            unsafe encoder.line(
                above: lines.above(component), line: lines.current(component), width: width, stride: lines.stride,
                components: together, runIndex: &lines.runIndices[component], to: &writer)
        }
    }
}

extension JPEGLSLines {
    /// Fills the current lines with `row` of `frame`, of each sample the bits of `mask`.
    func load(_ frame: StoredFrame, row: Int, components: [Int], mask: Int) {
        let step = frame.samplesPerPixel
        let width = frame.columns
        let mask = UInt16(truncatingIfNeeded: mask)
        // In bounds: a StoredFrame has rows × columns × samplesPerPixel × bytesPerSample bytes.
        unsafe frame.samples.withUnsafeBytes { samples in
            for (index, component) in components.enumerated() {
                let line = unsafe current(index) + 1
                let start = row * width * step + component
                for x in 0..<width {
                    let at = start &+ x &* step
                    if frame.bytesPerSample == 1 {
                        unsafe line[x] = UInt16(samples[at]) & mask
                    } else {
                        unsafe line[x] =
                            samples.loadUnaligned(fromByteOffset: at &* 2, as: UInt16.self).littleEndian & mask
                    }
                }
            }
        }
    }
}
