public import ByteIO

/// A data element: tag, VR and value (PS3.5 §7.1).
public struct DataElement: Sendable {
    /// What an element holds.
    public enum Value: Sendable, Equatable {
        /// Bytes: every VR but SQ. A sequence whose items could not be read is UN.
        case raw(RawValue)
        /// The items of a sequence.
        case sequence([Item])
        /// Encapsulated pixel data.
        case fragments(Fragments)
    }

    /// Tag.
    public let tag: Tag
    /// Value representation: the one that is encoded, or the dictionary's where the encoding is implicit or says UN.
    public let vr: VR
    /// Value. Setting it makes the element a changed one, which is encoded anew.
    public var value: Value {
        didSet { origin = nil }
    }

    var form = Form()
    var origin: Origin?

    /// How an element is or was written beyond what its VR says.
    struct Form: Sendable, Equatable {
        /// The sequence or fragments end with a delimiter.
        var hasUndefinedLength = false
        /// The VR is known from the dictionary, but written is UN.
        var isWrittenAsUN = false
    }

    /// An element that was made.
    public init(_ tag: Tag, _ vr: VR, _ value: Value) {
        self.tag = tag
        self.vr = vr
        self.value = value
        if case .fragments = value { form.hasUndefinedLength = true }
    }

    /// An element that holds `bytes` as they are to be encoded, with numbers in little endian.
    public init(_ tag: Tag, _ vr: VR, bytes: Bytes) { self.init(tag, vr, .raw(RawValue(bytes))) }

    /// A sequence of `items`.
    public init(_ tag: Tag, items: [DataSet]) { self.init(tag, .SQ, .sequence(items.map { Item($0) })) }

    /// Where the whole element lies in `DICOMFile.contents`, from its tag to the end of its value and delimiters;
    /// `nil` once it is changed.
    public var sourceRange: Range<Int>? { origin?.range }

    /// Length of the value in bytes; of a sequence 0.
    public var count: Int {
        switch value {
        case .raw(let raw): raw.count
        case .fragments(let fragments): fragments.count
        case .sequence: 0
        }
    }

    /// The items of a sequence; `nil` for any other element.
    public var items: [Item]? {
        guard case .sequence(let items) = value else { return nil }
        return items
    }

    /// The bytes of the value in memory; `nil` for sequences, fragments and values left in the source.
    public var bytes: Bytes? {
        guard case .raw(let raw) = value else { return nil }
        return raw.bytes
    }
}

extension DataElement: Equatable {
    /// Whether tag, VR and value are the same, wherever they came from.
    public static func == (left: DataElement, right: DataElement) -> Bool {
        left.tag == right.tag && left.vr == right.vr && left.value == right.value
    }
}

extension DataElement: CustomStringConvertible, CustomReflectable {
    /// Tag, VR and length only: the value may be a patient's.
    public var description: String {
        "\(tag) \(vr.rawValue) of \(items.map { "\($0.count) items" } ?? "\(count) bytes")"
    }

    /// Nothing within, for the same reason.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// An item of a sequence (PS3.5 §7.5).
public struct Item: Sendable {
    /// The item's data set. Setting it makes the item a changed one, which is encoded anew.
    public var dataSet: DataSet {
        didSet { origin = nil }
    }

    var hasUndefinedLength = false
    var origin: Origin?

    /// Where the item's tag stands in the file it was read from; `nil` for one that was made or changed. A DICOMDIR names
    /// its records by it (PS3.3 §F.3.2.2).
    public var offset: Int? { origin?.range.lowerBound }

    /// An item that was made.
    public init(_ dataSet: DataSet) { self.dataSet = dataSet }

    init(_ dataSet: DataSet, origin: Origin, hasUndefinedLength: Bool) {
        self.dataSet = dataSet
        self.origin = origin
        self.hasUndefinedLength = hasUndefinedLength
    }
}

extension Item: Equatable {
    public static func == (left: Item, right: Item) -> Bool { left.dataSet == right.dataSet }
}
