public import ByteIO

extension DICOMFile {
    /// Reads a file. Of a source that is not memory only what is needed is read; values longer than
    /// `ReadOptions.inlineLimit` stay there.
    /// - Throws: `DICOMError` where the source is no DICOM, nothing can be read, or a limit is reached. What is odd
    ///   but readable becomes a warning.
    public static func read(
        _ source: any ByteSource, options: ReadOptions = .default
    ) throws(DICOMError) -> DICOMFile {
        var reader = FileReader(source, options: options)
        return try reader.file()
    }
}

/// Reads preamble, file meta information and data set of a file.
private struct FileReader {
    let source: any ByteSource
    let options: ReadOptions
    var reader: DataSetReader

    init(_ source: any ByteSource, options: ReadOptions) {
        self.source = source
        self.options = options
        reader = DataSetReader(source, options: options, reading: .next())
    }

    mutating func file() throws(DICOMError) -> DICOMFile {
        let prefix = try prefixLength()
        let preamble = prefix == 132 ? try reader.window.value(0..<128, limit: 128) : nil
        let meta = try meta(from: prefix ?? 0)
        let declared = meta.dataSet.string(.TransferSyntaxUID)
        guard prefix != nil || !meta.dataSet.isEmpty || isDataSet() else {
            throw DICOMError(.notDICOM, offset: 0, reason: "not DICOM: neither a prefix nor a first element is there")
        }
        if prefix == nil { reader.warn(.missingMeta, 0, "there is no preamble") }
        let range = meta.end..<source.count
        guard range.count >= 8 else {
            throw DICOMError(.truncated, offset: range.lowerBound, reason: "the file ends before the data set")
        }
        var syntax = declared.map { TransferSyntax(uid: $0) }
        var contents = source
        var contentRange = range
        if let declared = syntax, declared.isDeflated {
            let inflated = try inflate(range)
            contents = inflated
            contentRange = 0..<inflated.count
            var inner = DataSetReader(inflated, options: options, reading: reader.reading)
            inner.warnings = reader.warnings
            reader = inner
        }
        let actual = try transferSyntax(declared: syntax, from: contentRange)
        syntax = actual
        return try file(preamble, meta.dataSet, actual, contents, contentRange, range)
    }

    private mutating func file(
        _ preamble: Bytes?, _ meta: DataSet, _ syntax: TransferSyntax, _ contents: any ByteSource,
        _ contentRange: Range<Int>, _ range: Range<Int>
    ) throws(DICOMError) -> DICOMFile {
        var context = DataSetReader.Context(encoding: syntax.encoding, end: contentRange.upperBound)
        context.stopBefore = options.stopBefore
        let outcome = try reader.dataSet(from: contentRange.lowerBound, in: context)
        guard !outcome.dataSet.isEmpty || outcome.isStopped else {
            throw DICOMError(.malformed, offset: contentRange.lowerBound, reason: "no element can be read")
        }
        let trailing = outcome.end..<contentRange.upperBound
        return DICOMFile(
            preamble: preamble, meta: meta, dataSet: outcome.dataSet, transferSyntax: syntax,
            warnings: reader.warnings, source: source, contents: contents,
            trailing: trailing.isEmpty || outcome.isStopped ? nil : trailing, reading: reader.reading,
            dataSetRange: range, isPartial: outcome.isStopped)
    }

    /// Where the first element stands after "DICM"; `nil` where that is missing.
    private mutating func prefixLength() throws(DICOMError) -> Int? {
        let magic: UInt32 = 0x4D43_4944
        if source.count >= 132, try reader.window.half(at: 128) == magic { return 132 }
        if source.count >= 4, try reader.window.half(at: 0) == magic { return 4 }
        return nil
    }

    /// File meta information: group 0002 in explicit VR little endian (PS3.10 §7.1), in odd files in implicit VR.
    private mutating func meta(from start: Int) throws(DICOMError) -> (dataSet: DataSet, end: Int) {
        let empty = DataSet(
            read: [], isSorted: true,
            origin: Origin(range: start..<start, reading: reader.reading, encoding: .explicitLittleEndian))
        guard source.count - start >= 8 else { return (empty, start) }
        let word = try reader.window.word(at: start)
        guard UInt16(truncatingIfNeeded: word) == 0x0002 else { return (empty, start) }
        let isImplicit = VR(word: word) == nil
        if isImplicit { reader.warn(.otherEncoding, start, "file meta information has no VRs") }
        var context = DataSetReader.Context(
            encoding: isImplicit ? .implicitLittleEndian : .explicitLittleEndian, end: source.count)
        context.group = 0x0002
        let outcome = try reader.dataSet(from: start, in: context)
        return (outcome.dataSet, outcome.end)
    }

