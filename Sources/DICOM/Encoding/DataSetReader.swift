internal import ByteIO

/// Reads data sets from a window, element after element.
///
/// Recursion goes as deep as sequences nest, at most `ReadOptions.maximumDepth` levels.
struct DataSetReader {
    /// What holds for the data set being read.
    struct Context {
        var encoding: Encoding
        /// Where it must end at the latest.
        var end: Int
        /// Whether an item delimiter ends it.
        var endsWithDelimiter = false
        var depth = 0
        /// Pixel Representation (0028,0103), on which the VR of some attributes depends.
        var isSigned = false
        var characterSet = CharacterSet.default
        /// The one group to read, for file meta information.
        var group: UInt16?
        var stopBefore: Tag?
        /// Blocks of private elements whose creators the standard knows (PS3.5 §7.8.1).
        var privateBlocks = PrivateBlocks()

        var isOutermost: Bool { depth == 0 }
    }

    /// What was read and where it ended.
    struct Outcome {
        let dataSet: DataSet
        /// After the last element, before a delimiter.
        let end: Int
        /// Whether the delimiter was there.
        let isDelimited: Bool
        /// Whether `stopBefore` ended it.
        let isStopped: Bool
    }

    var window: Window
    let options: ReadOptions
    let reading: Reading
    var warnings: [DICOMWarning] = []
    /// The sequences around the element being read, with item numbers.
    var path: [TagPath.Step] = []
    private var remainingElements: Int

    static let deepest = 512
    private static let mostWarnings = 100

    init(_ source: any ByteSource, options: ReadOptions, reading: Reading) {
        window = Window(source)
        self.options = options
        self.reading = reading
        remainingElements = options.maximumElements
    }

    /// Reads elements from `start` until the context's end, its delimiter, or something that is no element.
    mutating func dataSet(from start: Int, in outer: Context) throws(DICOMError) -> Outcome {
        var context = outer
        var elements: [DataElement] = []
        if context.isOutermost { elements.reserveCapacity(128) }
        var offset = start
        var isSorted = true
        var step = Step.element
        var previous = Tag(rawValue: 0)
        while offset < context.end {
            guard context.end - offset >= 8 else {
                warn(.trailingBytes, offset, "fewer bytes than an element has follow the last one")
                break
            }
            let word = try window.word(at: offset)
            let tag = Tag(word: word, context.encoding.byteOrder)
            step = try self.step(tag, word, at: offset, in: context)
            if step == .skip {
                offset += 8
                continue
            }
            guard step == .element,
                let (element, end) = try element(tag, word, at: offset, after: previous, in: &context)
            else { break }
            if tag <= previous, !elements.isEmpty {
                isSorted = isSorted && tag == previous
                let code: DICOMWarning.Code = tag == previous ? .duplicate : .order
                warn(code, offset, tag, tag == previous ? "the element stands twice" : "tags do not ascend")
            }
            elements.append(element)
            previous = tag
            offset = end
        }
        return Outcome(
            dataSet: DataSet(
                read: elements, isSorted: isSorted,
                origin: Origin(range: start..<offset, reading: reading, encoding: context.encoding),
                inheritedCharacterSet: outer.characterSet),
            end: offset, isDelimited: step == .delimiter, isStopped: step == .stop)
    }

    /// What the eight bytes of a tag and what follows it are.
    private enum Step {
        case element
        /// A delimiter where none belongs.
        case skip
        /// The delimiter of the item.
        case delimiter
        /// The tag before which reading is to stop.
        case stop
        case end
    }

    private mutating func step(
        _ tag: Tag, _ word: UInt64, at offset: Int, in context: Context
    ) throws(DICOMError) -> Step {
        if tag.group == 0xFFFE { return try delimiter(tag, at: offset, in: context) }
        if let group = context.group, tag.group != group { return .end }
        if let stop = context.stopBefore, tag >= stop { return .stop }
        guard word == 0, context.isOutermost else { return .element }
        warn(.trailingBytes, offset, "zeros follow the last element")
        return .end
    }

