extension DataSetReader {
    /// Tag, VR and length of an element (PS3.5 §7.1).
    struct Header {
        let tag: Tag
        let vr: VR
        let valueStart: Int
        /// Length of the value in bytes; `nil` for an undefined one.
        let length: Int?
        var isWrittenAsUN = false
    }

    private static let undefinedLength: UInt32 = 0xFFFF_FFFF

    /// The header at `offset`; `nil` where no reading of the bytes gives one.
    mutating func header(
        _ tag: Tag, _ word: UInt64, at offset: Int, after previous: Tag, in context: Context
    ) throws(DICOMError) -> Header? {
        let first = UInt8(truncatingIfNeeded: word >> 32)
        let second = UInt8(truncatingIfNeeded: word >> 40)
        if context.encoding.isImplicitVR {
            return try implicitHeader(tag, word, VR(first: first, second: second), at: offset, after: previous, context)
        }
        let short = DataSetReader.short(word, context.encoding.byteOrder)
        guard let vr = VR(first: first, second: second) else {
            return try oddHeader(tag, word, isSpelled: isUpper(first) && isUpper(second), at: offset, context)
        }
        let form: (start: Int, length: UInt32)
        if vr.hasLongLength {
            guard context.end - offset >= 12 else { return nil }
            let long = try longLength(at: offset, context)
            form = (offset + 12, long)
            if word >> 48 != 0, try !follows(form.start, long, tag, context),
                try follows(offset + 8, short, tag, context)
            {
                warn(.invalidVR, offset, tag, "the length has 16 bits where its VR has 32")
                return resolved(tag, vr, offset + 8, short, context)
            }
        } else {
            form = (offset + 8, short)
            if short == 0, try !follows(form.start, 0, tag, context), context.end - offset >= 12 {
                let long = try longLength(at: offset, context)
                if try follows(offset + 12, long, tag, context) {
                    warn(.invalidVR, offset, tag, "the length has 32 bits where its VR has 16")
                    return resolved(tag, vr, offset + 12, long, context)
                }
            }
        }
        guard fits(form.start, form.length, context) || tag > previous else { return nil }
        return resolved(tag, vr, form.start, form.length, context)
    }

    /// The header of an element without VR.
    private mutating func implicitHeader(
        _ tag: Tag, _ word: UInt64, _ spelled: VR?, at offset: Int, after previous: Tag, _ context: Context
    ) throws(DICOMError) -> Header? {
        let field = UInt32(truncatingIfNeeded: word >> 32)
        let length = context.encoding.byteOrder == .littleEndian ? field : field.byteSwapped
        // Letters of a VR make a length of megabytes: the element may be explicit in spite of its data set.
        if let spelled, length > 1 << 16 {
            var explicit = context
            explicit.encoding = Encoding(isImplicitVR: false, byteOrder: context.encoding.byteOrder)
            let start = spelled.hasLongLength ? offset + 12 : offset + 8
            if start <= context.end {
                let other =
                    spelled.hasLongLength
                    ? try longLength(at: offset, context) : DataSetReader.short(word, context.encoding.byteOrder)
                var isLikely = try follows(start, other, tag, explicit)
                if !isLikely { isLikely = try follows(start, other, tag, context) }
                if isLikely {
                    warn(.otherEncoding, offset, tag, "the element has a VR in a data set that has none")
                    return resolved(tag, spelled, start, other, explicit)
                }
            }
        }
        guard fits(offset + 8, length, context) || tag > previous && (tag.isPrivate || isStandard(tag)) else {
            return nil
        }
        let vr = known(tag, length, context) ?? .UN
        return Header(tag: tag, vr: vr, valueStart: offset + 8, length: defined(length))
    }

    /// The header of an element with a VR that does not exist, or with none in an explicit data set.
    private mutating func oddHeader(
        _ tag: Tag, _ word: UInt64, isSpelled: Bool, at offset: Int, _ context: Context
    ) throws(DICOMError) -> Header? {
        let short = DataSetReader.short(word, context.encoding.byteOrder)
        let field = UInt32(truncatingIfNeeded: word >> 32)
        let implicit = context.encoding.byteOrder == .littleEndian ? field : field.byteSwapped
        var candidates: [(start: Int, length: UInt32, code: DICOMWarning.Code, reason: String)] = []
        let unknown = "the VR does not exist"
        if context.end - offset >= 12, word >> 48 == 0 {
            // PS3.5 §6.2.2 gives every VR to come a 32-bit length.
            candidates.append((offset + 12, try longLength(at: offset, context), .invalidVR, unknown))
        }
        candidates.append((offset + 8, short, .invalidVR, unknown))
        let bare = (offset + 8, implicit, DICOMWarning.Code.otherEncoding, "the element has no VR")
        candidates.insert(bare, at: isSpelled ? candidates.count : 0)
        var choice = try firstIndex(of: candidates.map { ($0.start, $0.length) }, tag, context)
        if choice == nil {
            choice = candidates.firstIndex { fits($0.start, $0.length, context) && isStandard(tag) && $0.length != 0 }
        }
        guard let choice else { return nil }
        let chosen = candidates[choice]
        warn(chosen.code, offset, tag, chosen.reason)
        return resolved(tag, .UN, chosen.start, chosen.length, context)
    }

