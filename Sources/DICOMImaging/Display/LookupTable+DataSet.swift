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
    init?(_ dataSet: DataSet, _ resolve: (RawValue) -> Bytes?) {
        func table(_ descriptor: Tag, _ data: Tag, _ segmented: Tag) -> LookupTable? {
            guard let descriptor = LookupTable.Descriptor(dataSet, descriptor, isSigned: false) else { return nil }
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

/// The values of a segmented lookup table, and how they unfold.
struct SegmentedPalette {
    let values: [UInt16]
    /// Values are bytes, so an offset takes four of them instead of two.
    let isNarrow: Bool

    /// `count` entries; `nil` where the segments are cut short, give fewer entries, or have another opcode.
    func expanded(to count: Int) -> [UInt16]? {
        var entries: [UInt16] = []
        var position = 0
        while position < values.count, entries.count < count {
            guard let next = append(segmentAt: position, to: &entries, mayRefer: true) else { return nil }
            position = next
        }
        return entries.count >= count ? Array(entries.prefix(count)) : nil
    }

    /// Appends one segment and returns the position behind it.
    private func append(segmentAt start: Int, to entries: inout [UInt16], mayRefer: Bool) -> Int? {
        guard start >= 0, start + 1 < values.count else { return nil }
        let length = Int(values[start + 1])
        let data = start + 2
        switch values[start] {
        case 0:
            guard data + length <= values.count else { return nil }
            entries += values[data..<(data + length)]
            return data + length
        case 1:
            guard let from = entries.last, length > 0, data < values.count else { return nil }
            let target = Double(values[data])
            for step in 1...length {
                let value = Double(from) + (target - Double(from)) * Double(step) / Double(length)
                entries.append(UInt16(value.rounded()))
            }
            return data + 1
        case 2 where mayRefer:
            let width = isNarrow ? 4 : 2
            guard data + width <= values.count else { return nil }
            var position = (0..<width).reduce(0) { $0 | Int(values[data + $1]) << ($1 * (isNarrow ? 8 : 16)) }
            for _ in 0..<length {
                guard entries.count <= 65536, let next = append(segmentAt: position, to: &entries, mayRefer: false)
                else { return nil }
                position = next
            }
            return data + width
        default: return nil
        }
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
