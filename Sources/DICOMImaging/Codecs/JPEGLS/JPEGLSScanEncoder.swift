import ByteIO

/// Encodes lines of one scan (ITU-T T.87 Annex A): `JPEGLSScanDecoder` the other way round.
///
/// A line comes as samples and is left as a decoder will see it, so that the next lines are predicted from the same.
@safe struct JPEGLSScanEncoder<Reconstruction: JPEGLSReconstruction> {
    private let reconstruction: Reconstruction
    private let reset: Int
    private let errorBits: Int
    /// Zeros before an escape in regular mode.
    private let escape: Int
    private let gradients: UnsafePointer<Int8>
    private let contexts: JPEGLSContexts

    init(_ parameters: JPEGLSParameters, gradients: UnsafePointer<Int8>, contexts: JPEGLSContexts) {
        reconstruction = Reconstruction(parameters)
        reset = parameters.reset
        errorBits = parameters.errorBits
        escape = parameters.limit - parameters.errorBits - 1
        unsafe self.gradients = gradients
        self.contexts = contexts
        contexts.start(range: parameters.range)
    }

    /// Encodes a line of `components`, `stride` samples apart: one, or those of a sample-interleaved scan.
    ///
    /// In bounds: as in `JPEGLSScanDecoder.line`.
    func line(
        above: UnsafePointer<UInt16>, line: UnsafeMutablePointer<UInt16>, width: Int, stride: Int, components: Int,
        runIndex: inout Int, to writer: inout JPEGLSBitWriter
    ) {
        let end = components &* stride
        for start in Swift.stride(from: 0, to: end, by: stride) { unsafe line[start] = above[start &+ 1] }
        var x = 1
        while x <= width {
            let first = unsafe context(above, line, x)
            var isRun = first == 0
            for at in Swift.stride(from: x &+ stride, to: x &+ end, by: stride) {
                isRun = unsafe isRun && context(above, line, at) == 0
            }
            if !isRun {
                unsafe regular(first, above, line, x, &writer)
                for at in Swift.stride(from: x &+ stride, to: x &+ end, by: stride) {
                    unsafe regular(context(above, line, at), above, line, at, &writer)
                }
                x &+= 1
                continue
            }
            var length = 0
            while x &+ length <= width, unsafe continuesRun(line, x, length, stride, end) { length &+= 1 }
            let isWhole = x &+ length > width
            run(length, isWhole, &runIndex, &writer)
            x &+= length
            guard !isWhole else { break }
            for at in Swift.stride(from: x, to: x &+ end, by: stride) {
                unsafe interruption(above, line, at, isSingle: components == 1, runIndex, &writer)
            }
            runIndex = max(0, runIndex &- 1)
            x &+= 1
        }
    }

    @inline(__always)
    private func context(_ above: UnsafePointer<UInt16>, _ line: UnsafeMutablePointer<UInt16>, _ at: Int) -> Int {
        let (left, aboveLeft) = unsafe (Int(line[at &- 1]), Int(above[at &- 1]))
        let (aboveHere, aboveRight) = unsafe (Int(above[at]), Int(above[at &+ 1]))
        return unsafe Int(gradients[aboveRight &- aboveHere]) &* 81 &+ Int(gradients[aboveHere &- aboveLeft]) &* 9
            &+ Int(gradients[aboveLeft &- left])
    }

    /// Whether the samples `length` behind `x` repeat those before `x`; they become the same.
    @inline(__always)
    private func continuesRun(
        _ line: UnsafeMutablePointer<UInt16>, _ x: Int, _ length: Int, _ stride: Int, _ end: Int
    ) -> Bool {
        for at in Swift.stride(from: x, to: x &+ end, by: stride) {
            guard unsafe abs(Int(line[at &+ length]) &- Int(line[at &- 1])) <= reconstruction.near else { return false }
        }
        for at in Swift.stride(from: x, to: x &+ end, by: stride) { unsafe line[at &+ length] = line[at &- 1] }
        return true
    }

