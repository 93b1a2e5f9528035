public import ByteIO

/// A DICOM file (PS3.10 §7), or a data set without preamble and file meta information.
public struct DICOMFile: Sendable {
    /// The 128 bytes before the prefix "DICM"; `nil` where the file starts with its first element.
    public var preamble: Bytes? {
        didSet { isPrefixUnchanged = false }
    }
    /// File meta information, group 0002.
    public var meta: DataSet
    /// The data set.
    public var dataSet: DataSet
    /// How the data set is encoded. Where a file is encoded otherwise than it says, the UID is what it says and the
    /// other properties are what it is.
    public let transferSyntax: TransferSyntax
    /// What is odd in the file.
    public let warnings: [DICOMWarning]
    /// The file as it was read; empty for one that was made.
    public let source: any ByteSource
    /// What the ranges of `RawValue.origin` refer to: the source, or the inflated data set of a deflated file.
    public let contents: any ByteSource
    /// Bytes after the last element, which are no element. Set to `nil` to leave them out.
    public var trailing: Range<Int>?

    var isPrefixUnchanged: Bool
    let reading: Reading?
    /// Where the data set lies in `source`, to its end; differs from `dataSet.origin` in a deflated file.
    let dataSetRange: Range<Int>
    /// Whether the reader stopped before `ReadOptions.stopBefore`.
    let isPartial: Bool

    /// A file that is made of `dataSet`, to be encoded as `transferSyntax`. `meta` needs to hold only what cannot be
    /// derived: (0002,0000-0003) and (0002,0010) are set when it is encoded, where they are missing.
    public init(meta: DataSet, dataSet: DataSet, transferSyntax: TransferSyntax = .explicitVRLittleEndian) {
        self.meta = meta
        self.dataSet = dataSet
        self.transferSyntax = transferSyntax
        preamble = Bytes([UInt8](repeating: 0, count: 128))
        warnings = []
        source = Bytes()
        contents = Bytes()
        trailing = nil
        isPrefixUnchanged = false
        reading = nil
        dataSetRange = 0..<0
        isPartial = false
    }

    init(
        preamble: Bytes?, meta: DataSet, dataSet: DataSet, transferSyntax: TransferSyntax, warnings: [DICOMWarning],
        source: any ByteSource, contents: any ByteSource, trailing: Range<Int>?, reading: Reading?,
        dataSetRange: Range<Int>, isPartial: Bool
    ) {
        self.preamble = preamble
        self.meta = meta
        self.dataSet = dataSet
        self.transferSyntax = transferSyntax
        self.warnings = warnings
        self.source = source
        self.contents = contents
        self.trailing = trailing
        self.reading = reading
        self.dataSetRange = dataSetRange
        self.isPartial = isPartial
        isPrefixUnchanged = true
    }

    /// The bytes of `value`, from memory or from the file.
    /// - Throws: `DICOMError` `.sourceFailed` where the source cannot deliver them, or the value is of another file.
    public func bytes(of value: RawValue) throws(DICOMError) -> Bytes {
        if let bytes = value.bytes { return bytes }
        guard value.bulkDataURI == nil else {
            throw DICOMError(.sourceFailed, reason: "the value is a reference, and its bytes are elsewhere")
        }
        guard let range = value.origin, value.reading == reading else {
            throw DICOMError(.sourceFailed, reason: "the value was left in another file")
        }
        do {
            return try contents.read(range)
        } catch {
            throw DICOMError(.sourceFailed, offset: range.lowerBound, reason: "the source \(error.code.rawValue)")
        }
    }
}
