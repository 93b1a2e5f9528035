import ByteIO
import DICOM

/// Pixel data carry more than pixels: padding, comments, further fragments, overlays in unused bits.
extension Transformation {
    mutating func pixelFate(of element: DataElement) throws(DeidentificationError) -> Fate {
        switch element.tag {
        case .PixelData:
            switch element.value {
            case .fragments(let fragments): return try encapsulated(element, fragments)
            case .raw(let raw): return try native(element, raw)
            case .sequence: return .remove
            }
        case .FloatPixelData, .DoubleFloatPixelData, .ExtendedOffsetTable, .ExtendedOffsetTableLengths: return .keep
        // (7FE0,0003): length of the encapsulated value; optional, and wrong once a fragment is shorter.
        default: return .remove
        }
    }

    // MARK: Native

    private mutating func native(_ element: DataElement, _ raw: RawValue) throws(DeidentificationError) -> Fate {
        var raw = raw
        var isChanged = false
        if let expected = expectedCount(), raw.count > expected, let cut = raw.prefix(expected) {
            raw = cut
            isChanged = true
        }
        if let mask = embeddedOverlayMask() {
            guard raw.count <= 256 << 20 else {
                review = review ?? "overlays in the unused bits of very large pixel data"
                return .keep
            }
            do {
                raw = RawValue(Self.masked(try file.bytes(of: raw), mask, raw.byteOrder), byteOrder: raw.byteOrder)
            } catch { throw DeidentificationError(.unreadable, offset: error.offset, error.reason) }
            isChanged = true
        }
        guard isChanged else { return .keep }
        summary.counts.replaced += 1
        var changed = element
        changed.value = .raw(raw)
        return .replace(changed)
    }

    /// Bytes of native pixel data (PS3.5 §8.1.1), even; `nil` where the header does not say.
    private func expectedCount() -> Int? {
        let root = file.dataSet
        guard let rows = root.int(.Rows), let columns = root.int(.Columns), let allocated = root.int(.BitsAllocated),
            rows > 0, columns > 0, allocated > 0
        else { return nil }
        let samples = root.int(.SamplesPerPixel) ?? 1
        let frames = max(1, root.int(.NumberOfFrames) ?? 1)
        let photometric = root.string(.PhotometricInterpretation) ?? ""
        // Subsampled chroma: two samples a pixel (PS3.3 §C.7.6.3.1.2).
        let perPixel = samples == 3 && photometric.hasSuffix("_422") ? 2 : samples
        var bits = 1
        for factor in [rows, columns, frames, perPixel, allocated] {
            let (product, overflow) = bits.multipliedReportingOverflow(by: factor)
            guard !overflow, factor > 0 else { return nil }
            bits = product
        }
        let bytes = bits / 8 + (bits % 8 == 0 ? 0 : 1)
        return bytes + bytes % 2
    }

    /// The bits that samples use, where the header says that an overlay lies in others (retired, PS3.3 §C.9.2).
    private func embeddedOverlayMask() -> (mask: UInt16, sign: UInt16)? {
        let root = file.dataSet
        guard root.int(.BitsAllocated) == 16, hasEmbeddedOverlay(root), let stored = root.int(.BitsStored),
            (1...15).contains(stored), let high = root.int(.HighBit), (stored - 1...15).contains(high)
        else { return nil }
        let mask = UInt16(truncatingIfNeeded: ((1 << stored) - 1) << (high - stored + 1))
        let isSigned = root.int(.PixelRepresentation) == 1
        return (mask, isSigned && high < 15 ? 1 << UInt16(high) : 0)
    }

    private func hasEmbeddedOverlay(_ root: DataSet) -> Bool {
        root.elements.contains { element in
            guard element.tag.group & 0xFF01 == 0x6000 else { return false }
            let value = element.ints.first ?? 0
            return (element.tag.element == 0x0100 && value > 1) || (element.tag.element == 0x0102 && value > 0)
        }
    }

    private static func masked(_ bytes: Bytes, _ bits: (mask: UInt16, sign: UInt16), _ order: TransferSyntax.ByteOrder)
        -> Bytes
    {
        unsafe Bytes(count: bytes.count) { target in
            unsafe bytes.withUnsafeBytes { source in
                for offset in stride(from: 0, to: source.count - 1, by: 2) {
                    let word = unsafe source.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
                    var sample = order == .bigEndian ? UInt16(bigEndian: word) : UInt16(littleEndian: word)
                    // What lies above the sign bit of a signed sample is its sign (PS3.5 §8.1.1).
                    let isNegative = sample & bits.sign != 0
                    sample &= bits.mask
                    if isNegative { sample |= ~(bits.sign &- 1 | bits.sign) }
                    let out = order == .bigEndian ? sample.bigEndian : sample.littleEndian
                    unsafe target.storeBytes(of: out, toByteOffset: offset, as: UInt16.self)
                }
            }
        }
    }

