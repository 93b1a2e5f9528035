import ByteIO

extension FrameDecoder {
    /// Native samples (PS3.5 §8.1) as `StoredFrame` wants them.
    func native(_ data: Bytes, leadingBits: Int) throws(ImagingError) -> Bytes {
        var data = description.swapsWords ? data.swapped(width: 2) : data
        if description.bitsAllocated == 1 {
            return try unpackBits(data, leadingBits: leadingBits, count: description.rows * description.columns)
        }
        if description.isPacked {
            let samples = try unpack(data, leadingBits: leadingBits)
            return description.isPlanar ? colourByPixel(samples) : samples
        }
        let whole = description.decodedFrameBytes
        var needed = whole
        if description.isSubsampled, data.count - leadingBits / 8 < whole {
            needed = description.rows * description.columns * 2
        }
        guard leadingBits >= 0, let frame = data.slice(from: leadingBits / 8, count: needed) else {
            throw ImagingError(.truncated, "the frame has \(data.count) bytes; it needs \(needed)")
        }
        data = frame
        if needed < whole { return upsampled(data) }
        if description.isBigEndian, description.bytesPerSample > 1 {
            data = data.swapped(width: description.bytesPerSample)
        }
        return description.isPlanar ? colourByPixel(data) : data
    }

    /// One byte, 0 or 1, for each bit, least significant first (PS3.5 §8.1.1).
    private func unpackBits(_ data: Bytes, leadingBits: Int, count: Int) throws(ImagingError) -> Bytes {
        guard leadingBits >= 0, leadingBits < 16, (leadingBits + count + 7) / 8 <= data.count else {
            throw ImagingError(.truncated, "the frame has \(data.count) bytes; its \(count) bits need more")
        }
        return unsafe Bytes(count: count) { target in
            unsafe data.withUnsafeBytes { source in
                for index in 0..<count {
                    let bit = leadingBits &+ index
                    unsafe target[index] = (source[bit >> 3] >> UInt8(truncatingIfNeeded: bit & 7)) & 1
                }
            }
        }
    }

    /// Samples of any width, one behind the other without gaps, the least significant bit first (PS3.5 §8.1.1): 12 bits
    /// of old scanners, 24 of others.
    private func unpack(_ data: Bytes, leadingBits: Int) throws(ImagingError) -> Bytes {
        let width = description.bitsAllocated
        let bytes = description.bytesPerSample
        let count = description.rows * description.columns * description.samplesPerPixel
        guard leadingBits >= 0, leadingBits < 16, (leadingBits + count * width + 7) / 8 <= data.count else {
            throw ImagingError(.truncated, "the frame has \(data.count) bytes; its samples need more")
        }
        let mask = UInt64.max >> UInt64(64 - width)
        return unsafe Bytes(count: count * bytes) { target in
            unsafe data.withUnsafeBytes { source in
                for index in 0..<count {
                    // Up to nine bytes; the check above covers the last bit of the last sample.
                    let first = leadingBits &+ index &* width
                    let last = (first &+ width &- 1) >> 3
                    let shift = UInt64(truncatingIfNeeded: first & 7)
                    var value: UInt64 = 0
                    for (place, byte) in (first >> 3...last).enumerated() {
                        let bits = unsafe UInt64(source[byte])
                        value |= place == 0 ? bits &>> shift : bits << (UInt64(place) * 8 - shift)
                    }
                    value &= mask
                    for byte in 0..<bytes {
                        unsafe target[index &* bytes &+ byte] = UInt8(truncatingIfNeeded: value >> UInt64(8 * byte))
                    }
                }
            }
        }
    }

    /// Y₁ Y₂ C_B C_R for two pixels each, to three samples a pixel.
    private func upsampled(_ data: Bytes) -> Bytes {
        unsafe Bytes(count: data.count / 4 * 6) { target in
            unsafe data.withUnsafeBytes { source in
                var output = 0
                for input in stride(from: 0, to: source.count / 4 * 4, by: 4) {
                    unsafe target[output] = source[input]
                    unsafe target[output + 1] = source[input + 2]
                    unsafe target[output + 2] = source[input + 3]
                    unsafe target[output + 3] = source[input + 1]
                    unsafe target[output + 4] = source[input + 2]
                    unsafe target[output + 5] = source[input + 3]
                    output += 6
                }
            }
        }
    }

    /// Planar Configuration 1 to 0.
    private func colourByPixel(_ data: Bytes) -> Bytes {
        let pixels = description.rows * description.columns
        let samples = description.samplesPerPixel
        let width = description.bytesPerSample
        return unsafe Bytes(count: data.count) { target in
            unsafe data.withUnsafeBytes { source in
                for sample in 0..<samples {
                    for pixel in 0..<pixels {
                        let from = (sample &* pixels &+ pixel) &* width
                        let to = (pixel &* samples &+ sample) &* width
                        for byte in 0..<width { unsafe target[to &+ byte] = source[from &+ byte] }
                    }
                }
            }
        }
    }
}

extension Bytes {
    /// The bytes of each whole group of `width` in reverse order; what is left over at the end stays.
    func swapped(width: Int) -> Bytes {
        unsafe Bytes(count: count) { target in
            unsafe self.withUnsafeBytes { source in
                let whole = source.count / width * width
                for start in stride(from: 0, to: whole, by: width) {
                    for byte in 0..<width { unsafe target[start &+ byte] = source[start &+ width &- 1 &- byte] }
                }
                for index in whole..<source.count { unsafe target[index] = source[index] }
            }
        }
    }

    /// `count` bytes from `start`; `nil` where they are not all there.
    fileprivate func slice(from start: Int, count: Int) -> Bytes? {
        guard count <= self.count, start <= self.count - count else { return nil }
        return slice(start..<(start + count))
    }
}
