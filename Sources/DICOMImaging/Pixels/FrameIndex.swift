public import ByteIO

/// Where each frame's bytes lie, so that one frame can be had with one read (or few).
///
/// Offsets refer to the file's contents (`DICOMFile.contents`), or to whatever the index was moved to with
/// `mapped(through:)`. Frames are numbered from 1, as everywhere in DICOM.
public struct FrameIndex: Sendable, Hashable {
    /// One frame's bytes.
    public struct Location: Sendable, Hashable {
        /// The byte ranges to be put together, in order.
        public let ranges: [Range<Int>]
        /// Bits before the frame in the first byte (or word): frames of 1-bit data are not aligned.
        public let leadingBits: Int

        /// Bytes in all ranges.
        public var count: Int { ranges.reduce(0) { $0 + $1.count } }
    }

    enum Layout: Hashable, Sendable {
        /// Frames of `frameBits` one after the other in `value`; word: ranges begin and end at even offsets of it.
        case native(value: Range<Int>, frameBits: Int, isWordAligned: Bool)
        /// All fragments of frame n are `fragments[first[n - 1]..<first[n]]`.
        case encapsulated(fragments: [Range<Int>], first: [Int])
    }

    let layout: Layout
    /// Frames that the pixel data hold whole; at most Number of Frames.
    public let frameCount: Int

    /// Where frame `number` (from 1) lies.
    /// - Throws: `ImagingError.noSuchFrame`.
    public func location(ofFrame number: Int) throws(ImagingError) -> Location {
        guard number >= 1, number <= frameCount else {
            throw ImagingError(.noSuchFrame, "there is no frame \(number): the pixel data hold \(frameCount)")
        }
        switch layout {
        case .native(let value, let frameBits, let isWordAligned):
            let firstBit = (number - 1) * frameBits
            var start = firstBit / 8
            var end = (firstBit + frameBits + 7) / 8
            if isWordAligned {
                start &= ~1
                end = min(value.count, (end + 1) & ~1)
            }
            let range = (value.lowerBound + start)..<(value.lowerBound + end)
            return Location(ranges: [range], leadingBits: firstBit - start * 8)
        case .encapsulated(let fragments, let first):
            return Location(ranges: Array(fragments[first[number - 1]..<first[number]]), leadingBits: 0)
        }
    }

    /// The bytes of frame `number` (from 1), read from `source`.
    public func read(frame number: Int, from source: any ByteSource) throws(ImagingError) -> Bytes {
        try read(location(ofFrame: number), from: source)
    }

    private func read(_ location: Location, from source: any ByteSource) throws(ImagingError) -> Bytes {
        do {
            if let only = location.ranges.first, location.ranges.count == 1 { return try source.read(only) }
            return try location.ranges.map { Piece.source($0) }.materialize(from: source)
        } catch {
            throw ImagingError(.truncated, at: location.ranges.first?.lowerBound, "the frame \(error)")
        }
    }

    /// The index of the file that `pieces` make of this one's, as `DICOMFile.encode()` returns them;
    /// `nil` where the pixel data were changed or compressed, so that the new file has to be read.
    public func mapped(through pieces: [Piece]) -> FrameIndex? {
        let span: Range<Int>
        switch layout {
        case .native(let value, _, _): span = value
        case .encapsulated(let fragments, _):
            guard let first = fragments.first, let last = fragments.last, first.lowerBound <= last.upperBound
            else { return nil }
            span = first.lowerBound..<last.upperBound
        }
        var offset = 0
        for piece in pieces {
            if case .source(let range) = piece, range.lowerBound <= span.lowerBound,
                range.upperBound >= span.upperBound
            {
                return moved(by: offset - range.lowerBound)
            }
            offset += piece.count
        }
        return nil
    }

    /// The same frames `distance` bytes further on.
    public func moved(by distance: Int) -> FrameIndex {
        func moved(_ range: Range<Int>) -> Range<Int> {
            (range.lowerBound + distance)..<(range.upperBound + distance)
        }
        switch layout {
        case .native(let value, let frameBits, let isWordAligned):
            return FrameIndex(
                layout: .native(value: moved(value), frameBits: frameBits, isWordAligned: isWordAligned),
                frameCount: frameCount)
        case .encapsulated(let fragments, let first):
            return FrameIndex(
                layout: .encapsulated(fragments: fragments.map(moved), first: first), frameCount: frameCount)
        }
    }
}
