/// What is known of the prediction errors in one of the 365 contexts of regular mode (ITU-T T.87 §A.6).
struct JPEGLSContext {
    /// A: sum of the errors' magnitudes.
    var magnitude: Int32
    /// B: bias.
    var bias: Int32 = 0
    /// C: correction of the prediction, −128 … 127.
    var correction: Int16 = 0
    /// N: how often the context was met.
    var count: UInt16 = 1
    /// The Golomb parameter that follows from A and N (§A.5.1), ready for the next sample. At most 16: see `update`.
    var k: Int16
    /// −1 where the two halves of the error range are swapped at k = 0 in lossless coding (§A.5.2), else 0.
    var inversion: Int16 = 0

    init(range: Int) {
        magnitude = Int32(Self.initialMagnitude(range: range))
        k = Int16(Self.golomb(count: 1, magnitude: Int(magnitude)))
    }

    static func initialMagnitude(range: Int) -> Int { max(2, (range + 32) >> 6) }

    /// The least k for which count × 2ᵏ ≥ magnitude (§A.5.1).
    @inline(__always)
    static func golomb(count: Int, magnitude: Int) -> Int {
        // The lengths of both numbers give k or k − 1, without a loop.
        let difference = count.leadingZeroBitCount &- (magnitude | 1).leadingZeroBitCount
        let least = max(0, difference)
        return least &+ ((count &<< least) &- magnitude) &>> 63 & 1
    }

    /// §A.6: takes in a prediction error, as it was coded.
    ///
    /// |error| is at most 2¹⁵, which keeps A/N below 2¹⁵ + 2¹⁰, hence k ≤ 16, and A, N ≤ 65535, within 32 bits.
    @inline(__always)
    mutating func update(error: Int, step: Int, reset: Int, isLossless: Bool) {
        let negative = error &>> 63
        var magnitude = Int(self.magnitude) &+ ((error ^ negative) &- negative)
        var bias = Int(self.bias) &+ error &* step
        var count = Int(self.count)
        if count == reset {
            magnitude &>>= 1
            bias &>>= 1
            count &>>= 1
        }
        count &+= 1
        // The bias is kept within (−N, 0], without branches, since no predictor learns them.
        let tooLow = (bias &+ count &- 1) &>> 63
        let tooHigh = (0 &- bias) &>> 63
        bias = bias &+ (count & tooLow) &- (count & tooHigh)
        bias = min(max(bias, 1 &- count), 0)
        correction = Int16(
            truncatingIfNeeded: min(max(Int(correction) &+ tooLow &- tooHigh, -128), 127))
        self.magnitude = Int32(truncatingIfNeeded: magnitude)
        self.bias = Int32(truncatingIfNeeded: bias)
        self.count = UInt16(truncatingIfNeeded: count)
        let k = Self.golomb(count: count, magnitude: magnitude)
        self.k = Int16(truncatingIfNeeded: k)
        if isLossless {
            inversion = Int16(truncatingIfNeeded: ((k &- 1) &>> 63) & ((2 &* bias &+ count &- 1) &>> 63))
        }
    }
}

/// One of the two contexts of the sample that ends a run (ITU-T T.87 §A.7.2).
struct JPEGLSRunContext {
    /// RItype: 0 or 1.
    let type: Int
    private var magnitude: Int
    private var count = 1
    /// Nn: how many of the errors were negative.
    private var negatives = 0

    init(type: Int, range: Int) {
        self.type = type
        magnitude = JPEGLSContext.initialMagnitude(range: range)
    }

    /// The Golomb parameter for the next sample.
    @inline(__always)
    var k: Int { min(16, JPEGLSContext.golomb(count: count, magnitude: magnitude &+ (count &>> 1) &* type)) }

    /// −1 where `map` is set for negative errors (§A.7.2.2), 0 where for positive ones.
    @inline(__always)
    private func mapSign(_ k: Int) -> Int { ((0 &- k) | (count &- 1 &- 2 &* negatives)) &>> 63 }

    /// The mapped error (EMErrval) of `error`.
    @inline(__always)
    func mapped(_ error: Int, k: Int) -> Int {
        let map = error != 0 && error &>> 63 == mapSign(k)
        return 2 &* abs(error) &- type &- (map ? 1 : 0)
    }

    /// The error of which `mapped` is the mapped one.
    @inline(__always)
    func error(_ mapped: Int, k: Int) -> Int {
        let doubled = mapped &+ type
        let map = doubled & 1
        // Negative where `map` is set and stands for it, or neither.
        let sign = mapSign(k) ^ (map &- 1)
        return (((doubled &+ map) &>> 1) ^ sign) &- sign
    }

    /// §A.7.2.3: takes in an error and what it was mapped to.
    @inline(__always)
    mutating func update(error: Int, mapped: Int, reset: Int) {
        negatives &-= error &>> 63
        magnitude &+= (mapped &+ 1 &- type) &>> 1
        if count == reset {
            magnitude &>>= 1
            count &>>= 1
            negatives &>>= 1
        }
        count &+= 1
    }
}

/// The contexts of a scan: 365 of regular mode, two of run mode. The owner calls `free`.
@safe struct JPEGLSContexts {
    let regular: UnsafeMutablePointer<JPEGLSContext>
    /// By RItype.
    let run: UnsafeMutablePointer<JPEGLSRunContext>

    init() {
        unsafe regular = UnsafeMutablePointer.allocate(capacity: 365)
        unsafe run = UnsafeMutablePointer.allocate(capacity: 2)
    }

    func free() {
        unsafe regular.deallocate()
        unsafe run.deallocate()
    }

    /// As they are at the beginning of a scan and behind each restart marker (§A.2.1).
    func start(range: Int) {
        unsafe regular.initialize(repeating: JPEGLSContext(range: range), count: 365)
        for type in 0...1 { unsafe run.advanced(by: type).initialize(to: JPEGLSRunContext(type: type, range: range)) }
    }
}

/// J: the order of the next run's length (ITU-T T.87 §A.2.1), for a run index of 0 … 31.
@inline(__always)
func jpegLSRunOrder(_ index: Int) -> Int {
    let orders: UInt64 = index < 16 ? 0x3333_2222_1111_0000 : 0xFEDC_BA98_7766_5544
    return Int(truncatingIfNeeded: (orders &>> UInt64(truncatingIfNeeded: (index & 15) &* 4)) & 15)
}
