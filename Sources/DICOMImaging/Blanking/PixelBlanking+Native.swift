import ByteIO
import DICOM

extension PixelBlanking {
    /// Native pixel data with the regions black, every other bit as it was.
    func native(_ file: DICOMFile, _ regions: [PixelRegion]) throws(ImagingError) -> DICOMFile {
        let pixels = try PixelData(file)
        let description = pixels.description
        guard pixels.frameCount == description.numberOfFrames else {
            throw ImagingError(
                .truncated, "the pixel data hold \(pixels.frameCount) of \(description.numberOfFrames) frames")
        }
        guard let element = file.dataSet[description.pixelDataTag], case .raw(let raw) = element.value,
            case .native(_, let frameBits, _) = pixels.index.layout
        else { throw ImagingError(.corrupt, "Pixel Data are no bytes") }
        let source: Bytes
        do { source = try file.bytes(of: raw) } catch {
            throw ImagingError(.truncated, at: error.offset, "the pixel data cannot be read")
        }
        let levels = try levels(file, pixels)
        let bytes = unsafe Bytes(count: source.count) { target in
            unsafe source.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
            let canvas = unsafe NativeCanvas(description, frameBits: frameBits, bytes: target)
            for (number, words) in levels.enumerated() {
                for region in regions { canvas.fill(region, frame: number, words) }
            }
        }
        var out = file
        var changed = element
        changed.value = .raw(RawValue(bytes, byteOrder: raw.byteOrder))
        out.dataSet.set(changed)
        return out
    }

    /// For each frame what is written for each sample of a black pixel, as the bits of a word.
    private func levels(_ file: DICOMFile, _ pixels: PixelData) throws(ImagingError) -> [[UInt64]] {
        let description = pixels.description
        let black = BlackLevel(file)
        let shift = UInt64(description.isFloat ? 0 : description.highBit + 1 - description.bitsStored)
        func words(_ frame: StoredFrame?) -> [UInt64] {
            black.values(description, description.photometric, in: frame).map {
                UInt64(bitPattern: Int64($0)) << shift
            }
        }
        guard description.isFloat || black.dependsOnFrame(description) else {
            return [[UInt64]](repeating: words(nil), count: pixels.frameCount)
        }
        var levels: [[UInt64]] = []
        for number in 1...pixels.frameCount {
            let frame = try pixels.frame(number)
            guard description.isFloat else {
                levels.append(words(frame))
                continue
            }
            let number = frame.smallestNumber()
            levels.append([frame.bytesPerSample == 8 ? number.bitPattern : UInt64(Float(number).bitPattern)])
        }
        return levels
    }
}

/// Writes samples where native pixel data have them (PS3.5 §8.1, Annex A).
@safe private struct NativeCanvas {
    private let description: PixelDescription
    private let frameBits: Int
    private let bytes: UnsafeMutableRawBufferPointer

    init(_ description: PixelDescription, frameBits: Int, bytes: UnsafeMutableRawBufferPointer) {
        self.description = description
        self.frameBits = frameBits
        unsafe self.bytes = bytes
    }

    /// Chrominance is there once for two pixels.
    private var isSubsampled: Bool {
        description.isSubsampled && frameBits == description.nativeFrameBits(isSubsampled: true)
    }

    /// - Parameters:
    ///   - region: within the image.
    ///   - frame: from 0.
    ///   - words: the bits of a word for each sample.
    func fill(_ region: PixelRegion, frame: Int, _ words: [UInt64]) {
        let start = frame * frameBits
        if isSubsampled { return fillPairs(region, start / 8, words) }
        let (rows, columns) = (description.rows, description.columns)
        let samples = words.count
        for row in region.rows {
            for column in region.columns {
                let pixel = row * columns + column
                for sample in 0..<samples {
                    let index = description.isPlanar ? sample * rows * columns + pixel : pixel * samples + sample
                    set(words[sample], at: start + index * description.bitsAllocated)
                }
            }
        }
    }

    /// Y₁ Y₂ C_B C_R for two pixels: where the region begins or ends within a pair, its neighbour goes, too.
    private func fillPairs(_ region: PixelRegion, _ start: Int, _ words: [UInt64]) {
        let luminance = UInt8(truncatingIfNeeded: words[0])
        let chrominance = UInt8(truncatingIfNeeded: words[1])
        for row in region.rows {
            for pair in (region.x / 2)...((region.x + region.width - 1) / 2) {
                let position = start + (row * description.columns + pair * 2) * 2
                for (offset, byte) in [luminance, luminance, chrominance, chrominance].enumerated() {
                    store(byte, at: position + offset)
                }
            }
        }
    }

    /// Writes Bits Allocated bits at an offset in bits.
    private func set(_ word: UInt64, at bit: Int) {
        let width = description.bitsAllocated
        guard width.isMultiple(of: 8), bit.isMultiple(of: 8) else {
            for offset in 0..<width { setBit(word >> UInt64(offset) & 1 == 1, at: bit + offset) }
            return
        }
        let count = width / 8
        let isReversed = description.isBigEndian && !description.isPacked && count > 1
        for offset in 0..<count {
            let byte = UInt8(truncatingIfNeeded: word >> UInt64(8 * (isReversed ? count - 1 - offset : offset)))
            store(byte, at: bit / 8 + offset)
        }
    }

    /// Where bytes were turned round in words of 16 bits, a byte lies in its neighbour's place.
    private func place(_ position: Int) -> Int { description.swapsWords ? position ^ 1 : position }

    private func store(_ byte: UInt8, at position: Int) {
        let place = place(position)
        if unsafe place < bytes.count { unsafe bytes[place] = byte }
    }

    private func setBit(_ isSet: Bool, at bit: Int) {
        let place = place(bit >> 3)
        guard unsafe place < bytes.count else { return }
        let mask = UInt8(1) << UInt8(bit & 7)
        unsafe bytes[place] = isSet ? bytes[place] | mask : bytes[place] & ~mask
    }
}
