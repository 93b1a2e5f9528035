/// One scan of lossless JPEG (T.81 Annex H).
struct JPEGLosslessScan {
    private let rows: Int
    private let columns: Int
    /// Components of the frame: how far samples of one component lie apart.
    private let step: Int
    /// Place of each of the scan's components in a pixel, and the table of its differences.
    private let components: [(place: Int, table: JPEGHuffmanTable)]
    /// All components of the frame, in order, by one table: a row then is one run of differences.
    private let isUniform: Bool
    private let predictor: JPEGPredictor
    private let pointTransform: Int
    /// What the first sample is predicted as (§H.1.2.1).
    private let initial: UInt16
    /// Rows between two restart markers.
    private let restartRows: Int

    init(_ scan: JPEGScanHeader, of frame: JPEGFrameHeader, _ tables: JPEGTables) throws(ImagingError) {
        guard let predictor = JPEGPredictor(rawValue: scan.start), scan.low < frame.precision else {
            throw ImagingError(.corrupt, "a scan of lossless JPEG has an impossible predictor or point transform")
        }
        let isPlain = frame.maximumHorizontal == 1 && frame.maximumVertical == 1
        guard isPlain || scan.components.count == 1 else {
            throw ImagingError(.unsupported, "lossless JPEG with subsampled components is not supported")
        }
        rows = frame.rows
        columns = frame.columns
        step = frame.components.count
        self.predictor = predictor
        pointTransform = scan.low
        initial = 1 << UInt16(frame.precision - scan.low - 1)
        var built: [Int: JPEGHuffmanTable] = [:]
        var components: [(place: Int, table: JPEGHuffmanTable)] = []
        for component in scan.components {
            guard let code = tables.dc[component.dc] else {
                throw ImagingError(.corrupt, "a scan of lossless JPEG has no Huffman table")
            }
            var table = built[component.dc]
            if table == nil { table = try JPEGHuffmanTable(code, for: .difference) }
            built[component.dc] = table
            if let table { components.append((component.index, table)) }
        }
        self.components = components
        isUniform = built.count == 1 && scan.components.map(\.index) == Array(0..<frame.components.count)
        // Prediction begins anew after a restart, which therefore comes at the end of a row (§H.1.1).
        let interval = tables.restartInterval
        let hasRestarts = interval > 0 && interval < frame.rows * frame.columns
        guard !hasRestarts || interval.isMultiple(of: frame.columns) else {
            throw ImagingError(.corrupt, "a restart interval of lossless JPEG is no whole number of rows")
        }
        restartRows = hasRestarts ? interval / frame.columns : frame.rows
    }

    /// - Parameter output: room for rows × columns × components samples, of which this scan writes its own.
    func decode(_ reader: inout JPEGBitReader, into output: UnsafeMutablePointer<UInt16>) throws(ImagingError) {
        for row in 0..<rows {
            // Row by row within `output`: columns × components samples each. The first has none above it.
            let samples = unsafe output + row * columns * step
            try unsafe decode(row, &reader, samples, above: row == 0 ? samples : samples - columns * step)
        }
        guard pointTransform > 0 else { return }
        for (place, _) in components {
            for index in stride(from: place, to: rows * columns * step, by: step) {
                unsafe output[index] <<= UInt16(pointTransform)
            }
        }
    }

    /// The same for samples of at most 8 bits, of which only two rows are ever wider than a byte.
    func decode(_ reader: inout JPEGBitReader, into output: UnsafeMutablePointer<UInt8>) throws(ImagingError) {
        let width = columns * step
        var lines = [UInt16](repeating: 0, count: 2 * width)
        try unsafe lines.withUnsafeMutableBufferPointer { (lines) throws(ImagingError) in
            guard let base = lines.baseAddress else { return }
            for row in 0..<rows {
                let samples = unsafe base + row % 2 * width
                try unsafe decode(row, &reader, samples, above: base + (row + 1) % 2 * width)
                let target = unsafe output + row * width
                if isUniform {
                    unsafe narrow(samples, target, width, 1)
                } else {
                    for (place, _) in components { unsafe narrow(samples + place, target + place, columns, step) }
                }
            }
        }
    }

    private func narrow(
        _ samples: UnsafeMutablePointer<UInt16>, _ target: UnsafeMutablePointer<UInt8>, _ count: Int, _ step: Int
    ) {
        let shift = UInt16(pointTransform)
        if step == 1 {
            for index in 0..<count { unsafe target[index] = UInt8(truncatingIfNeeded: samples[index] &<< shift) }
        } else {
            for index in 0..<count {
                unsafe target[index &* step] = UInt8(truncatingIfNeeded: samples[index &* step] &<< shift)
            }
        }
    }

    /// One row: its differences, then its samples in their place.
    private func decode(
        _ row: Int, _ reader: inout JPEGBitReader, _ samples: UnsafeMutablePointer<UInt16>,
        above: UnsafeMutablePointer<UInt16>
    ) throws(ImagingError) {
        let isFirst = row % restartRows == 0
        if isFirst, row > 0 {
            guard reader.restart(row / restartRows - 1) else {
                throw ImagingError(.truncated, at: reader.offset, "a restart marker is missing")
            }
        }
        unsafe differences(&reader, samples)
        guard !reader.isExhausted else {
            throw ImagingError(.truncated, at: reader.offset, "the JPEG data end in row \(row + 1)")
        }
        guard !reader.isCorrupt else {
            throw ImagingError(.corrupt, at: reader.offset, "row \(row + 1) has an impossible Huffman code")
        }
        for (place, _) in components {
            if isFirst {
                unsafe JPEGPredictor.undoFirst(samples + place, columns, step, initial)
            } else {
                unsafe predictor.undo(samples + place, above: above + place, columns, step)
            }
        }
    }

    private func differences(_ reader: inout JPEGBitReader, _ samples: UnsafeMutablePointer<UInt16>) {
        if isUniform || components.count == 1 {
            let (place, table) = components[0]
            if isUniform {
                unsafe reader.differences(samples, count: columns * step, step: 1, table)
            } else {
                unsafe reader.differences(samples + place, count: columns, step: step, table)
            }
            return
        }
        for column in 0..<columns {
            for (place, table) in components {
                unsafe samples[column &* step &+ place] = reader.difference(table)
            }
        }
    }
}
