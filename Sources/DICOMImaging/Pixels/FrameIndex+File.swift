import ByteIO
public import DICOM

extension FrameIndex {
    /// The frames of `file`'s Pixel Data.
    /// - Throws: `ImagingError` where there is no Pixel Data, it was not read from a file, or it fits no layout.
    public init(_ file: DICOMFile, _ description: PixelDescription) throws(ImagingError) {
        guard let element = file.dataSet[description.pixelDataTag] else {
            throw ImagingError(.notAnImage, "the data set has no Pixel Data")
        }
        switch element.value {
        case .raw(let raw):
            guard let range = raw.origin else {
                throw ImagingError(.invalidRequest, "the Pixel Data were not read from a file")
            }
            try self.init(native: range, description)
        case .fragments(let fragments):
            let ranges = fragments.items.compactMap(\.origin)
            guard ranges.count == fragments.items.count else {
                throw ImagingError(.invalidRequest, "the Pixel Data were not read from a file")
            }
            let encapsulated = Encapsulated(
                fragments: ranges, offsets: try Self.offsets(file, fragments),
                beginsFrame: { number in
                    Self.beginsCodestream(file, fragments.items[number])
                })
            try self.init(encapsulated, description)
        case .sequence:
            throw ImagingError(.corrupt, "Pixel Data are a sequence")
        }
    }

    /// Native pixel data at `value` (PS3.5 §8.1, A.1–A.3).
    init(native value: Range<Int>, _ description: PixelDescription) throws(ImagingError) {
        guard !description.isEncapsulated else {
            throw ImagingError(.corrupt, "the transfer syntax demands fragments, and Pixel Data have none")
        }
        var bits = description.nativeFrameBits(isSubsampled: description.isSubsampled)
        let whole = description.nativeFrameBits(isSubsampled: false)
        // Some writers say YBR_FULL_422 and write all samples: then there is room for them.
        if bits < whole, whole / 8 * description.numberOfFrames <= value.count { bits = whole }
        let available = value.count > Int.max / 8 ? Int.max : value.count * 8
        self.init(
            layout: .native(value: value, frameBits: bits, isWordAligned: description.swapsWords),
            frameCount: min(description.numberOfFrames, available / bits))
        guard frameCount > 0 else {
            throw ImagingError(
                .truncated, at: value.lowerBound,
                "Pixel Data hold \(value.count) bytes; a frame needs \((bits + 7) / 8)")
        }
    }

    /// The Extended Offset Table (PS3.3 C.7.6.3.1.8), else the Basic one (PS3.5 §A.4); empty where there is none.
    private static func offsets(_ file: DICOMFile, _ fragments: Fragments) throws(ImagingError) -> [Int] {
        func numbers(_ raw: RawValue?, width: Int) throws(ImagingError) -> [Int] {
            guard let raw, raw.count > 0 else { return [] }
            guard raw.count <= 1 << 26, let bytes = try? file.bytes(of: raw) else {
                throw ImagingError(.truncated, "the offset table cannot be read")
            }
            return stride(from: 0, to: bytes.count / width * width, by: width).map { start in
                let low = UInt64(bytes.littleEndian32(at: start))
                let high = width == 8 ? UInt64(bytes.littleEndian32(at: start + 4)) : 0
                return Int(exactly: high << 32 | low) ?? -1
            }
        }
        if case .raw(let raw) = file.dataSet[.ExtendedOffsetTable]?.value, raw.count > 0 {
            return try numbers(raw, width: 8)
        }
        return try numbers(fragments.offsetTable, width: 4)
    }

    /// Whether a fragment begins with JPEG's SOI, JPEG 2000's SOC or the signature box of JP2 and JPEG XL.
    private static func beginsCodestream(_ file: DICOMFile, _ item: RawValue) -> Bool {
        guard item.count >= 4, let origin = item.origin else { return false }
        let start = origin.lowerBound..<(origin.lowerBound + 4)
        guard let head = item.bytes?.slice(0..<4) ?? (try? file.contents.read(start)) else { return false }
        switch (head[0], head[1], head[2]) {
        case (0xFF, 0xD8, 0xFF), (0xFF, 0x4F, 0xFF), (0xFF, 0x0A, _), (0, 0, 0): return true
        default: return false
        }
    }
}

/// Fragments and what is known about how they make frames.
struct Encapsulated {
    let fragments: [Range<Int>]
    /// Of each frame's first item, from the first byte of the first fragment's item; empty when not given.
    let offsets: [Int]
    /// Whether the bytes of a fragment look like the beginning of a codestream.
    let beginsFrame: (Int) -> Bool
}

extension FrameIndex {
    /// Encapsulated pixel data (PS3.5 §A.4).
    init(_ encapsulated: Encapsulated, _ description: PixelDescription) throws(ImagingError) {
        let fragments = encapsulated.fragments
        guard !fragments.isEmpty else { throw ImagingError(.truncated, "Pixel Data have no fragments") }
        // A video is one stream, however it was cut (PS3.5 §8.2.5): its fragments are no frames.
        let isVideo = VideoFormat(transferSyntax: description.transferSyntax) != nil
        let first = Self.firstFragments(encapsulated, frames: isVideo ? 1 : description.numberOfFrames)
        self.init(layout: .encapsulated(fragments: fragments, first: first), frameCount: first.count - 1)
    }

    /// For each frame the number of its first fragment, and behind them the number of fragments.
    private static func firstFragments(_ encapsulated: Encapsulated, frames: Int) -> [Int] {
        let count = encapsulated.fragments.count
        if frames == 1 { return [0, count] }
        if let first = firstFragments(encapsulated, offsets: encapsulated.offsets), first.count - 1 >= frames {
            return Array(first.prefix(frames)) + [first[frames]]
        }
        if count > frames {
            let starts = (0..<count).filter { $0 == 0 || encapsulated.beginsFrame($0) }
            if starts.count >= frames {
                return Array(starts.prefix(frames)) + [starts.count > frames ? starts[frames] : count]
            }
        }
        // One fragment a frame, as far as they go.
        return Array(0...min(frames, count))
    }

    /// `nil` where an offset does not point at an item, or offsets do not ascend.
    private static func firstFragments(_ encapsulated: Encapsulated, offsets: [Int]) -> [Int]? {
        guard !offsets.isEmpty, let base = encapsulated.fragments.first?.lowerBound else { return nil }
        var first: [Int] = []
        var fragment = 0
        for offset in offsets {
            while fragment < encapsulated.fragments.count,
                encapsulated.fragments[fragment].lowerBound - base < offset
            { fragment += 1 }
            guard fragment < encapsulated.fragments.count,
                encapsulated.fragments[fragment].lowerBound - base == offset, first.last != fragment
            else { return nil }
            first.append(fragment)
        }
        return first + [encapsulated.fragments.count]
    }
}