    /// What an item or delimiter between elements means.
    private mutating func delimiter(
        _ tag: Tag, at offset: Int, in context: Context
    ) throws(DICOMError) -> Step {
        if context.endsWithDelimiter { return tag == .itemDelimitation ? .delimiter : .end }
        if tag == .itemDelimitation || tag == .sequenceDelimitation {
            warn(.misplacedItem, offset, tag, "a delimiter stands where none belongs")
            return .skip
        }
        guard context.isOutermost else { throw malformed(offset, tag, "an item stands where none belongs") }
        warn(.unreadableRest, offset, tag, "an item stands where none belongs; reading ends")
        return .end
    }

    /// The element at `offset` and its end; `nil` where the outermost data set ends because it is none.
    private mutating func element(
        _ tag: Tag, _ word: UInt64, at offset: Int, after previous: Tag, in context: inout Context
    ) throws(DICOMError) -> (DataElement, Int)? {
        do throws(DICOMError) {
            guard let header = try header(tag, word, at: offset, after: previous, in: context) else {
                throw malformed(offset, tag, "no element can be read")
            }
            try count(offset, tag)
            var (element, end) = try value(of: header, in: context)
            element.origin = Origin(range: offset..<end, reading: reading, encoding: context.encoding)
            if header.tag == .PixelRepresentation { context.isSigned = element.ints.first == 1 }
            if header.tag == .SpecificCharacterSet {
                let terms = element.strings(in: .default)
                context.characterSet = CharacterSet(terms: terms)
                if !terms.isEmpty, !CharacterSet.isStandard(terms: terms) {
                    warn(.characterSet, offset, tag, "the character set is named as the standard does not name one")
                }
            }
            if tag.isPrivateCreator { context.privateBlocks.add(element) }
            return (element, end)
        } catch {
            guard error.code == .malformed, context.isOutermost else { throw error }
            guard context.group == nil else { return nil }
            warn(.unreadableRest, error.offset ?? offset, tag, "\(error.reason); reading ends before the element")
            return nil
        }
    }
}

extension DataSetReader {
    mutating func count(_ offset: Int, _ tag: Tag) throws(DICOMError) {
        remainingElements -= 1
        guard remainingElements < 0 else { return }
        throw DICOMError(
            .limitReached, offset: offset, path: location(tag),
            reason: "there are more than \(options.maximumElements) elements")
    }

    mutating func warn(_ code: DICOMWarning.Code, _ offset: Int, _ reason: String) {
        warn(code, offset, nil, reason)
    }

    mutating func warn(_ code: DICOMWarning.Code, _ offset: Int, _ tag: Tag?, _ reason: String) {
        // Of many warnings the first of each kind is never lost: callers decide by it.
        guard warnings.count < DataSetReader.mostWarnings || !warnings.contains(where: { $0.code == code }) else {
            return
        }
        warnings.append(DICOMWarning(code, offset: offset, path: location(tag), reason: reason))
    }

    func malformed(_ offset: Int, _ tag: Tag, _ reason: String) -> DICOMError {
        DICOMError(.malformed, offset: offset, path: location(tag), reason: reason)
    }

    func location(_ tag: Tag?) -> TagPath? {
        let steps = path + (tag.map { [TagPath.Step($0)] } ?? [])
        return steps.isEmpty ? nil : TagPath(steps)
    }
}

extension Tag {
    /// The tag in the first four bytes of an element.
    init(word: UInt64, _ byteOrder: TransferSyntax.ByteOrder) {
        let first = UInt16(truncatingIfNeeded: word)
        let second = UInt16(truncatingIfNeeded: word >> 16)
        if byteOrder == .littleEndian {
            self.init(first, second)
        } else {
            self.init(first.byteSwapped, second.byteSwapped)
        }
    }
}