    private mutating func firstIndex(
        of candidates: [(Int, UInt32)], _ tag: Tag, _ context: Context
    ) throws(DICOMError) -> Int? {
        for (index, candidate) in candidates.enumerated() {
            if try follows(candidate.0, candidate.1, tag, context) { return index }
        }
        return nil
    }

    /// Whether something that can come after the element `tag` stands at the end of its value.
    private mutating func follows(
        _ start: Int, _ length: UInt32, _ tag: Tag, _ context: Context
    ) throws(DICOMError) -> Bool {
        guard length != DataSetReader.undefinedLength else { return try isItem(at: start, context) }
        let (position, overflow) = start.addingReportingOverflow(Int(length))
        guard !overflow, position <= context.end else { return false }
        if position == context.end { return true }
        guard context.end - position >= 8 else { return false }
        let word = try window.word(at: position)
        let next = Tag(word: word, context.encoding.byteOrder)
        if next.group == 0xFFFE { return !context.isOutermost && next != .item }
        if context.group != nil, next.group != tag.group { return true }
        guard next > tag else { return false }
        let first = UInt8(truncatingIfNeeded: word >> 32)
        let second = UInt8(truncatingIfNeeded: word >> 40)
        if !context.encoding.isImplicitVR, VR(first: first, second: second) != nil { return true }
        guard isStandard(next) || next.isPrivate else { return false }
        let field = UInt32(truncatingIfNeeded: word >> 32)
        let other = context.encoding.byteOrder == .littleEndian ? field : field.byteSwapped
        return fits(position + 8, other, context) && (other < 1 << 24 || other == .max || next == .PixelData)
    }

    /// Whether an item, or the delimiter of a sequence without items, stands at `offset`.
    mutating func isItem(at offset: Int, _ context: Context) throws(DICOMError) -> Bool {
        guard context.end - offset >= 8 else { return false }
        let word = try window.word(at: offset)
        let tag = Tag(word: word, context.encoding.byteOrder)
        return tag == .item || tag == .sequenceDelimitation
    }

    /// The header as it is meant: what is written as UN but known has its VR (PS3.5 §6.2.2).
    private func resolved(_ tag: Tag, _ vr: VR, _ start: Int, _ length: UInt32, _ context: Context) -> Header {
        guard vr == .UN else { return Header(tag: tag, vr: vr, valueStart: start, length: defined(length)) }
        return Header(
            tag: tag, vr: known(tag, length, context) ?? .UN, valueStart: start, length: defined(length),
            isWrittenAsUN: true)
    }

    /// The VR that the dictionary has for `tag`, or for its private creator's attribute.
    private func known(_ tag: Tag, _ length: UInt32, _ context: Context) -> VR? {
        if let kind = DataDictionary.kind(of: tag) { return kind.vr(isSigned: context.isSigned) }
        guard tag.isPrivate, let vr = context.privateBlocks.vr(of: tag) else { return nil }
        // Vendors change their minds between versions: what does not fit is not known.
        return length == DataSetReader.undefinedLength || Int(length).isMultiple(of: vr.unitSize) ? vr : nil
    }

    private func defined(_ length: UInt32) -> Int? {
        length == DataSetReader.undefinedLength ? nil : Int(length)
    }

    private func fits(_ start: Int, _ length: UInt32, _ context: Context) -> Bool {
        length == DataSetReader.undefinedLength || Int(length) <= context.end - start
    }

    private func isStandard(_ tag: Tag) -> Bool { DataDictionary.kind(of: tag) != nil }

    private func isUpper(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }

    private mutating func longLength(at offset: Int, _ context: Context) throws(DICOMError) -> UInt32 {
        guard context.end - offset >= 12 else { return 0 }
        let length = try window.half(at: offset + 8)
        return context.encoding.byteOrder == .littleEndian ? length : length.byteSwapped
    }

    private static func short(_ word: UInt64, _ byteOrder: TransferSyntax.ByteOrder) -> UInt32 {
        let length = UInt16(truncatingIfNeeded: word >> 48)
        return UInt32(byteOrder == .littleEndian ? length : length.byteSwapped)
    }
}
