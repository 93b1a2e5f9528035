import ByteIO

/// One scan: which components it holds, and how (ITU-T T.87 §C.2.3).
struct JPEGLSScan: Sendable, Hashable {
    /// ILV.
    enum Interleave: UInt8 { case none, line, sample }

    /// Their places within the frame.
    let components: [Int]
    let interleave: Interleave
    let parameters: JPEGLSParameters
    /// Lines from one restart marker to the next; 0 where there are none.
    let restartInterval: Int
    let frame: JPEGLSFrame

    /// Decodes the entropy-coded data at `start`.
    /// - Parameter target: the whole picture, colour by pixel; the scan's components are written to their places.
    /// - Returns: where the scan ends: at a marker, or at the end of `data`.
    func decode(
        _ data: Bytes, from start: Int, into target: UnsafeMutableRawBufferPointer
    ) throws(ImagingError) -> Int {
        let isPlain = parameters.near == 0 && parameters.maximum & (parameters.maximum + 1) == 0
        return isPlain
            ? try unsafe decode(data, start, target, JPEGLSLossless.self)
            : try unsafe decode(data, start, target, JPEGLSNearLossless.self)
    }

    private func decode<Reconstruction: JPEGLSReconstruction>(
        _ data: Bytes, _ start: Int, _ target: UnsafeMutableRawBufferPointer, _: Reconstruction.Type
    ) throws(ImagingError) -> Int {
        var bits = JPEGLSBits(capacity: data.count - start)
        defer { bits.free() }
        var lines = JPEGLSLines(width: frame.columns, components: components.count)
        defer { lines.free() }
        let contexts = JPEGLSContexts()
        defer { contexts.free() }
        let gradients = parameters.gradients()
        let interval = restartInterval == 0 ? frame.rows : restartInterval
        return try unsafe gradients.withUnsafeBufferPointer { (table) throws(ImagingError) in
            guard let table = table.baseAddress else { return start }
            var end = start
            for (number, first) in stride(from: 0, to: frame.rows, by: interval).enumerated() {
                if number > 0 { end = try JPEGLSMarkers.restart(number - 1, in: data, at: end) }
                end = bits.load(data, from: end)
                lines.clear()
                var decoder = unsafe JPEGLSScanDecoder<Reconstruction>(
                    parameters, bits: bits, gradients: table + parameters.maximum, contexts: contexts)
                for row in first..<min(frame.rows, first + interval) {
                    try decode(&lines, with: &decoder)
                    guard !decoder.isExhausted else {
                        throw ImagingError(.truncated, at: end, "the JPEG-LS data ends in line \(row + 1)")
                    }
                    unsafe store(lines, row: row, to: target)
                }
            }
            return end
        }
    }

    /// One line of each component.
    @inline(__always)
    private func decode<Reconstruction: JPEGLSReconstruction>(
        _ lines: inout JPEGLSLines, with decoder: inout JPEGLSScanDecoder<Reconstruction>
    ) throws(ImagingError) {
        lines.advance()
        if interleave == .sample, components.count > 1 {
            try unsafe decoder.interleavedLine(
                above: lines.above(0), into: lines.current(0), width: frame.columns, stride: lines.stride,
                components: components.count, runIndex: &lines.runIndices[0])
            return
        }
        for index in components.indices {
            try unsafe decoder.line(
                above: lines.above(index), into: lines.current(index), width: frame.columns,
                runIndex: &lines.runIndices[index])
        }
    }

    /// Writes the current lines to `row` of the picture.
    private func store(_ lines: JPEGLSLines, row: Int, to target: UnsafeMutableRawBufferPointer) {
        let width = frame.columns
        let step = frame.components.count
        let bytes = frame.bytesPerSample
        guard let base = target.baseAddress, (row + 1) * width * step * bytes <= target.count else { return }
        for (index, component) in components.enumerated() {
            let line = unsafe lines.current(index) + 1
            let start = unsafe base + (row * width * step + component) * bytes
            switch (bytes, step) {
            case (2, 1): unsafe start.copyMemory(from: line, byteCount: width * 2)
            case (1, 1):
                let output = unsafe start.assumingMemoryBound(to: UInt8.self)
                for x in 0..<width { unsafe output[x] = UInt8(truncatingIfNeeded: line[x]) }
            case (1, _):
                let output = unsafe start.assumingMemoryBound(to: UInt8.self)
                for x in 0..<width { unsafe output[x &* step] = UInt8(truncatingIfNeeded: line[x]) }
            default:
                for x in 0..<width {
                    unsafe start.storeBytes(of: line[x], toByteOffset: x &* step &* 2, as: UInt16.self)
                }
            }
        }
    }
}
