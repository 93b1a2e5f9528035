/// The byte planes of a frame one behind the other, of each sample the most significant first (PS3.5 §G.2).
@safe struct RLEPlanes {
    private let memory: UnsafeRawBufferPointer
    private let pixels: Int
    private let samples: Int
    private let width: Int

    /// - Parameters:
    ///   - memory: `samples` × `width` planes of `pixels` bytes.
    ///   - samples: samples a pixel.
    ///   - width: bytes a sample.
    init(_ memory: UnsafeRawBufferPointer, pixels: Int, samples: Int, width: Int) {
        unsafe self.memory = memory
        self.pixels = pixels
        self.samples = samples
        self.width = width
    }

    /// Writes samples side by side, little-endian. `target` is as long as all planes.
    func interleave(into target: UnsafeMutableRawBufferPointer) {
        guard let input = unsafe memory.baseAddress, let output = target.baseAddress,
            unsafe memory.count >= pixels * samples * width, target.count >= pixels * samples * width
        else { return }
        switch (samples, width) {
        case (1, 2): unsafe words(input, to: output)
        case (3, 1): unsafe triples(input, to: output)
        default:
            let step = samples * width
            for plane in 0..<step {
                let start = unsafe output + (plane / width * width + (width - 1 - plane % width))
                let bytes = unsafe (input + plane * pixels).assumingMemoryBound(to: UInt8.self)
                for index in 0..<pixels {
                    unsafe start.storeBytes(of: bytes[index], toByteOffset: index &* step, as: UInt8.self)
                }
            }
        }
    }

    /// One sample of 16 bits.
    @inline(__always)
    private func words(_ input: UnsafeRawPointer, to output: UnsafeMutableRawPointer) {
        let high = unsafe input.assumingMemoryBound(to: UInt8.self)
        let low = unsafe (input + pixels).assumingMemoryBound(to: UInt8.self)
        let words = unsafe output.assumingMemoryBound(to: UInt16.self)
        for index in 0..<pixels { unsafe words[index] = UInt16(high[index]) &<< 8 | UInt16(low[index]) }
    }

    /// Three samples of 8 bits.
    @inline(__always)
    private func triples(_ input: UnsafeRawPointer, to output: UnsafeMutableRawPointer) {
        let bytes = unsafe input.assumingMemoryBound(to: UInt8.self)
        let target = unsafe output.assumingMemoryBound(to: UInt8.self)
        for index in 0..<pixels {
            unsafe target[3 &* index] = bytes[index]
            unsafe target[3 &* index &+ 1] = bytes[pixels &+ index]
            unsafe target[3 &* index &+ 2] = bytes[2 &* pixels &+ index]
        }
    }
}
