/// Decodes lines of one scan (ITU-T T.87 Annex A, Annex B). The owner of its memory is `JPEGLSScan`.
///
/// Lines are 16-bit samples with one more on either side: index 0 is the sample left of the line, `width` + 1 the one
/// right of it. Behind a line a block of `JPEGLSLines.slack` samples may be overwritten.
@safe struct JPEGLSScanDecoder<Reconstruction: JPEGLSReconstruction> {
    private let samples: JPEGLSSampleDecoder<Reconstruction>
    /// `JPEGLSParameters.gradients`, at the difference 0.
    private let gradients: UnsafePointer<Int8>
    private var position = JPEGLSBits.Position()

    /// Begins at the beginning of `bits`, with contexts that start anew (§A.2.1).
    init(
        _ parameters: JPEGLSParameters, bits: JPEGLSBits, gradients: UnsafePointer<Int8>, contexts: JPEGLSContexts
    ) {
        contexts.start(range: parameters.range)
        samples = JPEGLSSampleDecoder(parameters, bits: bits, contexts: contexts)
        unsafe self.gradients = gradients
    }

    var isExhausted: Bool { samples.bits.isExhausted(position) }

    /// Decodes a line of one component (§A.3 … §A.7).
    ///
    /// In bounds: `x` runs from 1 to `width`, both lines hold `width` + 2 samples, all of them at most MAXVAL, so that
    /// differences stay within the table of gradients.
    mutating func line(
        above: UnsafePointer<UInt16>, into line: UnsafeMutablePointer<UInt16>, width: Int, runIndex: inout Int
    ) throws(ImagingError) {
        let samples = samples
        let gradients = unsafe self.gradients
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
                left = try samples.regular(context, left: left, above: aboveHere, aboveLeft: aboveLeft, &position)
                unsafe line[x] = UInt16(truncatingIfNeeded: left)
                aboveLeft = aboveHere
                aboveHere = aboveRight
                gradientBefore = gradient
                x &+= 1
                continue
            }
            let length = try samples.run(atMost: width &- x &+ 1, &runIndex, &position)
            unsafe JPEGLSLines.fill(line + x, with: UInt16(truncatingIfNeeded: left), count: length)
            x &+= length
            guard x <= width else { break }
            aboveLeft = unsafe Int(above[x])
            left = try samples.afterRun(
                left: left, above: aboveLeft, isSingle: true, runIndex: runIndex, &position)
            unsafe line[x] = UInt16(truncatingIfNeeded: left)
            runIndex = max(0, runIndex &- 1)
            unsafe aboveHere = Int(above[x &+ 1])
            gradientBefore = unsafe Int(gradients[aboveHere &- aboveLeft])
            x &+= 1
        }
        self.position = position
    }

    /// Decodes a line of sample-interleaved components (§B.3), `stride` samples apart in both buffers.
    ///
    /// In bounds: as in `line`, for each of the components.
    mutating func interleavedLine(
        above: UnsafePointer<UInt16>, into line: UnsafeMutablePointer<UInt16>, width: Int, stride: Int,
        components: Int, runIndex: inout Int
    ) throws(ImagingError) {
        let samples = samples
        var position = self.position
        let end = components &* stride
        for start in Swift.stride(from: 0, to: end, by: stride) { unsafe line[start] = above[start &+ 1] }
        var x = 1
        while x <= width {
            var isRun = true
            for at in Swift.stride(from: x, to: x &+ end, by: stride) {
                isRun = unsafe isRun && context(above, line, at) == 0
            }
            if !isRun {
                for at in Swift.stride(from: x, to: x &+ end, by: stride) {
                    // Context 0 is one like the others where another component is not flat.
                    let sample = try unsafe samples.regular(
                        context(above, line, at), left: Int(line[at &- 1]), above: Int(above[at]),
                        aboveLeft: Int(above[at &- 1]), &position)
                    unsafe line[at] = UInt16(truncatingIfNeeded: sample)
                }
                x &+= 1
                continue
            }
            let length = try samples.run(atMost: width &- x &+ 1, &runIndex, &position)
            for at in Swift.stride(from: x, to: x &+ end, by: stride) {
                unsafe line.advanced(by: at).update(repeating: line[at &- 1], count: length)
            }
            x &+= length
            guard x <= width else { break }
            for at in Swift.stride(from: x, to: x &+ end, by: stride) {
                let sample = try unsafe samples.afterRun(
                    left: Int(line[at &- 1]), above: Int(above[at]), isSingle: false, runIndex: runIndex, &position)
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
}
