public import ByteIO

/// The bytes of a value as they are encoded, or where they lie in the file.
public struct RawValue: Sendable {
    /// The bytes; `nil` where the value is longer than `ReadOptions.inlineLimit` and was left in the source
    /// (`DICOMFile.bytes(of:)` reads it), and for a reference.
    public var bytes: Bytes? { isReference ? nil : held }
    /// Length in bytes.
    public let count: Int
    /// Order of the bytes of the numbers in it.
    public let byteOrder: TransferSyntax.ByteOrder
    private let isReference: Bool
    let start: Int
    let reading: Reading?
    private let held: Bytes?

    /// Where the bytes can be had, for a value that was read from DICOM JSON as a reference (PS3.18 §F.2.6); `nil` for
    /// any other. A reference cannot be encoded: see `DataSet.resolvingBulkData`.
    public var bulkDataURI: String? { isReference ? held.map { String(decoding: $0, as: UTF8.self) } : nil }

    /// Where the value lies in `DICOMFile.contents`; `nil` for a value that was made.
    public var origin: Range<Int>? { reading == nil ? nil : start..<(start + count) }

    /// A value that was made: `bytes`, with numbers in `byteOrder`.
    public init(_ bytes: Bytes, byteOrder: TransferSyntax.ByteOrder = .littleEndian) {
        self.held = bytes
        self.isReference = false
        self.count = bytes.count
        self.byteOrder = byteOrder
        self.start = 0
        self.reading = nil
    }

    /// A value that is to be had elsewhere.
    public init(bulkDataURI: String) {
        held = Bytes(utf8: bulkDataURI)
        isReference = true
        count = 0
        byteOrder = .littleEndian
        start = 0
        reading = nil
    }

    init(bytes: Bytes?, range: Range<Int>, reading: Reading, byteOrder: TransferSyntax.ByteOrder) {
        self.held = bytes
        self.isReference = false
        self.count = range.count
        self.byteOrder = byteOrder
        self.start = range.lowerBound
        self.reading = reading
    }

    /// The first `count` bytes of the value, still known to lie in the file; `nil` where there are not so many.
    public func prefix(_ count: Int) -> RawValue? {
        guard count >= 0, count <= self.count else { return nil }
        let bytes = bytes.map { $0[clamping: 0..<count] }
        guard let reading else { return RawValue(bytes ?? Bytes(), byteOrder: byteOrder) }
        return RawValue(bytes: bytes, range: start..<(start + count), reading: reading, byteOrder: byteOrder)
    }
}

extension RawValue: Equatable {
    /// Whether both hold the same bytes, or both were left in the same place of the same file.
    public static func == (left: RawValue, right: RawValue) -> Bool {
        guard left.count == right.count, left.bulkDataURI == right.bulkDataURI else { return false }
        if let bytes = left.bytes, let others = right.bytes {
            return bytes == others && left.byteOrder == right.byteOrder
        }
        return left.bytes == nil && right.bytes == nil && left.start == right.start && left.reading == right.reading
    }
}
