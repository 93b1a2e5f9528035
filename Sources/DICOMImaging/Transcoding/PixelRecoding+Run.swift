import ByteIO
import DICOM

extension PixelRecoding {
    /// What is known of the frames recoded so far.
    struct Run {
        private let encoder: FrameEncoder
        /// For native frames of one bit a pixel, which follow one another without gaps (PS3.5 §8.2).
        private var bits: BitPacker?
        private var lengths: [Int] = []
        private var photometric: PhotometricInterpretation?
        private var checker: FrameDecoder?
        private var samplesBefore = 0
        /// Smallest and largest sample that a lossy target gives.
        private var extremes: ClosedRange<Int>?

        init(_ encoder: FrameEncoder, isOneBit: Bool) {
            self.encoder = encoder
            if isOneBit, encoder.coding == .native { bits = BitPacker() }
        }

        /// Encodes `frame`, decodes it again, and hands it to `store`.
        mutating func add(
            _ frame: StoredFrame, of recoding: PixelRecoding, to store: any FrameStore
        ) throws(ImagingError) {
            if photometric == nil { photometric = frame.photometric }
            guard photometric == frame.photometric else {
                throw ImagingError(.unsupported, "the frames differ in their Photometric Interpretation")
            }
            if bits != nil {
                bits?.append(frame.samples)
                try store.append(bits?.take() ?? Bytes())
                return
            }
            let bytes = try encoder.encode(frame, bitsAllocated: recoding.pixels.description.bitsAllocated)
            try check(bytes, frame, recoding)
            try store.append(bytes)
            samplesBefore += frame.samples.count
            lengths.append(bytes.count)
            // Fragments have an even length; native frames follow one another without padding (PS3.5 §A.4, §8.1).
            if encoder.transferSyntax.isEncapsulated, !bytes.count.isMultiple(of: 2) { try store.append(Bytes([0])) }
        }

        mutating func finish(to store: any FrameStore) throws(ImagingError) {
            if let rest = bits?.finish() { try store.append(rest) }
        }

        private mutating func check(
            _ bytes: Bytes, _ frame: StoredFrame, _ recoding: PixelRecoding
        ) throws(ImagingError) {
            // Native samples are the same bytes: nothing was coded.
            if encoder.coding == .native || encoder.coding == .encapsulated { return }
            let decoder: FrameDecoder
            if let checker { decoder = checker } else { decoder = try recoding.checker(frame.photometric) }
            checker = decoder
            let again = try decoder.decode(bytes)
            if encoder.isLossy {
                let found = again.extremes()
                extremes =
                    min(
                        found.lowerBound, extremes?.lowerBound ?? .max)...max(
                        found.upperBound, extremes?.upperBound ?? .min)
            } else if again.samples != frame.samples || again.photometric != frame.photometric {
                throw ImagingError(.corrupt, "\(encoder.transferSyntax.name): a frame came out changed")
            }
        }
    }

    /// Decodes what the encoder wrote.
    func checker(_ photometric: PhotometricInterpretation) throws(ImagingError) -> FrameDecoder {
        var dataSet = file.dataSet
        dataSet.set(.PhotometricInterpretation, .CS, encoder.coding.photometric(photometric).rawValue)
        if pixels.description.samplesPerPixel > 1 { dataSet.set(.PlanarConfiguration, .US, ints: [0]) }
        if keepsContainer {
            return try FrameDecoder(Self.wholeWords(dataSet, encoder.transferSyntax, false))
        }
        dataSet.set(.HighBit, .US, ints: [pixels.description.bitsStored - 1])
        return try FrameDecoder(
            PixelDescription(dataSet, transferSyntax: encoder.transferSyntax, isWordEncoded: false))
    }
}

// MARK: - The data set

extension PixelRecoding.Run {
    /// The data set with `pixelData` and what describes them.
    func described(
        _ recoding: PixelRecoding, pixelData: Bytes, _ overlays: EmbeddedOverlays
    ) throws(ImagingError) -> DataSet {
        let description = recoding.pixels.description
        var dataSet = recoding.file.dataSet
        let shown = encoder.coding.photometric(photometric ?? description.photometric)
        if shown != description.photometric, shown != .other {
            dataSet.set(.PhotometricInterpretation, .CS, shown.rawValue)
        }
        if description.samplesPerPixel > 1 { dataSet.set(.PlanarConfiguration, .US, ints: [0]) }
        if !recoding.keepsContainer {
            if description.highBit != description.bitsStored - 1 {
                dataSet.set(.HighBit, .US, ints: [description.bitsStored - 1])
            }
            overlays.move(in: &dataSet)
        }
        dataSet.remove(.ExtendedOffsetTable)
        dataSet.remove(.ExtendedOffsetTableLengths)
        let total = lengths.reduce(0, +)
        LossyHistory.describe(&dataSet, recoding, ratio: total > 0 ? Double(samplesBefore) / Double(total) : 1)
        if let extremes { LossyHistory.describe(&dataSet, extremes, isSigned: description.isSigned) }
        try setPixelData(&dataSet, pixelData, description)
        return dataSet
    }

    private func setPixelData(
        _ dataSet: inout DataSet, _ bytes: Bytes, _ description: PixelDescription
    ) throws(ImagingError) {
        guard encoder.transferSyntax.isEncapsulated else {
            // Bytes for 8 bits and less, words for more (PS3.5 §A.2).
            let raw = RawValue(bytes, byteOrder: encoder.transferSyntax.byteOrder)
            return dataSet.set(DataElement(.PixelData, description.bitsAllocated > 8 ? .OW : .OB, .raw(raw)))
        }
        var items: [RawValue] = []
        var offsets: [Int] = []
        var start = 0
        var offset = 0
        for length in lengths {
            let even = length + length % 2
            guard let item = bytes.slice(start..<(start + even)) else {
                throw ImagingError(.truncated, "recoded frames were lost")
            }
            items.append(RawValue(item))
            offsets.append(offset)
            start += even
            offset += 8 + even
        }
        // The Basic Offset Table has 32 bits for an offset; beyond that the Extended one takes its place
        // (PS3.5 §A.4, PS3.3 C.7.6.3.1.8).
        let isBasic = offsets.last ?? 0 <= Int(UInt32.max)
        if !isBasic {
            dataSet.set(.ExtendedOffsetTable, .OV, bytes: Self.littleEndian(offsets, width: 8))
            dataSet.set(.ExtendedOffsetTableLengths, .OV, bytes: Self.littleEndian(lengths, width: 8))
        }
        let table = isBasic ? Self.littleEndian(offsets, width: 4) : Bytes()
        dataSet.set(DataElement(.PixelData, .OB, .fragments(Fragments(offsetTable: RawValue(table), items: items))))
    }

    private static func littleEndian(_ numbers: [Int], width: Int) -> Bytes {
        Bytes(numbers.flatMap { number in (0..<width).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } })
    }
}
