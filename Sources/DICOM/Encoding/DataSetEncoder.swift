internal import ByteIO

/// Writes data sets: what is unchanged since `reading` as ranges of the source, the rest anew (PS3.5 §7).
struct DataSetEncoder {
    /// The reading whose ranges may be used; `nil` where everything must become bytes.
    let reading: Reading?

    /// Appends the elements of `dataSet`. Group lengths of a changed data set are left out: they are retired
    /// (PS3.5 §7.2), and would be wrong.
    func encode(_ dataSet: DataSet, in encoding: Encoding, into output: inout PieceList) throws(DICOMError) {
        if let range = range(of: dataSet.origin, in: encoding) { return output.append(range) }
        for element in dataSet.elements where !element.tag.isGroupLength {
            try encode(element, of: dataSet, in: encoding, into: &output)
        }
    }

    private func encode(
        _ element: DataElement, of dataSet: DataSet, in encoding: Encoding, into output: inout PieceList
    ) throws(DICOMError) {
        if let range = range(of: element.origin, in: encoding) { return output.append(range) }
        switch element.value {
        case .raw(let raw):
            try encode(raw, of: element, unit: dataSet.unitSize(of: element), in: encoding, into: &output)
        case .sequence(let items): try encode(items, of: element, in: encoding, into: &output)
        case .fragments(let fragments): try encode(fragments, of: element, in: encoding, into: &output)
        }
    }

    private func range(of origin: Origin?, in encoding: Encoding) -> Range<Int>? {
        guard let origin, origin.reading == reading, origin.encoding == encoding else { return nil }
        return origin.range
    }

    // MARK: - Values

    private func encode(
        _ raw: RawValue, of element: DataElement, unit: Int, in encoding: Encoding, into output: inout PieceList
    ) throws(DICOMError) {
        let isOdd = !raw.count.isMultiple(of: 2)
        let length = raw.count + (isOdd ? 1 : 0)
        try header(of: element, length: length, in: encoding, into: &output)
        // Whatever is written as UN is in little endian (PS3.5 §6.2.2 note 1).
        let isUN = !encoding.isImplicitVR && writtenVR(of: element, length: length) == .UN
        let byteOrder = isUN ? .littleEndian : encoding.byteOrder
        try append(raw, of: element, unit: unit, in: byteOrder, into: &output)
        if isOdd { output.append([element.vr.padding]) }
    }

    /// The bytes of a value: the source's where they are in the right order, else copied and reversed.
    private func append(
        _ raw: RawValue, of element: DataElement, unit: Int, in byteOrder: TransferSyntax.ByteOrder,
        into output: inout PieceList
    ) throws(DICOMError) {
        let isReversed = raw.byteOrder != byteOrder && unit > 1
        if !isReversed, let range = raw.origin, raw.reading == reading { return output.append(range) }
        guard let bytes = raw.bytes else {
            throw DICOMError(
                .notEncodable, path: TagPath(element.tag),
                reason: raw.bulkDataURI == nil
                    ? "a value that was left in its source cannot be encoded otherwise"
                    : "a reference cannot be encoded: its bytes are elsewhere")
        }
        output.append(value: isReversed ? bytes.reversed(unit: unit) : bytes)
    }

    private func encode(
        _ items: [Item], of element: DataElement, in encoding: Encoding, into output: inout PieceList
    ) throws(DICOMError) {
        let isUN = element.form.isWrittenAsUN && !encoding.isImplicitVR
        let inner = isUN ? .implicitLittleEndian : encoding
        var content = PieceList()
        for item in items { try encode(item, in: inner, into: &content) }
        if element.form.hasUndefinedLength {
            try header(of: element, length: nil, in: encoding, into: &output)
            output.append(content)
            delimiter(.sequenceDelimitation, length: 0, in: inner, into: &output)
        } else {
            try header(of: element, length: content.count, in: encoding, into: &output)
            output.append(content)
        }
    }

    private func encode(_ item: Item, in encoding: Encoding, into output: inout PieceList) throws(DICOMError) {
        if let range = range(of: item.origin, in: encoding) { return output.append(range) }
        var content = PieceList()
        try encode(item.dataSet, in: encoding, into: &content)
        if item.hasUndefinedLength {
            delimiter(.item, length: .max, in: encoding, into: &output)
            output.append(content)
            delimiter(.itemDelimitation, length: 0, in: encoding, into: &output)
        } else {
            let length = try length(content.count, of: .item)
            delimiter(.item, length: length, in: encoding, into: &output)
            output.append(content)
        }
    }

    private func encode(
        _ fragments: Fragments, of element: DataElement, in encoding: Encoding, into output: inout PieceList
    ) throws(DICOMError) {
        try header(of: element, length: nil, in: encoding, into: &output)
        for fragment in [fragments.offsetTable ?? RawValue(Bytes())] + fragments.items {
            let isOdd = !fragment.count.isMultiple(of: 2)
            let length = try length(fragment.count + (isOdd ? 1 : 0), of: element.tag)
            delimiter(.item, length: length, in: encoding, into: &output)
            if let range = fragment.origin, fragment.reading == reading {
                output.append(range)
            } else if let bytes = fragment.bytes {
                output.append(value: bytes)
            } else {
                throw DICOMError(
                    .notEncodable, path: TagPath(element.tag), reason: "a fragment was left in another source")
            }
            if isOdd { output.append([0]) }
        }
        delimiter(.sequenceDelimitation, length: 0, in: encoding, into: &output)
    }

    // MARK: - Headers

    /// The header of an element; `nil` is an undefined length. A value too long for its VR's 16-bit length is
    /// written as UN (PS3.5 §6.2.2 note 5).
    private func header(
        of element: DataElement, length: Int?, in encoding: Encoding, into output: inout PieceList
    ) throws(DICOMError) {
        let number = try length.map { (length) throws(DICOMError) in try self.length(length, of: element.tag) }
        output.append(element.tag, encoding.byteOrder)
        if encoding.isImplicitVR { return output.append(number ?? .max, encoding.byteOrder) }
        let vr = writtenVR(of: element, length: length)
        output.append(vr.rawValue.utf8)
        guard !vr.hasLongLength else {
            output.append([0, 0])
            return output.append(number ?? .max, encoding.byteOrder)
        }
        output.append(UInt16(truncatingIfNeeded: number ?? 0), encoding.byteOrder)
    }

    /// The VR that explicit VR encodings write.
    private func writtenVR(of element: DataElement, length: Int?) -> VR {
        let isTooLong = !element.vr.hasLongLength && (length ?? .max) > 0xFFFF
        return element.form.isWrittenAsUN || isTooLong ? .UN : element.vr
    }

    private func delimiter(_ tag: Tag, length: UInt32, in encoding: Encoding, into output: inout PieceList) {
        output.append(tag, encoding.byteOrder)
        output.append(length, encoding.byteOrder)
    }

    private func length(_ count: Int, of tag: Tag) throws(DICOMError) -> UInt32 {
        guard let length = UInt32(exactly: count), length < .max else {
            throw DICOMError(.notEncodable, path: TagPath(tag), reason: "the value is longer than 4 GB")
        }
        return length
    }
}

extension Bytes {
    /// The bytes of each run of `unit` in reverse; a rest at the end stays.
    func reversed(unit: Int) -> Bytes {
        var array = array
        for start in stride(from: 0, to: array.count - unit + 1, by: unit) {
            for index in 0..<(unit / 2) { array.swapAt(start + index, start + unit - 1 - index) }
        }
        return Bytes(array)
    }
}
