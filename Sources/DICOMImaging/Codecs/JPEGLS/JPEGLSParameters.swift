/// What an LSE marker segment of type 1 says; 0 stands for the default (ITU-T T.87 §C.2.4.1.1).
struct JPEGLSPreset: Sendable, Hashable {
    var maximum = 0
    var t1 = 0
    var t2 = 0
    var t3 = 0
    var reset = 0
}

/// The parameters of one scan, named as in ITU-T T.87 Table 1, and what follows from them (Annex A.2.1).
struct JPEGLSParameters: Sendable, Hashable {
    /// MAXVAL.
    let maximum: Int
    /// NEAR: the largest difference a sample may suffer; 0 is lossless.
    let near: Int
    let t1: Int
    let t2: Int
    let t3: Int
    /// RESET: how often a context is met before its counters are halved.
    let reset: Int

    /// RANGE: how many prediction errors there are.
    var range: Int { (maximum + 2 * near) / step + 1 }
    /// 2 × NEAR + 1: how far two prediction errors lie apart.
    var step: Int { 2 * near + 1 }
    /// qbpp: bits of a prediction error that is written out.
    var errorBits: Int { Self.bits(range - 1) }
    /// LIMIT: the longest code, in bits.
    var limit: Int {
        let bits = max(2, Self.bits(maximum))
        return 2 * (bits + max(8, bits))
    }

    /// Bits of the largest number up to `number`.
    private static func bits(_ number: Int) -> Int { Int.bitWidth - number.leadingZeroBitCount }

    /// - Throws: `.corrupt` for parameters outside the ranges of §C.2.3 and §C.2.4.1.1.
    init(precision: Int, near: Int, preset: JPEGLSPreset = JPEGLSPreset()) throws(ImagingError) {
        let maximum = preset.maximum == 0 ? (1 << precision) - 1 : preset.maximum
        guard (1..<(1 << precision)).contains(maximum) else {
            throw ImagingError(.corrupt, "the JPEG-LS codestream has a MAXVAL that its precision cannot hold")
        }
        guard (0...min(255, maximum / 2)).contains(near) else {
            throw ImagingError(.corrupt, "the JPEG-LS codestream has an impossible NEAR of \(near)")
        }
        let defaults = Self.thresholds(maximum: maximum, near: near)
        t1 = preset.t1 == 0 ? defaults.0 : preset.t1
        t2 = preset.t2 == 0 ? defaults.1 : preset.t2
        t3 = preset.t3 == 0 ? defaults.2 : preset.t3
        reset = preset.reset == 0 ? 64 : preset.reset
        self.maximum = maximum
        self.near = near
        guard near < t1, t1 <= t2, t2 <= t3, t3 <= maximum, (3...max(255, maximum)).contains(reset) else {
            throw ImagingError(.corrupt, "the JPEG-LS codestream has impossible preset parameters")
        }
    }

    /// The default T1, T2 and T3 (§C.2.4.1.1.1).
    private static func thresholds(maximum: Int, near: Int) -> (Int, Int, Int) {
        func clamp(_ value: Int, _ low: Int) -> Int { value > maximum || value < low ? low : value }
        let basic: (Int, Int, Int)
        if maximum >= 128 {
            let factor = (min(maximum, 4095) + 128) >> 8
            basic = (factor + 2, factor * 4 + 3, factor * 17 + 4)
        } else {
            let factor = 256 / (maximum + 1)
            basic = (3 / factor, 7 / factor, 21 / factor)
        }
        let least = maximum >= 128 ? (0, 0, 0) : (2, 3, 4)
        let first = clamp(max(least.0, basic.0 + 3 * near), near + 1)
        let second = clamp(max(least.1, basic.1 + 5 * near), first)
        return (first, second, clamp(max(least.2, basic.2 + 7 * near), second))
    }

    /// The quantised gradient (§A.3.3) of each difference from −MAXVAL to MAXVAL.
    func gradients() -> [Int8] {
        let bounds = [(-4, -maximum), (-3, 1 - t3), (-2, 1 - t2), (-1, 1 - t1), (0, -near)]
        let ends = bounds.dropFirst().map(\.1) + [near + 1, t1, t2, t3, maximum + 1]
        let levels = bounds + [(1, near + 1), (2, t1), (3, t2), (4, t3)]
        return unsafe [Int8](unsafeUninitializedCapacity: 2 * maximum + 1) { table, count in
            // The bounds ascend from −MAXVAL to MAXVAL: together the levels fill the table.
            for ((level, start), end) in zip(levels, ends) where start < end {
                unsafe table[(start + maximum)..<(end + maximum)].initialize(repeating: Int8(level))
            }
            count = 2 * maximum + 1
        }
    }
}
