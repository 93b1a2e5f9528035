import ByteIO

/// Decodes lines of one scan (ITU-T T.87 Annex A). Lives for one scan; the owner of its memory is `JPEGLSScan`.
///
/// Lines are 16-bit samples with one more on either side: index 0 is the sample left of the line, `width` + 1 the one
/// right of it.
@safe struct JPEGLSScanDecoder<Reconstruction: JPEGLSReconstruction> {
    private let reconstruction: Reconstruction
    private let reset: Int
    /// qbpp.
    private let errorBits: Int
    /// Zeros before an escape in regular mode, and the most of them that the quick way takes.
    private let escape: Int
    private let quickZeros: Int
    /// `JPEGLSParameters.gradients`, at the difference 0.
    private let gradients: UnsafePointer<Int8>
    /// 365 of them.
    private let contexts: UnsafeMutablePointer<JPEGLSContext>
    private var runContexts: (JPEGLSRunContext, JPEGLSRunContext)
    let bits: JPEGLSBits
    private(set) var position = JPEGLSBits.Position()

    /// Contexts start anew (§A.2.1), bits at the beginning of `bits`.
    init(
        _ parameters: JPEGLSParameters, bits: JPEGLSBits, gradients: UnsafePointer<Int8>,
        contexts: UnsafeMutablePointer<JPEGLSContext>
    ) {
        reconstruction = Reconstruction(parameters)
        reset = parameters.reset
        errorBits = parameters.errorBits
        escape = parameters.limit - parameters.errorBits - 1
        quickZeros = min(escape, 32)
        self.bits = bits
        unsafe self.gradients = gradients
        unsafe self.contexts = contexts
        let range = parameters.range
        runContexts = (JPEGLSRunContext(type: 0, range: range), JPEGLSRunContext(type: 1, range: range))
        unsafe contexts.update(repeating: JPEGLSContext(range: range), count: 365)
    }

    var isExhausted: Bool { bits.isExhausted(position) }

    // MARK: Lines

    /// Decodes a line of one component (§A.3 … §A.7).
    ///
    /// In bounds: `x` runs from 1 to `width`, both lines hold `width` + 2 samples, all of them at most MAXVAL, so that
    /// differences stay within the table of gradients.
    mutating func line(
        above: UnsafePointer<UInt16>, into line: UnsafeMutablePointer<UInt16>, width: Int, runIndex: inout Int
    ) throws(ImagingError) {
        var position = self.position
        var x = 1
        var left = unsafe Int(above[1])
        var aboveLeft = unsafe Int(above[0])
        var aboveHere = left
        var gradientBefore = unsafe Int(gradients[aboveHere &- aboveLeft])
        unsafe line[0] = above[1]
        while x <= width {
            let aboveRight = unsafe Int(above[x &+ 1])
            let gradient = unsafe Int(gradients[aboveRight &- aboveHere])
            let third = unsafe Int(gradients[aboveLeft &- left])
            let context = gradient &* 81 &+ gradientBefore &* 9 &+ third
            if context != 0 {
                left = try regular(context, left, aboveHere, aboveLeft, &position)
                unsafe line[x] = UInt16(truncatingIfNeeded: left)
                aboveLeft = aboveHere
                aboveHere = aboveRight
                gradientBefore = gradient
                x &+= 1
                continue
            }
            let length = try run(atMost: width &- x &+ 1, &runIndex, &position)
            unsafe line.advanced(by: x).update(repeating: UInt16(truncatingIfNeeded: left), count: length)
            x &+= length
            guard x <= width else { break }
            left = try interruption(left, unsafe Int(above[x]), runIndex: runIndex, &position)
            unsafe line[x] = UInt16(truncatingIfNeeded: left)
            runIndex = max(0, runIndex &- 1)
            unsafe aboveLeft = Int(above[x])
            unsafe aboveHere = Int(above[x &+ 1])
            gradientBefore = unsafe Int(gradients[aboveHere &- aboveLeft])
            x &+= 1
        }
        self.position = position
    }

    /// Decodes a line of sample-interleaved components (§B.3), `stride` samples apart in both buffers.
    mutating func interleavedLine(
        above: UnsafePointer<UInt16>, into line: UnsafeMutablePointer<UInt16>, width: Int, stride: Int,
        components: Int, runIndex: inout Int
    ) throws(ImagingError) {
        var position = self.position
        var indices = SIMD4<Int>(repeating: 0)
        for start in Swift.stride(from: 0, to: components &* stride, by: stride) {
            unsafe line[start] = above[start &+ 1]
        }
        var x = 1
        while x <= width {
            var isRun = true
            for component in 0..<components {
                let at = component &* stride &+ x
                indices[component] = unsafe context(above, line, at)
                isRun = isRun && indices[component] == 0
            }
            if !isRun {
                for component in 0..<components {
                    let at = component &* stride &+ x
                    let sample = try unsafe anyContext(
                        indices[component], Int(line[at &- 1]), Int(above[at]), Int(above[at &- 1]), &position)
                    unsafe line[at] = UInt16(truncatingIfNeeded: sample)
                }
                x &+= 1
                continue
            }
            let length = try run(atMost: width &- x &+ 1, &runIndex, &position)
            for start in Swift.stride(from: x, to: x &+ components &* stride, by: stride) {
                unsafe line.advanced(by: start).update(repeating: line[start &- 1], count: length)
            }
            x &+= length
            guard x <= width else { break }
            for at in Swift.stride(from: x, to: x &+ components &* stride, by: stride) {
                let sample = try unsafe afterRun(
                    Int(line[at &- 1]), Int(above[at]), type: 0, runIndex: runIndex, &position)
                unsafe line[at] = UInt16(truncatingIfNeeded: sample)
            }
            runIndex = max(0, runIndex &- 1)
            x &+= 1
        }
        self.position = position
    }