    private mutating func inflate(_ range: Range<Int>) throws(DICOMError) -> any ByteSource {
        if let incomplete = source as? IncompleteSource {
            let there = range.clamped(to: 0..<incomplete.bytes.count)
            let inflated = try Deflate.inflate(source, there, limit: options.maximumInflatedBytes)
            return inflated.isComplete
                ? inflated.bytes : IncompleteSource(inflated.bytes, inflatedFrom: incomplete)
        }
        let inflated = try Deflate.inflate(source, range, limit: options.maximumInflatedBytes)
        if !inflated.isComplete {
            guard inflated.bytes.count >= 8 else {
                throw DICOMError(.malformed, offset: range.lowerBound, reason: "the data set cannot be inflated")
            }
            reader.warn(.truncated, range.lowerBound + inflated.consumed, "the deflated data end too early")
        }
        return inflated.bytes
    }
}

// MARK: - Guessing

extension FileReader {
    /// The syntax the data set is really encoded in: the declared one, unless its first element contradicts it.
    private mutating func transferSyntax(
        declared: TransferSyntax?, from range: Range<Int>
    ) throws(DICOMError) -> TransferSyntax {
        guard range.count >= 8 else {
            throw DICOMError(.truncated, offset: range.lowerBound, reason: "the file ends before the data set")
        }
        let word = try reader.window.word(at: range.lowerBound)
        let encoding = Encoding(guessedFrom: word)
        guard let declared else {
            reader.warn(.missingMeta, range.lowerBound, "no transfer syntax is named; it was guessed")
            switch (encoding.isImplicitVR, encoding.byteOrder) {
            case (true, _): return .implicitVRLittleEndian
            case (false, .littleEndian): return .explicitVRLittleEndian
            case (false, .bigEndian): return .explicitVRBigEndian
            }
        }
        guard declared.encoding != encoding, try !isLikely(declared.encoding, word, range) else { return declared }
        reader.warn(.otherEncoding, range.lowerBound, "the data set is not encoded in the transfer syntax it names")
        return TransferSyntax(
            uid: declared.uid, isImplicitVR: encoding.isImplicitVR, byteOrder: encoding.byteOrder,
            isDeflated: declared.isDeflated, isEncapsulated: declared.isEncapsulated)
    }

    /// Whether the first element of `range`, which begins with `word`, can be one in `encoding`.
    private mutating func isLikely(
        _ encoding: Encoding, _ word: UInt64, _ range: Range<Int>
    ) throws(DICOMError) -> Bool {
        let isLittle = encoding.byteOrder == .littleEndian
        let vr = VR(word: word)
        var length: UInt32
        if encoding.isImplicitVR {
            let field = UInt32(truncatingIfNeeded: word >> 32)
            length = isLittle ? field : field.byteSwapped
            // Letters of a VR make a length of megabytes.
            if vr != nil, length > 1 << 16 { return false }
        } else if let vr, vr.hasLongLength {
            guard range.count >= 12 else { return false }
            let field = try reader.window.half(at: range.lowerBound + 8)
            length = isLittle ? field : field.byteSwapped
        } else if vr != nil {
            let field = UInt16(truncatingIfNeeded: word >> 48)
            length = UInt32(isLittle ? field : field.byteSwapped)
        } else {
            return false
        }
        return length == .max || Int(length) <= range.count - 8
    }

    /// Whether the file starts with elements: standard ones in ascending order, each within the file.
    private mutating func isDataSet() -> Bool {
        guard source.count >= 8, let word = try? reader.window.word(at: 0) else { return false }
        let encoding = Encoding(guessedFrom: word)
        let first = Tag(word: word, encoding.byteOrder)
        guard first.group == 0x0004 || (0x0008...0x0040).contains(first.group) else { return false }
        var probe = DataSetReader(source, options: options, reading: reader.reading)
        var context = DataSetReader.Context(encoding: encoding, end: source.count)
        context.group = first.group
        var offset = 0
        var previous = Tag(rawValue: 0)
        for _ in 0..<3 where source.count - offset >= 8 {
            guard let word = try? probe.window.word(at: offset) else { return false }
            let tag = Tag(word: word, encoding.byteOrder)
            guard tag > previous, DataDictionary.kind(of: tag) != nil || tag.isPrivate,
                let header = try? probe.header(tag, word, at: offset, after: tag, in: context)
            else { return false }
            guard let length = header.length else { return previous != Tag(rawValue: 0) }
            guard length <= source.count - header.valueStart else { return false }
            offset = header.valueStart + length
            previous = tag
        }
        return true
    }
}

extension VR {
    /// The VR in an element's first eight bytes, if they hold one.
    init?(word: UInt64) {
        self.init(first: UInt8(truncatingIfNeeded: word >> 32), second: UInt8(truncatingIfNeeded: word >> 40))
    }
}

extension Encoding {
    /// The encoding that an element's first eight bytes speak for: letters of a VR mean explicit VR; the order of
    /// bytes is the one in which the group is the smaller number.
    init(guessedFrom word: UInt64) {
        let group = UInt16(truncatingIfNeeded: word)
        self.init(
            isImplicitVR: VR(word: word) == nil,
            byteOrder: group <= group.byteSwapped ? .littleEndian : .bigEndian)
    }
}