    /// §A.7.1.
    @inline(__always)
    private func run(_ length: Int, _ isWhole: Bool, _ runIndex: inout Int, _ writer: inout JPEGLSBitWriter) {
        var rest = length
        while rest >= 1 &<< jpegLSRunOrder(runIndex) {
            rest &-= 1 &<< jpegLSRunOrder(runIndex)
            writer.put(1, bits: 1)
            runIndex = min(31, runIndex &+ 1)
        }
        if !isWhole {
            writer.put(rest, bits: 1 &+ jpegLSRunOrder(runIndex))
        } else if rest > 0 {
            writer.put(1, bits: 1)
        }
    }

    /// A sample in regular mode (§A.4 … §A.6).
    @inline(__always)
    private func regular(
        _ context: Int, _ above: UnsafePointer<UInt16>, _ line: UnsafeMutablePointer<UInt16>, _ at: Int,
        _ writer: inout JPEGLSBitWriter
    ) {
        let (left, aboveHere, aboveLeft) = unsafe (Int(line[at &- 1]), Int(above[at]), Int(above[at &- 1]))
        let sign = context &>> 63
        let slot = unsafe contexts.regular.advanced(by: (context ^ sign) &- sign)
        let k = unsafe Int(slot.pointee.k)
        let edge = min(max(left &+ aboveHere &- aboveLeft, min(left, aboveHere)), max(left, aboveHere))
        let correction = unsafe (Int(slot.pointee.correction) ^ sign) &- sign
        let prediction = min(max(edge &+ correction, 0), reconstruction.maximum)
        let difference = unsafe Int(line[at]) &- prediction
        let error = reconstruction.error((difference ^ sign) &- sign)
        let folded = reconstruction.isLossless ? unsafe error ^ Int(slot.pointee.inversion) : error
        golomb((folded &<< 1) ^ (folded &>> 63), k, escape: escape, &writer)
        unsafe slot.pointee.update(
            error: error, step: reconstruction.step, reset: reset, isLossless: reconstruction.isLossless)
        let sample = reconstruction.sample(prediction, (error ^ sign) &- sign)
        unsafe line[at] = UInt16(truncatingIfNeeded: sample)
    }

    /// The sample that ends a run (§A.7.2).
    @inline(__always)
    private func interruption(
        _ above: UnsafePointer<UInt16>, _ line: UnsafeMutablePointer<UInt16>, _ at: Int, isSingle: Bool,
        _ runIndex: Int, _ writer: inout JPEGLSBitWriter
    ) {
        let (left, aboveHere, sample) = unsafe (Int(line[at &- 1]), Int(above[at]), Int(line[at]))
        let type = isSingle && abs(left &- aboveHere) <= reconstruction.near ? 1 : 0
        let prediction = type == 1 ? left : aboveHere
        let sign = type == 1 ? 0 : (aboveHere &- left) &>> 63
        let error = reconstruction.error(((sample &- prediction) ^ sign) &- sign)
        let slot = unsafe contexts.run.advanced(by: type)
        let k = unsafe slot.pointee.k
        let mapped = unsafe slot.pointee.mapped(error, k: k)
        golomb(mapped, k, escape: escape &- jpegLSRunOrder(runIndex) &- 1, &writer)
        unsafe slot.pointee.update(error: error, mapped: mapped, reset: reset)
        let decoded = reconstruction.sample(prediction, (error ^ sign) &- sign)
        unsafe line[at] = UInt16(truncatingIfNeeded: decoded)
    }

    /// Limited-length Golomb code (§A.5.3).
    @inline(__always)
    private func golomb(_ value: Int, _ k: Int, escape: Int, _ writer: inout JPEGLSBitWriter) {
        let isEscaped = value &>> k >= escape
        var zeros = isEscaped ? escape : value &>> k
        while zeros >= 15 {
            writer.put(0, bits: 15)
            zeros &-= 15
        }
        let tailBits = isEscaped ? errorBits : k
        let tail = isEscaped ? value &- 1 : value & ((1 &<< k) &- 1)
        writer.put(1 &<< tailBits | tail, bits: zeros &+ 1 &+ tailBits)
    }
}
