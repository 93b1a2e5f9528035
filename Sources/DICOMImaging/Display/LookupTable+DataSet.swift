import ByteIO
import DICOM

extension LookupTable {
    /// The table in an item of the Modality or VOI LUT Sequence; `nil` where it is none.
    init?(_ item: DataSet, isSigned: Bool, _ resolve: (RawValue) -> Bytes?) {
        guard let descriptor = Descriptor(item, .LUTDescriptor, isSigned: isSigned),
            let entries = item.tableEntries(.LUTData, descriptor, resolve),
            let table = try? LookupTable(
                firstMapped: descriptor.firstMapped, bits: descriptor.bits, entries: entries)
        else { return nil }
        self = table
    }

    /// Number of entries, first input, bits an entry.
    struct Descriptor {
        let count: Int
        let firstMapped: Int
        let bits: Int

        /// Read from its words, since the VR that an implicit syntax leaves out depends on the pixels' signedness.
        init?(_ dataSet: DataSet, _ tag: Tag, isSigned: Bool) {
            guard case .raw(let raw) = dataSet[tag]?.value, let bytes = raw.bytes, bytes.count >= 6 else { return nil }
            let words = bytes.words(raw.byteOrder)
            count = words[0] == 0 ? 65536 : Int(words[0])
            firstMapped = isSigned ? Int(Int16(bitPattern: words[1])) : Int(words[1])
            bits = Int(words[2])
        }
    }
}

extension Palette {
    /// The Palette Color Lookup Table Module of `dataSet` (PS3.3 C.7.9); `nil` where it is incomplete.
    /// - Parameter isSigned: the stored values are, and with them the first value mapped (C.7.6.3.1.5).
    init?(_ dataSet: DataSet, isSigned: Bool, _ resolve: (RawValue) -> Bytes?) {
        func table(_ descriptor: Tag, _ data: Tag, _ segmented: Tag) -> LookupTable? {
            guard let descriptor = LookupTable.Descriptor(dataSet, descriptor, isSigned: isSigned) else { return nil }
            let entries =
                dataSet.tableEntries(data, descriptor, resolve)
                ?? dataSet.segmentedEntries(segmented, descriptor, resolve)
            guard let entries else { return nil }
            return try? LookupTable(
                firstMapped: descriptor.firstMapped, bits: descriptor.bits, entries: entries)
        }
        guard
            let red = table(
                .RedPaletteColorLookupTableDescriptor, .RedPaletteColorLookupTableData,
                .SegmentedRedPaletteColorLookupTableData),
            let green = table(
                .GreenPaletteColorLookupTableDescriptor, .GreenPaletteColorLookupTableData,
                .SegmentedGreenPaletteColorLookupTableData),
            let blue = table(
                .BluePaletteColorLookupTableDescriptor, .BluePaletteColorLookupTableData,
                .SegmentedBluePaletteColorLookupTableData)
        else { return nil }
        self.init(red: red, green: green, blue: blue)
    }
}

extension DataSet {
    /// The entries of a table: words, or bytes where there are only as many bytes as entries.
    fileprivate func tableEntries(
        _ tag: Tag, _ descriptor: LookupTable.Descriptor, _ resolve: (RawValue) -> Bytes?
    ) -> [UInt16]? {
        guard case .raw(let raw) = self[tag]?.value, raw.count <= 1 << 20, let bytes = resolve(raw) else { return nil }
        let isNarrow = descriptor.bits <= 8 && bytes.count < descriptor.count * 2
        let values = isNarrow ? bytes.narrowEntries(raw.byteOrder) : bytes.words(raw.byteOrder)
        return values.isEmpty ? nil : Array(values.prefix(descriptor.count))
    }

    /// A segmented palette (PS3.3 C.7.9.2): discrete, linear and indirect segments.
    fileprivate func segmentedEntries(
        _ tag: Tag, _ descriptor: LookupTable.Descriptor, _ resolve: (RawValue) -> Bytes?
    ) -> [UInt16]? {
        guard case .raw(let raw) = self[tag]?.value, raw.count <= 1 << 20, let bytes = resolve(raw) else { return nil }
        let values = descriptor.bits <= 8 ? bytes.narrowEntries(raw.byteOrder) : bytes.words(raw.byteOrder)
        let segments = SegmentedPalette(values: values, isNarrow: descriptor.bits <= 8)
        return segments.expanded(to: descriptor.count)
    }
}

extension Bytes {
    fileprivate func words(_ order: TransferSyntax.ByteOrder) -> [UInt16] {
        stride(from: 0, to: count / 2 * 2, by: 2).map { offset in
            let word = littleEndian16(at: offset)
            return order == .bigEndian ? word.byteSwapped : word
        }
    }

    /// Entries of one byte, two of which make a word (PS3.3 C.11.1.1.1).
    fileprivate func narrowEntries(_ order: TransferSyntax.ByteOrder) -> [UInt16] {
        (order == .bigEndian ? swapped(width: 2) : self).map { UInt16($0) }
    }
}