    /// The context of the sample at `at` (§A.3.4), negative where its sign is.
    @inline(__always)
    private func context(_ above: UnsafePointer<UInt16>, _ line: UnsafeMutablePointer<UInt16>, _ at: Int) -> Int {
        let (left, aboveLeft) = unsafe (Int(line[at &- 1]), Int(above[at &- 1]))
        let (aboveHere, aboveRight) = unsafe (Int(above[at]), Int(above[at &+ 1]))
        return unsafe Int(gradients[aboveRight &- aboveHere]) &* 81 &+ Int(gradients[aboveHere &- aboveLeft]) &* 9
            &+ Int(gradients[aboveLeft &- left])
    }

    // MARK: Samples

    /// A sample in regular mode. `context` lies within ±364: each gradient within ±4.
    @inline(__always)
    private func regular(
        _ context: Int, _ left: Int, _ above: Int, _ aboveLeft: Int, _ position: inout JPEGLSBits.Position
    ) throws(ImagingError) -> Int {
        let sign = context &>> 63
        let slot = unsafe contexts.advanced(by: (context ^ sign) &- sign)
        let k = unsafe Int(slot.pointee.k)
        // The median of the three is the predictor of §A.4.1.
        let edge = min(max(left &+ above &- aboveLeft, min(left, above)), max(left, above))
        let correction = unsafe (Int(slot.pointee.correction) ^ sign) &- sign
        let prediction = min(max(edge &+ correction, 0), reconstruction.maximum)
        let mapped = try golomb(k, escape: escape, quick: quickZeros, &position)
        var error = (mapped &>> 1) ^ (0 &- (mapped & 1))
        if reconstruction.isLossless { error ^= unsafe Int(slot.pointee.inversion) }
        unsafe slot.pointee.update(
            error: error, step: reconstruction.step, reset: reset, isLossless: reconstruction.isLossless)
        return reconstruction.sample(prediction, (error ^ sign) &- sign)
    }

    /// The same, not inlined: context 0 is one like the others where another component is not flat.
    private func anyContext(
        _ context: Int, _ left: Int, _ above: Int, _ aboveLeft: Int, _ position: inout JPEGLSBits.Position
    ) throws(ImagingError) -> Int { try regular(context, left, above, aboveLeft, &position) }

    /// The length of a run (§A.7.1), at most `limit`.
    @inline(__always)
    private func run(
        atMost limit: Int, _ runIndex: inout Int, _ position: inout JPEGLSBits.Position
    ) throws(ImagingError) -> Int {
        var length = 0
        while true {
            bits.refill(&position)
            let order = jpegLSRunOrder(runIndex)
            guard position.window &>> 63 == 1 else {
                bits.skip(1, &position)
                length &+= bits.read(order, &position)
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
    @inline(__always)
    private mutating func interruption(
        _ left: Int, _ above: Int, runIndex: Int, _ position: inout JPEGLSBits.Position
    ) throws(ImagingError) -> Int {
        let type = abs(left &- above) <= reconstruction.near ? 1 : 0
        return try afterRun(left, above, type: type, runIndex: runIndex, &position)
    }

    @inline(__always)
    private mutating func afterRun(
        _ left: Int, _ above: Int, type: Int, runIndex: Int, _ position: inout JPEGLSBits.Position
    ) throws(ImagingError) -> Int {
        let zeros = escape &- jpegLSRunOrder(runIndex) &- 1
        if type == 1 {
            let error = try error(in: &runContexts.1, zeros, &position)
            return reconstruction.sample(left, error)
        }
        let error = try error(in: &runContexts.0, zeros, &position)
        return reconstruction.sample(above, left > above ? 0 &- error : error)
    }

    @inline(__always)
    private func error(
        in context: inout JPEGLSRunContext, _ zeros: Int, _ position: inout JPEGLSBits.Position
    ) throws(ImagingError) -> Int {
        let k = context.k
        let mapped = try golomb(k, escape: zeros, quick: min(zeros, 32), &position)
        let error = context.error(mapped, k: k)
        context.update(error: error, mapped: mapped, reset: reset)
        return error
    }

    // MARK: Codes

    /// A number in limited-length Golomb code (§A.5.3), at most 2^qbpp. `k` is at most 16.
    @inline(__always)
    private func golomb(
        _ k: Int, escape: Int, quick: Int, _ position: inout JPEGLSBits.Position
    ) throws(ImagingError) -> Int {
        bits.refill(&position)
        let zeros = (position.window | 1).leadingZeroBitCount
        let value: Int
        if zeros < quick {
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
