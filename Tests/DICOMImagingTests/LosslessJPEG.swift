/// A lossless JPEG image (T.81 Annex H) to be written in one of its many ways.
struct LosslessJPEG: CustomStringConvertible {
    var rows = 13
    var columns = 17
    var components = 1
    var precision = 16
    var predictor = 1
    var pointTransform = 0
    var isInterleaved = true
    /// Each component has a Huffman table of its own.
    var hasOwnTables = false
    var restartRows = 0
    /// The number of lines stands behind the first scan.
    var hasLinesSegment = false
    var order: [UInt8] = Array(0...16)
    var identifiers: [UInt8]?
    var sampling = (1, 1)

    var description: String {
        "\(rows) × \(columns) × \(components), \(precision) bits, predictor \(predictor), transform \(pointTransform)"
            + (isInterleaved ? "" : ", not interleaved") + (hasOwnTables ? ", own tables" : "")
            + (restartRows > 0 ? ", restart after \(restartRows)" : "") + (hasLinesSegment ? ", DNL" : "")
    }

    /// Colour by pixel; every value that the precision has may occur, smooth and wild.
    func samples(seed: UInt64 = 1) -> [Int] {
        var noise = TestNoise(seed)
        let limit = 1 << precision
        return (0..<(rows * columns * components)).map { index in
            let smooth = (index / components * 3 + index % components * 50) % limit
            let wild = Int.random(in: 0..<limit, using: &noise)
            let value = index / (columns * components) % 3 == 2 ? wild : (smooth + wild % 7) % limit
            return (value >> pointTransform) << pointTransform
        }
    }

    func encoded(_ samples: [Int]) -> [UInt8] {
        var writer = JPEGWriter()
        writer.frame(
            0xC3, precision: precision, rows: hasLinesSegment ? 0 : rows, columns: columns,
            factors: Array(repeating: sampling, count: components), identifiers: identifiers)
        let tables = (0..<(hasOwnTables ? components : 1)).map { number in
            TestCode.differences(Array(order[number...] + order[..<number]))
        }
        for (number, table) in tables.enumerated() { writer.segment(0xC4, table.body(UInt8(number))) }
        if restartRows > 0 { writer.segment(0xDD, JPEGWriter.word(restartRows * columns)) }
        let scans = isInterleaved ? [Array(0..<components)] : (0..<components).map { [$0] }
        for (number, scan) in scans.enumerated() {
            let selectors = scan.map { component in
                (identifiers?[component] ?? UInt8(component + 1), UInt8(hasOwnTables ? component : 0) << 4)
            }
            writer.scan(selectors, predictor, 0, low: pointTransform)
            writer.append(data(samples, scan, tables))
            if number == 0, hasLinesSegment { writer.segment(0xDC, JPEGWriter.word(rows)) }
        }
        writer.marker(0xD9)
        return writer.bytes
    }

    private func data(_ samples: [Int], _ scan: [Int], _ tables: [TestCode]) -> [UInt8] {
        var bits = TestBits()
        for row in 0..<rows {
            let isFirst = row == 0 || (restartRows > 0 && row % restartRows == 0)
            if isFirst, row > 0 { bits.restart(row / restartRows - 1) }
            for column in 0..<columns {
                for component in scan {
                    func sample(_ up: Int, _ left: Int) -> Int {
                        samples[((row - up) * columns + column - left) * components + component] >> pointTransform
                    }
                    let prediction = prediction(isFirst, column, sample)
                    // Differences are modulo 2¹⁶, from -32767 to 32768 (§H.1.2.2).
                    let difference = Int(Int16(truncatingIfNeeded: sample(0, 0) - prediction))
                    let table = tables[hasOwnTables ? component : 0]
                    if difference == -32768 {
                        table.put(symbol: 16, into: &bits)
                    } else {
                        table.put(number: difference, into: &bits)
                    }
                }
            }
        }
        bits.finish()
        return bits.bytes
    }

    /// Table H.1, and §H.1.2.1 for the edges.
    private func prediction(_ isFirst: Bool, _ column: Int, _ sample: (Int, Int) -> Int) -> Int {
        if isFirst { return column == 0 ? 1 << (precision - pointTransform - 1) : sample(0, 1) }
        if column == 0 { return sample(1, 0) }
        let (a, b, c) = (sample(0, 1), sample(1, 0), sample(1, 1))
        return switch predictor {
        case 1: a
        case 2: b
        case 3: c
        case 4: a + b - c
        case 5: a + (b - c) >> 1
        case 6: b + (a - c) >> 1
        default: (a + b) >> 1
        }
    }
}
