/// One scan of DCT coefficients (T.81 §F.2, §G.2).
struct JPEGTransformScan {
    private struct Component {
        let geometry: JPEGTransformComponent
        let dc: JPEGHuffmanTable?
        let ac: JPEGHuffmanTable?
        /// The DC coefficient before (§F.1.1.5.1).
        var prediction = 0
    }

    private let scan: JPEGScanHeader
    private let isProgressive: Bool
    private let mcus: (columns: Int, rows: Int)
    private let restartInterval: Int
    private let order = JPEGZigzag.order
    private var components: [Component] = []
    /// Blocks of the current band that have no more coefficients (§G.1.2.2).
    private var emptyBlocks = 0

    init(
        _ scan: JPEGScanHeader, _ frame: JPEGFrameHeader, _ geometry: [JPEGTransformComponent], _ tables: JPEGTables
    ) throws(ImagingError) {
        self.scan = scan
        isProgressive = frame.process == .progressive
        restartInterval = tables.restartInterval
        mcus = JPEGTransformComponent.mcus(of: frame)
        let needsDC = !isProgressive || (scan.start == 0 && scan.high == 0)
        let needsAC = !isProgressive || scan.start > 0
        for component in scan.components {
            var dc: JPEGHuffmanTable?
            var ac: JPEGHuffmanTable?
            if needsDC, let code = tables.dc[component.dc] { dc = try JPEGHuffmanTable(code, for: .dc) }
            if needsAC, let code = tables.ac[component.ac] { ac = try JPEGHuffmanTable(code, for: .ac) }
            guard (dc != nil) == needsDC, (ac != nil) == needsAC else {
                throw ImagingError(.corrupt, "a JPEG scan has no Huffman table")
            }
            components.append(Component(geometry: geometry[component.index], dc: dc, ac: ac))
        }
    }

    /// - Parameter coefficients: those of all components, each block row by row.
    mutating func decode(_ reader: inout JPEGBitReader, _ coefficients: inout [Int16]) throws(ImagingError) {
        let isInterleaved = components.count > 1
        let rows = isInterleaved ? mcus.rows : components[0].geometry.blockRows
        let columns = isInterleaved ? mcus.columns : components[0].geometry.blockColumns
        var done = 0
        for row in 0..<rows {
            for column in 0..<columns {
                if restartInterval > 0, done > 0, done.isMultiple(of: restartInterval) {
                    try restart(&reader, done / restartInterval - 1)
                }
                done += 1
                if isInterleaved {
                    try unit(row, column, &reader, &coefficients)
                } else {
                    try block(0, row, column, &reader, &coefficients)
                }
            }
            guard !reader.isExhausted else {
                throw ImagingError(.truncated, at: reader.offset, "the JPEG data end in row \(row + 1) of MCUs")
            }
            guard !reader.isCorrupt else { throw Self.corruption(reader) }
        }
    }

    private mutating func restart(_ reader: inout JPEGBitReader, _ number: Int) throws(ImagingError) {
        guard reader.restart(number) else {
            throw ImagingError(.truncated, at: reader.offset, "a restart marker is missing")
        }
        emptyBlocks = 0
        for index in components.indices { components[index].prediction = 0 }
    }

    /// The blocks of one MCU of several components (§A.2.3).
    private mutating func unit(
        _ row: Int, _ column: Int, _ reader: inout JPEGBitReader, _ coefficients: inout [Int16]
    ) throws(ImagingError) {
        for index in components.indices {
            let (height, width) = (components[index].geometry.vertical, components[index].geometry.horizontal)
            for down in 0..<height {
                for across in 0..<width {
                    try block(index, row * height + down, column * width + across, &reader, &coefficients)
                }
            }
        }
    }

