import ByteIO

extension StoredFrame {
    var isRGB: Bool {
        samplesPerPixel == 3 && [.rgb, .ybrReversible, .ybrIrreversible].contains(photometric)
    }

    /// The frame with each sample its value and words no wider than the wavelet coders want: 1 byte up to 8 bits,
    /// 2 up to 16, 4 up to 24. 16-bit words of 8 bits are common in files.
    func forWavelets() throws(ImagingError) -> StoredFrame {
        let frame = normalised()
        guard frame.bitsStored <= 24 else {
            throw ImagingError(.unsupported, "JPEG 2000 with samples of \(frame.bitsStored) bits is not supported")
        }
        let width = frame.bitsStored <= 8 ? 1 : frame.bitsStored <= 16 ? 2 : 4
        let from = frame.bytesPerSample
        guard from != width else { return frame }
        let narrowed = unsafe Bytes(count: frame.sampleCount * width) { target in
            unsafe frame.samples.withUnsafeBytes { source in
                // Little endian: the low bytes are the value.
                for index in 0..<frame.sampleCount {
                    for byte in 0..<width { unsafe target[index &* width &+ byte] = source[index &* from &+ byte] }
                }
            }
        }
        return try StoredFrame(
            rows: frame.rows, columns: frame.columns, samplesPerPixel: frame.samplesPerPixel, bytesPerSample: width,
            bitsStored: frame.bitsStored, isSigned: frame.isSigned, photometric: frame.photometric, samples: narrowed)
    }
}
