internal import ByteIO

extension DataSetReader {
    /// The element of `header` and its end.
    mutating func value(of header: Header, in context: Context) throws(DICOMError) -> (DataElement, Int) {
        guard let length = header.length else { return try undefinedLengthValue(of: header, in: context) }
        let whole = header.valueStart.addingReportingOverflow(length)
        var end = whole.partialValue
        if whole.overflow || end > context.end {
            warn(
                .truncated, header.valueStart, header.tag,
                "the value has \(length) bytes, of which \(context.end - header.valueStart) are there")
            end = context.end
        }
        if header.vr == .SQ, let element = try definedSequence(header, end: end, in: context) { return (element, end) }
        let raw = RawValue(
            bytes: try window.value(header.valueStart..<end, limit: options.inlineLimit),
            range: header.valueStart..<end, reading: reading,
            // UN is in little endian, whatever the data set is (PS3.5 §6.2.2 note 1).
            byteOrder: header.isWrittenAsUN ? .littleEndian : context.encoding.byteOrder)
        // What is kept of an unreadable sequence is bytes of no known meaning.
        var element = DataElement(header.tag, header.vr == .SQ ? .UN : header.vr, .raw(raw))
        element.form.isWrittenAsUN = header.isWrittenAsUN
        return (element, end)
    }

    /// A sequence whose length is known; `nil` where its items cannot be read and it is kept as bytes.
    private mutating func definedSequence(
        _ header: Header, end: Int, in context: Context
    ) throws(DICOMError) -> DataElement? {
        let depth = path.count
        do throws(DICOMError) {
            let (items, _) = try items(of: header, end: end, in: context)
            var element = DataElement(header.tag, header.vr, .sequence(items))
            element.form.isWrittenAsUN = header.isWrittenAsUN
            return element
        } catch {
            guard error.code == .malformed else { throw error }
            path.removeLast(path.count - depth)
            warn(.unreadableSequence, error.offset ?? header.valueStart, header.tag, "the items cannot be read")
            return nil
        }
    }

    private mutating func undefinedLengthValue(
        of header: Header, in context: Context
    ) throws(DICOMError) -> (DataElement, Int) {
        let isSequence: Bool
        switch header.vr {
        case .SQ, .UN: isSequence = true
        case .OB, .OW, .OD, .OF, .OL, .OV: isSequence = false
        default:
            guard try isItem(at: header.valueStart, context) else {
                throw malformed(header.valueStart, header.tag, "the length is undefined, but no item follows")
            }
            warn(.invalidVR, header.valueStart, header.tag, "the length is undefined, which the VR does not allow")
            isSequence = true
        }
        guard isSequence else {
            let (fragments, end) = try fragments(of: header, in: context)
            // What the dictionary says holds for native pixel data; fragments are OB (PS3.5 §A.4).
            let vr: VR = context.encoding.isImplicitVR && header.vr == .OW ? .OB : header.vr
            return (DataElement(header.tag, vr, .fragments(fragments)), end)
        }
        let (items, end) = try items(of: header, end: context.end, in: context)
        var element = DataElement(header.tag, .SQ, .sequence(items))
        element.form = DataElement.Form(hasUndefinedLength: true, isWrittenAsUN: header.isWrittenAsUN)
        return (element, end)
    }

    /// The items of a sequence and its end, after the delimiter if it has one (PS3.5 §7.5).
    private mutating func items(
        of header: Header, end limit: Int, in context: Context
    ) throws(DICOMError) -> ([Item], Int) {
        guard context.depth < min(options.maximumDepth, DataSetReader.deepest) else {
            throw DICOMError(
                .limitReached, offset: header.valueStart, path: location(header.tag),
                reason: "sequences nest deeper than \(context.depth) levels")
        }
        let hasUndefinedLength = header.length == nil
        var child = context
        child.depth += 1
        child.group = nil
        child.stopBefore = nil
        child.privateBlocks = PrivateBlocks()
        child.end = limit
        child.encoding = try itemEncoding(of: header, in: child)
        path.append(TagPath.Step(header.tag, item: 0))
        defer { path.removeLast() }
        var items: [Item] = []
        var offset = header.valueStart
        while offset < limit {
            guard limit - offset >= 8 else { break }
            let word = try window.word(at: offset)
            switch Tag(word: word, child.encoding.byteOrder) {
            case .item:
                path[path.count - 1] = TagPath.Step(header.tag, item: items.count)
                let item = try item(word, at: offset, end: limit, in: child)
                items.append(item)
                offset = item.origin?.range.upperBound ?? limit
            case .sequenceDelimitation:
                offset += 8
                if hasUndefinedLength { return (items, offset) }
                if offset < limit { warn(.misplacedItem, offset - 8, "a delimiter ends a sequence of known length") }
            default:
                guard hasUndefinedLength, !items.isEmpty else { throw malformed(offset, header.tag, "no item follows") }
                warn(.misplacedItem, offset, "a sequence ends without its delimiter")
                return (items, offset)
            }
        }
        if hasUndefinedLength || offset < limit { warn(.truncated, limit, "a sequence ends without its delimiter") }
        return (items, limit)
    }

