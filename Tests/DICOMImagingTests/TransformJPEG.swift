import Glibc

/// A JPEG image of DCT coefficients (T.81 Annexes F and G) to be written in one of its many ways.
struct TransformJPEG: CustomStringConvertible {
    /// Components, first and last coefficient, bit position before and after.
    typealias Scan = (components: [Int], start: Int, end: Int, high: Int, low: Int)

    var rows = 21
    var columns = 35
    var factors = [(1, 1)]
    var precision = 12
    var step: UInt8 = 3
    /// Progressive where there are any, else one sequential scan of all.
    var scans: [Scan] = []
    var isInterleaved = true
    var restartInterval = 0
    var hasLinesSegment = false
    var identifiers: [UInt8]?
    /// Segments before the frame header.
    var marks: [(UInt8, [UInt8])] = []
    /// Start and end of a sequential scan; some writers put zeros there.
    var band = (0, 63)

    var description: String {
        "\(rows) × \(columns), \(factors), \(precision) bits, \(scans.count) progressive scans, "
            + "restart \(restartInterval)\(isInterleaved ? "" : ", not interleaved")\(hasLinesSegment ? ", DNL" : "")"
    }

    var across: Int { factors.map(\.0).max() ?? 1 }
    var down: Int { factors.map(\.1).max() ?? 1 }
    var unitColumns: Int { (columns + 8 * across - 1) / (8 * across) }
    var unitRows: Int { (rows + 8 * down - 1) / (8 * down) }

    /// Samples of a component (§A.1.1).
    func size(_ component: Int) -> (rows: Int, columns: Int) {
        let (horizontal, vertical) = factors[component]
        return ((rows * vertical + down - 1) / down, (columns * horizontal + across - 1) / across)
    }

    /// For each component blocks row by row, MCUs filled up, each with 64 coefficients in zigzag order.
    func coefficients(seed: UInt64 = 1) -> [[[Int]]] {
        var noise = TestNoise(seed)
        let scale = precision == 12 ? 16 : 1
        return factors.map { factor in
            (0..<(unitColumns * factor.0 * unitRows * factor.1)).map { block in
                var coefficients = [Int](repeating: 0, count: 64)
                coefficients[0] = Int.random(in: -160...160, using: &noise) * scale
                // Some blocks have nothing else: runs of empty ones.
                guard block % 5 < 2 else { return coefficients }
                for _ in 0..<Int.random(in: 0...20, using: &noise) {
                    let place = Int.random(in: 1...63, using: &noise)
                    let limit = 40 * scale / (1 + place / 4)
                    coefficients[place] = Int.random(in: -limit...limit, using: &noise)
                }
                return coefficients
            }
        }
    }

    func encoded(_ coefficients: [[[Int]]]) -> [UInt8] {
        var writer = JPEGWriter()
        for (code, body) in marks { writer.segment(code, body) }
        writer.segment(0xDB, [0] + [UInt8](repeating: step, count: 64))
        writer.segment(0xC4, TestCode.dc.body(0) + TestCode.bands.body(0x10))
        writer.frame(
            scans.isEmpty ? 0xC1 : 0xC2, precision: precision, rows: hasLinesSegment ? 0 : rows, columns: columns,
            factors: factors, identifiers: identifiers)
        if restartInterval > 0 { writer.segment(0xDD, JPEGWriter.word(restartInterval)) }
        let all = Array(factors.indices)
        let sequential = (isInterleaved ? [all] : all.map { [$0] }).map { ($0, band.0, band.1, 0, 0) }
        for (number, scan) in (scans.isEmpty ? sequential : scans).enumerated() {
            writer.scan(
                scan.0.map { (identifiers?[$0] ?? UInt8($0 + 1), 0) }, scan.1, scan.2, high: scan.3, low: scan.4)
            writer.append(data(coefficients, scan))
            if number == 0, hasLinesSegment { writer.segment(0xDC, JPEGWriter.word(rows)) }
        }
        writer.marker(0xD9)
        return writer.bytes
    }

    /// Blocks in the order of the scan: component, and place among its blocks; for each MCU.
    private func units(_ components: [Int]) -> [[(component: Int, place: Int)]] {
        if components.count == 1 {
            let size = size(components[0])
            let stride = unitColumns * factors[components[0]].0
            return (0..<((size.rows + 7) / 8)).flatMap { row in
                (0..<((size.columns + 7) / 8)).map { [(components[0], row * stride + $0)] }
            }
        }
        return (0..<(unitRows * unitColumns)).map { unit in
            components.flatMap { component in
                let (horizontal, vertical) = factors[component]
                return (0..<(horizontal * vertical)).map { block in
                    let row = unit / unitColumns * vertical + block / horizontal
                    let column = unit % unitColumns * horizontal + block % horizontal
                    return (component, row * unitColumns * horizontal + column)
                }
            }
        }
    }

    private func data(_ coefficients: [[[Int]]], _ scan: Scan) -> [UInt8] {
        var coder = TransformCoder(scan: scan, isProgressive: !scans.isEmpty, components: factors.count)
        for (number, unit) in units(scan.components).enumerated() {
            if restartInterval > 0, number > 0, number.isMultiple(of: restartInterval) {
                coder.restart(number / restartInterval - 1)
            }
            for (component, place) in unit { coder.put(coefficients[component][place], component) }
        }
        return coder.finished()
    }

    /// What a component should decode to: the transform by its definition (§A.3.3), row by row.
    func plane(_ component: Int, _ coefficients: [[[Int]]]) -> [[Double]] {
        let size = size(component)
        let stride = unitColumns * factors[component].0
        var plane = [[Double]](repeating: Array(repeating: 0, count: size.columns), count: size.rows)
        for row in 0..<size.rows {
            for column in 0..<size.columns {
                let block = coefficients[component][row / 8 * stride + column / 8]
                var sum = 0.0
                for (place, value) in block.enumerated() where value != 0 {
                    let (v, u) = Self.zigzag[place]
                    let scale = (u == 0 ? 0.5.squareRoot() : 1) * (v == 0 ? 0.5.squareRoot() : 1) / 4
                    sum +=
                        scale * Double(value * Int(step)) * cos(Double((2 * (column % 8) + 1) * u) * .pi / 16)
                        * cos(Double((2 * (row % 8) + 1) * v) * .pi / 16)
                }
                let centre = Double(1 << (precision - 1))
                plane[row][column] = min(max(sum + centre, 0), 2 * centre - 1)
            }
        }
        return plane
    }

    /// Row and column of the n-th coefficient (Figure 5), walked as drawn.
    private static let zigzag: [(Int, Int)] = {
        var (row, column) = (0, 0)
        return (0..<64).map { _ in
            defer {
                if (row + column).isMultiple(of: 2) {
                    if column == 7 { row += 1 } else { (row, column) = (max(0, row - 1), column + 1) }
                } else if row == 7 {
                    column += 1
                } else {
                    (row, column) = (row + 1, max(0, column - 1))
                }
            }
            return (row, column)
        }
    }()
}