    // MARK: Encapsulated

    private mutating func encapsulated(
        _ element: DataElement, _ fragments: Fragments
    ) throws(DeidentificationError) -> Fate {
        if hasEmbeddedOverlay(file.dataSet) {
            review = review ?? "an overlay may lie in the unused bits of compressed pixels"
        }
        let frames = max(1, file.dataSet.int(.NumberOfFrames) ?? 1)
        var cleaned = fragments
        var isResized = false
        var isChanged = false
        if file.transferSyntax.uid == UID.RLELossless {
            // Each frame is one fragment (PS3.5 §A.4.2): what follows the last is no frame.
            if cleaned.items.count > frames {
                cleaned.items.removeSubrange(frames...)
                isChanged = true
            }
        } else if CodeStream.isKnown(file.transferSyntax.uid) {
            isResized = try cleanCodeStreams(&cleaned, frames: frames)
        } else {
            review = review ?? "compressed pixels of a kind that cannot be looked into"
        }
        if let table = cleaned.offsetTable, table.count > 0, isResized || table.count != 4 * frames {
            cleaned.offsetTable = RawValue(Bytes())
            isChanged = true
        }
        guard isChanged || isResized || cleaned.items.count != fragments.items.count else { return .keep }
        movedFragments = true
        summary.counts.replaced += 1
        var changed = element
        changed.value = .fragments(cleaned)
        return .replace(changed)
    }

    /// Takes comments and application segments out of each frame, and what follows its end. Whether a length changed.
    private mutating func cleanCodeStreams(
        _ fragments: inout Fragments, frames: Int
    ) throws(DeidentificationError) -> Bool {
        var isResized = false
        var starts: [Int] = []
        for index in fragments.items.indices where CodeStream.begins(try head(of: fragments.items[index], 2)) {
            starts.append(index)
        }
        guard starts.first == 0, starts.count >= frames else {
            review = review ?? "fragments that do not fit the number of frames"
            return false
        }
        if starts.count > frames {
            fragments.items.removeSubrange(starts[frames]...)
            starts.removeSubrange(frames...)
        }
        for (number, first) in starts.enumerated() {
            let last = (number + 1 < starts.count ? starts[number + 1] : fragments.items.count) - 1
            if let cut = try cutTail(fragments.items[last]) {
                fragments.items[last] = cut
                isResized = true
            }
            switch CodeStream.judge(try head(of: fragments.items[first], 1 << 20), scrubber: scrubber) {
            case .clean: break
            case .dirty(let segments):
                let bytes = try head(of: fragments.items[first], fragments.items[first].count)
                fragments.items[first] = RawValue(CodeStream.remove(segments, from: bytes))
                isResized = true
            case .unreadable: review = review ?? "a compressed frame whose header cannot be read"
            }
        }
        return isResized
    }

    private func head(of raw: RawValue, _ count: Int) throws(DeidentificationError) -> Bytes {
        guard let part = raw.prefix(min(count, raw.count)) else { return Bytes() }
        do { return try file.bytes(of: part) } catch {
            throw DeidentificationError(.unreadable, offset: error.offset, error.reason)
        }
    }

    /// The fragment without what follows the end-of-image marker; `nil` where nothing but padding does.
    private func cutTail(_ raw: RawValue) throws(DeidentificationError) -> RawValue? {
        // Of a fragment that was left in the source only the end is read.
        let tail = raw.bytes == nil ? min(raw.count, 64 << 10) : raw.count
        let bytes = try end(of: raw, tail)
        var end = bytes.count
        while end > 0, bytes[end - 1] == 0, bytes.count - end < 64 { end -= 1 }
        if end >= 2, bytes[end - 2] == 0xFF, bytes[end - 1] == 0xD9 { return nil }
        // Frames of some makers lack the marker: then there is nothing behind it either.
        guard let marker = CodeStream.lastEnd(in: bytes) else { return nil }
        let count = raw.count - tail + marker
        return count + count % 2 < raw.count ? raw.prefix(count + count % 2) : nil
    }

    private func end(of raw: RawValue, _ count: Int) throws(DeidentificationError) -> Bytes {
        if let bytes = raw.bytes { return bytes[clamping: (bytes.count - count)..<bytes.count] }
        guard let origin = raw.origin else { return Bytes() }
        do { return try file.contents.read((origin.upperBound - count)..<origin.upperBound) } catch {
            throw DeidentificationError(.unreadable, offset: origin.lowerBound, "\(error.code)")
        }
    }
}
