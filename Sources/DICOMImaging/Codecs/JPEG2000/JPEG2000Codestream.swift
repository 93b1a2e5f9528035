import ByteIO

/// JPEG 2000 (ISO/IEC 15444-1), also high-throughput (15444-15), of up to four components that are not subsampled.
///
/// A JP2 file where a codestream belongs is tolerated: its boxes are skipped (PS3.5 §A.4.4 allows none).
struct JPEG2000Codestream: Codestream {
    let header: CodestreamHeader
    private let data: Bytes
    /// Reversible high-throughput coding, the same in all components.
    private let isReversibleHighThroughput: Bool

    /// Most samples of a frame: the decoder needs some ten bytes for each.
    private static let maximumSamples = 1 << 27

    init(_ data: Bytes) throws(ImagingError) {
        let codestream = try JP2File.codestream(in: data)
        let read = try JPEG2000Header(codestream)
        let components = read.size.components
        guard components.allSatisfy({ $0.stepX == 1 && $0.stepY == 1 }) else {
            throw ImagingError(.unsupported, "JPEG 2000 with subsampled components is not supported")
        }
        let precision = components.map(\.precision).max() ?? 0
        guard precision <= 31 else {
            throw ImagingError(.unsupported, "JPEG 2000 with samples of \(precision) bits is not supported")
        }
        guard Set(components.map(\.isSigned)).count == 1 else {
            throw ImagingError(.unsupported, "JPEG 2000 with signed and unsigned components is not supported")
        }
        guard read.size.rows * read.size.columns * components.count <= Self.maximumSamples else {
            throw ImagingError(.tooLarge, "a JPEG 2000 frame of more than \(Self.maximumSamples) samples")
        }
        self.data = try read.checked(codestream)
        isReversibleHighThroughput =
            read.style.coding.isHighThroughput && read.style.coding.isReversible && read.style.exceptions.isEmpty
        header = CodestreamHeader(
            rows: read.size.rows, columns: read.size.columns, components: components.count, precision: precision,
            isSigned: components.contains(where: \.isSigned),
            colour: components.count >= 3 && (read.style.transforms || read.hasPart2Transform) ? .rgb : nil)
    }

    func samples() throws(ImagingError) -> Bytes {
        // OpenJPH takes less than half of OpenJPEG's time, but crashes on damaged headers: only where that does no
        // harm. What it does not like is OpenJPEG's to judge.
        if isReversibleHighThroughput, ForeignCodecs.sandbox != nil,
            let samples = try? ForeignFrame(library: .openJPH, header: header, data: data).decodeIsolated()
        {
            return samples
        }
        return try ForeignFrame(library: .openJPEG, header: header, data: data).decodeIsolated()
    }
}

/// The boxes of a JP2 file (ISO/IEC 15444-1 Annex I).
enum JP2File {
    private static let signature: [UInt8] = [0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A]
    private static let contiguousCodestream: [UInt8] = [0x6A, 0x70, 0x32, 0x63]

    /// The first codestream in `data`, where it is a JP2 file; else `data` itself.
    static func codestream(in data: Bytes) throws(ImagingError) -> Bytes {
        guard data[clamping: 0..<12].array == signature else { return data }
        var offset = 0
        while let head = data.slice(offset..<min(offset + 8, data.count)), head.count == 8 {
            var length = bigEndian32(head)
            var content = 8
            if length == 1, let long = data.slice((offset + 8)..<min(offset + 16, data.count)), long.count == 8 {
                // More than 4 GiB is more than there is.
                length = bigEndian32(long) == 0 ? bigEndian32(long[clamping: 4..<8]) : Int(UInt32.max)
                content = 16
            }
            let end = length == 0 ? data.count : min(offset + length, data.count)
            guard end >= offset + content else { break }
            if head[clamping: 4..<8].array == contiguousCodestream { return data[clamping: (offset + content)..<end] }
            offset = end
        }
        throw ImagingError(.corrupt, "the JP2 file has no codestream")
    }

    private static func bigEndian32(_ bytes: Bytes) -> Int {
        bytes[clamping: 0..<4].array.reduce(0) { $0 << 8 | Int($1) }
    }
}
