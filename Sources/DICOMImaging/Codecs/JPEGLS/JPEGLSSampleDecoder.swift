/// Decodes samples and runs of one scan: what does not change from one to the next. A value that the decoding loops keep
/// to themselves, beside `JPEGLSBits.Position`, which does change.
@safe struct JPEGLSSampleDecoder<Reconstruction: JPEGLSReconstruction> {
    let bits: JPEGLSBits
    private let reconstruction: Reconstruction
    private let reset: Int
    /// qbpp.
    private let errorBits: Int
    /// Zeros before an escape in regular mode.
    private let escape: Int
    private let contexts: JPEGLSContexts

    init(_ parameters: JPEGLSParameters, bits: JPEGLSBits, contexts: JPEGLSContexts) {
        self.bits = bits
        reconstruction = Reconstruction(parameters)
        reset = parameters.reset
        errorBits = parameters.errorBits
        escape = parameters.limit - parameters.errorBits - 1
        self.contexts = contexts
    }

    /// A sample in regular mode (ITU-T T.87 §A.4 … §A.6). `context` lies within ±364: each gradient within ±4.
    @inline(__always)
    func regular(
        _ context: Int, left: Int, above: Int, aboveLeft: Int, _ position: inout JPEGLSBits.Position
    ) throws(ImagingError) -> Int {
        let sign = context &>> 63
        let slot = unsafe contexts.regular.advanced(by: (context ^ sign) &- sign)
        let k = unsafe Int(slot.pointee.k)
        // The median of the three is the predictor of §A.4.1.
        let edge = min(max(left &+ above &- aboveLeft, min(left, above)), max(left, above))
        let correction = unsafe (Int(slot.pointee.correction) ^ sign) &- sign
        let prediction = min(max(edge &+ correction, 0), reconstruction.maximum)
        let mapped = try golomb(k, escape: escape, &position)
        var error = (mapped &>> 1) ^ (0 &- (mapped & 1))
        if reconstruction.isLossless { error ^= unsafe Int(slot.pointee.inversion) }
        unsafe slot.pointee.update(
            error: error, step: reconstruction.step, reset: reset, isLossless: reconstruction.isLossless)
        return reconstruction.sample(prediction, (error ^ sign) &- sign)
    }

    /// The length of a run (§A.7.1), at most `limit`.
    @inline(__always)
    func run(
        atMost limit: Int, _ runIndex: inout Int, _ position: inout JPEGLSBits.Position
    ) throws(ImagingError) -> Int {
        var length = 0
        while true {
            bits.refill(&position)
            let order = jpegLSRunOrder(runIndex)
            guard position.window &>> 63 == 1 else {
                // A zero bit, then the rest of the length.
                length &+= bits.read(order &+ 1, &position)
                guard length <= limit else { throw Self.damage() }
                return length
            }
            bits.skip(1, &position)
            let block = 1 &<< order
            if block <= limit &- length { runIndex = min(31, runIndex &+ 1) }
            length = min(limit, length &+ block)
            if length == limit { return length }
        }
    }

    /// The sample that ends a run (§A.7.2).
    /// - Parameter isSingle: false where components are interleaved by sample: all their contexts are of type 0.
    @inline(__always)
    func afterRun(
        left: Int, above: Int, isSingle: Bool, runIndex: Int, _ position: inout JPEGLSBits.Position
    ) throws(ImagingError) -> Int {
        let type = isSingle && abs(left &- above) <= reconstruction.near ? 1 : 0
        let prediction = type == 1 ? left : above
        let sign = type == 1 ? 0 : (above &- left) &>> 63
        let slot = unsafe contexts.run.advanced(by: type)
        let k = unsafe slot.pointee.k
        let mapped = try golomb(k, escape: escape &- jpegLSRunOrder(runIndex) &- 1, &position)
        let error = unsafe slot.pointee.error(mapped, k: k)
        unsafe slot.pointee.update(error: error, mapped: mapped, reset: reset)
        return reconstruction.sample(prediction, (error ^ sign) &- sign)
    }

    // MARK: Codes

    /// A number in limited-length Golomb code (§A.5.3), at most 2^qbpp. `k` is at most 16.
    @inline(__always)
    private func golomb(
        _ k: Int, escape: Int, _ position: inout JPEGLSBits.Position
    ) throws(ImagingError) -> Int {
        bits.refill(&position)
        let zeros = (position.window | 1).leadingZeroBitCount
        let value: Int
        if zeros < min(escape, 32) {
            // One bit and k more behind the zeros: 49 bits at most, of the 56 that are there.
            let tail = Int(truncatingIfNeeded: position.window &>> UInt64(truncatingIfNeeded: 63 &- zeros &- k))
            bits.skip(zeros &+ k &+ 1, &position)
            value = tail &+ ((zeros &- 1) &<< k)
        } else {
            (value, position) = try longCode(k, zeros: zeros, escape: escape, position)
        }
        guard value <= 1 &<< errorBits else { throw Self.damage() }
        return value
    }

    /// Codes too long for the quick way, and those that are written out behind `escape` zeros.
    @inline(never)
    private func longCode(
        _ k: Int, zeros: Int, escape: Int, _ start: JPEGLSBits.Position
    ) throws(ImagingError) -> (Int, JPEGLSBits.Position) {
        var position = start
        guard zeros <= escape else { throw Self.damage() }
        bits.skip(zeros &+ 1, &position)
        bits.refill(&position)
        guard zeros == escape else { return ((zeros &<< k) &+ bits.read(k, &position), position) }
        return (bits.read(errorBits, &position) &+ 1, position)
    }

    @inline(never)
    private static func damage() -> ImagingError {
        ImagingError(.corrupt, "the JPEG-LS codestream holds a code that cannot be")
    }
}
