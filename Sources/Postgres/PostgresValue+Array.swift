/// What can stand in an array parameter. `[UInt8]` itself is bytea, and an array of it bytea[].
public protocol PostgresArrayElement: PostgresEncodable {
    static var postgresArrayType: UInt32 { get }
    /// Type of the elements inside the binary array, never 0.
    static var postgresElementType: UInt32 { get }
    static func postgresBytes(ofArray array: [Self]) -> [UInt8]
}

extension PostgresArrayElement {
    public static var postgresElementType: UInt32 { postgresType }

    /// One dimension, lower bound 1: `array_recv` of PostgreSQL's arrayfuncs.c is the only description there is.
    public static func postgresBytes(ofArray array: [Self]) -> [UInt8] {
        let values = array.map(\.postgresValue.bytes)
        var bytes: [UInt8] = []
        bytes += Int32(array.isEmpty ? 0 : 1).bigEndianBytes
        bytes += Int32(values.contains { $0 == nil } ? 1 : 0).bigEndianBytes
        bytes += postgresElementType.bigEndianBytes
        guard !array.isEmpty else { return bytes }
        bytes += Int32(clamping: array.count).bigEndianBytes
        bytes += Int32(1).bigEndianBytes
        for value in values {
            guard let value else {
                bytes += Int32(-1).bigEndianBytes
                continue
            }
            bytes += Int32(clamping: value.count).bigEndianBytes
            bytes += value
        }
        return bytes
    }
}

extension Array: PostgresEncodable where Element: PostgresArrayElement {
    public static var postgresType: UInt32 { Element.postgresArrayType }
    public var postgresBytes: [UInt8] { Element.postgresBytes(ofArray: self) }
}

extension Int: PostgresArrayElement {
    public static var postgresArrayType: UInt32 { PostgresValue.ObjectID.int8Array }
}

extension Int64: PostgresArrayElement {
    public static var postgresArrayType: UInt32 { PostgresValue.ObjectID.int8Array }
}

extension Int32: PostgresArrayElement {
    public static var postgresArrayType: UInt32 { PostgresValue.ObjectID.int4Array }
}

extension Double: PostgresArrayElement {
    public static var postgresArrayType: UInt32 { PostgresValue.ObjectID.float8Array }
}

extension Bool: PostgresArrayElement {
    public static var postgresArrayType: UInt32 { PostgresValue.ObjectID.boolArray }
}

extension String: PostgresArrayElement {
    public static var postgresArrayType: UInt32 { PostgresValue.ObjectID.textArray }
    public static var postgresElementType: UInt32 { PostgresValue.ObjectID.text }
}

extension Optional: PostgresArrayElement where Wrapped: PostgresArrayElement {
    public static var postgresArrayType: UInt32 { Wrapped.postgresArrayType }
    public static var postgresElementType: UInt32 { Wrapped.postgresElementType }
}

/// A byte alone is a smallint; an array of them is one bytea and no smallint[].
extension UInt8: PostgresArrayElement {
    public static var postgresType: UInt32 { PostgresValue.ObjectID.int2 }
    public var postgresBytes: [UInt8] { [0, self] }
    public static var postgresArrayType: UInt32 { PostgresValue.ObjectID.bytea }
    public static func postgresBytes(ofArray array: [UInt8]) -> [UInt8] { array }
}

extension Array: PostgresArrayElement where Element == UInt8 {
    public static var postgresArrayType: UInt32 { PostgresValue.ObjectID.byteaArray }
}