    private mutating func block(
        _ index: Int, _ row: Int, _ column: Int, _ reader: inout JPEGBitReader, _ coefficients: inout [Int16]
    ) throws(ImagingError) {
        let start = components[index].geometry.block(row, column)
        if !isProgressive {
            difference(index, start, &reader, &coefficients)
            try band(1...63, index, start, &reader, &coefficients)
        } else if scan.start > 0 {
            if scan.high == 0 {
                try band(scan.start...scan.end, index, start, &reader, &coefficients)
            } else {
                try refinedBand(index, start, &reader, &coefficients)
            }
        } else if scan.high == 0 {
            difference(index, start, &reader, &coefficients)
        } else if reader.number(1) == 1 {
            coefficients[start] |= 1 << Int16(scan.low)
        }
    }

    private mutating func difference(
        _ index: Int, _ start: Int, _ reader: inout JPEGBitReader, _ coefficients: inout [Int16]
    ) {
        guard let table = components[index].dc else { return }
        components[index].prediction &+= reader.symbol(table).number
        coefficients[start] = Int16(truncatingIfNeeded: components[index].prediction << shift)
    }

    /// Successive approximation is of progressive frames only; some writers put anything into these fields.
    private var shift: Int { isProgressive ? scan.low : 0 }

    /// Coefficients of which nothing is known yet (§F.2.2.2, §G.1.2.2).
    private mutating func band(
        _ range: ClosedRange<Int>, _ index: Int, _ start: Int, _ reader: inout JPEGBitReader,
        _ coefficients: inout [Int16]
    ) throws(ImagingError) {
        if emptyBlocks > 0 {
            emptyBlocks -= 1
            return
        }
        guard let table = components[index].ac else { return }
        var place = range.lowerBound
        while place <= range.upperBound {
            let (symbol, number) = reader.symbol(table)
            let run = Int(symbol >> 4)
            if symbol & 15 == 0 {
                if run < 15 {
                    if isProgressive { emptyBlocks = (1 << run) - 1 + reader.number(run) }
                    return
                }
                place += 16
                continue
            }
            place += run
            guard place <= range.upperBound else { throw Self.corruption(reader) }
            coefficients[start + order[place]] = Int16(truncatingIfNeeded: number << shift)
            place += 1
        }
    }

    private static func corruption(_ reader: JPEGBitReader) -> ImagingError {
        ImagingError(.corrupt, at: reader.offset, "the JPEG data have an impossible Huffman code or run")
    }
}

extension JPEGTransformScan {
    /// One more bit of coefficients of which the higher ones are known (§G.1.2.3).
    private mutating func refinedBand(
        _ index: Int, _ start: Int, _ reader: inout JPEGBitReader, _ coefficients: inout [Int16]
    ) throws(ImagingError) {
        guard let table = components[index].ac else { return }
        var place = scan.start
        while emptyBlocks == 0, place <= scan.end {
            let (symbol, number) = reader.symbol(table)
            let run = Int(symbol >> 4)
            guard symbol & 15 <= 1 else { throw Self.corruption(reader) }
            if symbol & 15 == 0, run < 15 {
                emptyBlocks = (1 << run) + reader.number(run)
                break
            }
            refine(&place, start, zeros: run, &reader, &coefficients)
            if symbol & 15 == 1 {
                guard place <= scan.end else { throw Self.corruption(reader) }
                coefficients[start + order[place]] = Int16(truncatingIfNeeded: number << scan.low)
            }
            place += 1
        }
        if emptyBlocks > 0 {
            refine(&place, start, zeros: 64, &reader, &coefficients)
            emptyBlocks -= 1
        }
    }

    /// Reads a bit for each coefficient that is not zero, up to the one after `zeros` that are.
    private func refine(
        _ place: inout Int, _ start: Int, zeros: Int, _ reader: inout JPEGBitReader, _ coefficients: inout [Int16]
    ) {
        let bit: Int16 = 1 << Int16(scan.low)
        var zeros = zeros
        while place <= scan.end {
            let index = start + order[place]
            let value = coefficients[index]
            if value == 0 {
                if zeros == 0 { return }
                zeros -= 1
            } else if reader.number(1) == 1, value & bit == 0 {
                coefficients[index] = value > 0 ? value &+ bit : value &- bit
            }
            place += 1
        }
    }
}
