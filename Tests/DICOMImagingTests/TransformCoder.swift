/// Codes the coefficients of one scan (T.81 §F.1.2, §G.1.2).
struct TransformCoder {
    private let scan: TransformJPEG.Scan
    private let isProgressive: Bool
    private var bits = TestBits()
    private var predictions: [Int]
    /// Blocks that end without a further coefficient, and the refining bits of their others.
    private var emptyBlocks = 0
    private var heldBits: [Int] = []

    init(scan: TransformJPEG.Scan, isProgressive: Bool, components: Int) {
        self.scan = scan
        self.isProgressive = isProgressive
        predictions = Array(repeating: 0, count: components)
    }

    mutating func put(_ block: [Int], _ component: Int) {
        guard isProgressive else {
            difference(block[0], component)
            return band(block, 1...63, 0)
        }
        switch (scan.start, scan.high) {
        case (0, 0): difference(block[0] >> scan.low, component)
        case (0, _): bits.put(block[0] >> scan.low, 1)
        case (_, 0): band(block, scan.start...scan.end, scan.low)
        default: refinement(block)
        }
    }

    mutating func restart(_ number: Int) {
        endBlocks()
        bits.restart(number)
        predictions = predictions.map { _ in 0 }
    }

    mutating func finished() -> [UInt8] {
        endBlocks()
        bits.finish()
        return bits.bytes
    }

    private mutating func difference(_ value: Int, _ component: Int) {
        TestCode.dc.put(number: value - predictions[component], into: &bits)
        predictions[component] = value
    }

    /// The magnitude is shifted, so that it rounds towards zero (§G.1.2.2).
    private func shifted(_ value: Int, _ low: Int) -> Int { value < 0 ? -(-value >> low) : value >> low }

    private mutating func band(_ block: [Int], _ range: ClosedRange<Int>, _ low: Int) {
        var run = 0
        for place in range {
            let value = shifted(block[place], low)
            guard value != 0 else {
                run += 1
                continue
            }
            endBlocks()
            while run > 15 {
                TestCode.bands.put(symbol: 0xF0, into: &bits)
                run -= 16
            }
            TestCode.bands.put(number: value, run: run, into: &bits)
            run = 0
        }
        if run > 0 { endBlock([]) }
    }

    private mutating func refinement(_ block: [Int]) {
        let sizes = block.map { abs($0) >> scan.low }
        let last = (scan.start...scan.end).last { sizes[$0] == 1 } ?? -1
        var run = 0
        var refining: [Int] = []
        for place in scan.start...scan.end {
            guard sizes[place] > 0 else {
                run += 1
                continue
            }
            while run > 15, place <= last {
                endBlocks()
                TestCode.bands.put(symbol: 0xF0, into: &bits)
                run -= 16
                for bit in refining { bits.put(bit, 1) }
                refining = []
            }
            guard sizes[place] == 1 else {
                refining.append(sizes[place] & 1)
                continue
            }
            endBlocks()
            TestCode.bands.put(number: block[place] < 0 ? -1 : 1, run: run, into: &bits)
            for bit in refining { bits.put(bit, 1) }
            (run, refining) = (0, [])
        }
        if run > 0 || !refining.isEmpty { endBlock(refining) }
    }

    private mutating func endBlock(_ refining: [Int]) {
        emptyBlocks += 1
        heldBits += refining
        if !isProgressive || emptyBlocks == 0x7FFF { endBlocks() }
    }

    private mutating func endBlocks() {
        guard emptyBlocks > 0 else { return }
        let length = Int.bitWidth - 1 - emptyBlocks.leadingZeroBitCount
        TestCode.bands.put(symbol: UInt8(length << 4), into: &bits)
        bits.put(emptyBlocks, length)
        for bit in heldBits { bits.put(bit, 1) }
        (emptyBlocks, heldBits) = (0, [])
    }
}