    private mutating func item(
        _ word: UInt64, at offset: Int, end limit: Int, in context: Context
    ) throws(DICOMError) -> Item {
        try count(offset, .item)
        var child = context
        let field = UInt32(truncatingIfNeeded: word >> 32)
        let length = context.encoding.byteOrder == .littleEndian ? field : field.byteSwapped
        child.endsWithDelimiter = length == .max
        if !child.endsWithDelimiter, Int(length) > limit - offset - 8 {
            warn(.truncated, offset, "an item has \(length) bytes, of which \(limit - offset - 8) are there")
        }
        child.end = child.endsWithDelimiter ? limit : min(limit, offset + 8 + Int(length))
        let outcome = try dataSet(from: offset + 8, in: child)
        var end = child.end
        if child.endsWithDelimiter {
            end = outcome.isDelimited ? outcome.end + 8 : outcome.end
            if !outcome.isDelimited { warn(.misplacedItem, outcome.end, "an item ends without its delimiter") }
        }
        let origin = Origin(range: offset..<end, reading: reading, encoding: context.encoding)
        return Item(outcome.dataSet, origin: origin, hasUndefinedLength: child.endsWithDelimiter)
    }

    /// The encoding within a sequence: that of UN is implicit VR little endian whatever the data set's is
    /// (PS3.5 §6.2.2 note 4, CP-246), but some writers keep to the data set's.
    private mutating func itemEncoding(of header: Header, in context: Context) throws(DICOMError) -> Encoding {
        var encoding = context.encoding
        guard context.end - header.valueStart >= 8 else { return encoding }
        let word = try window.word(at: header.valueStart)
        if UInt32(truncatingIfNeeded: word) == 0xE000_FFFE {
            encoding = Encoding(isImplicitVR: encoding.isImplicitVR, byteOrder: .littleEndian)
        }
        guard header.isWrittenAsUN, context.end - header.valueStart >= 16 else { return encoding }
        let element = try window.word(at: header.valueStart + 8)
        let first = UInt8(truncatingIfNeeded: element >> 32)
        let second = UInt8(truncatingIfNeeded: element >> 40)
        return Encoding(isImplicitVR: VR(first: first, second: second) == nil, byteOrder: encoding.byteOrder)
    }

    /// Encapsulated pixel data and their end, after the delimiter (PS3.5 §A.4).
    private mutating func fragments(
        of header: Header, in context: Context
    ) throws(DICOMError) -> (Fragments, Int) {
        var fragments = Fragments(offsetTable: nil, items: [])
        var offset = header.valueStart
        while context.end - offset >= 8 {
            let word = try window.word(at: offset)
            let tag = Tag(word: word, context.encoding.byteOrder)
            if tag == .sequenceDelimitation { return (fragments, offset + 8) }
            let field = UInt32(truncatingIfNeeded: word >> 32)
            let length = context.encoding.byteOrder == .littleEndian ? field : field.byteSwapped
            guard tag == .item, length != .max else {
                if fragments.offsetTable == nil { throw malformed(offset, header.tag, "no fragment follows") }
                warn(.misplacedItem, offset, header.tag, "fragments end without their delimiter")
                return (fragments, offset)
            }
            try count(offset, header.tag)
            let start = offset + 8
            let end = min(start + Int(length), context.end)
            if end - start < Int(length) {
                warn(.truncated, start, header.tag, "a fragment has \(length) bytes, of which \(end - start) are there")
            }
            let value = RawValue(
                bytes: try window.value(start..<end, limit: options.inlineLimit), range: start..<end, reading: reading,
                byteOrder: context.encoding.byteOrder)
            if fragments.offsetTable == nil { fragments.offsetTable = value } else { fragments.items.append(value) }
            offset = end
        }
        warn(.truncated, context.end, header.tag, "fragments end without their delimiter")
        return (fragments, context.end)
    }
}
