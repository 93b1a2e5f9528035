public import FoundationEssentials

/// What an array's elements can be read as.
public protocol PostgresArrayDecodable: PostgresDecodable {
    /// One element in its binary form, `nil` where it isn't one.
    static func decodeElement(_ bytes: UnsafeRawBufferPointer, type: UInt32) -> Self?
    static func decodeArray(_ cell: PostgresCell) throws(PostgresError) -> [Self]
}

extension PostgresArrayDecodable {
    /// One dimension (`array_send` of PostgreSQL's arrayfuncs.c). NULL elements are refused.
    public static func decodeArray(_ cell: PostgresCell) throws(PostgresError) -> [Self] {
        try cell.withBytes("an array") { bytes throws(PostgresError) in
            guard let dimensions = bytes.bigEndian(Int32.self), let type = bytes.bigEndian(UInt32.self, at: 8) else {
                throw cell.mismatch("an array")
            }
            if dimensions == 0 { return [] }
            guard dimensions == 1, let count = bytes.bigEndian(Int32.self, at: 12), count >= 0,
                Int(count) <= bytes.count / 4
            else { throw cell.mismatch("an array of one dimension") }
            var array: [Self] = []
            array.reserveCapacity(Int(count))
            var offset = 20
            for _ in 0..<count {
                guard let length = bytes.bigEndian(Int32.self, at: offset), length >= 0,
                    offset + 4 + Int(length) <= bytes.count,
                    let element = decodeElement(
                        UnsafeRawBufferPointer(rebasing: bytes[(offset + 4)..<(offset + 4 + Int(length))]), type: type)
                else { throw cell.mismatch("an array of \(Self.self) without NULL") }
                array.append(element)
                offset += 4 + Int(length)
            }
            return array
        }
    }
}

extension Array: PostgresDecodable where Element: PostgresArrayDecodable {
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> [Element] {
        try Element.decodeArray(cell)
    }
}

extension String: PostgresArrayDecodable {
    public static func decodeElement(_ bytes: UnsafeRawBufferPointer, type: UInt32) -> String? {
        decode(bytes, type: type)
    }
}

extension Int64: PostgresArrayDecodable {
    public static func decodeElement(_ bytes: UnsafeRawBufferPointer, type: UInt32) -> Int64? {
        decode(bytes, type: type)
    }
}

extension Int: PostgresArrayDecodable {
    public static func decodeElement(_ bytes: UnsafeRawBufferPointer, type: UInt32) -> Int? {
        Int64.decode(bytes, type: type).flatMap { Int(exactly: $0) }
    }
}

extension Double: PostgresArrayDecodable {
    public static func decodeElement(_ bytes: UnsafeRawBufferPointer, type: UInt32) -> Double? {
        decode(bytes, type: type)
    }
}

extension UUID: PostgresArrayDecodable {
    public static func decodeElement(_ bytes: UnsafeRawBufferPointer, type: UInt32) -> UUID? {
        type == PostgresValue.ObjectID.uuid ? decode(bytes) : nil
    }
}

/// `[UInt8]` is bytea: the array itself is the value, a byte alone is none.
extension UInt8: PostgresArrayDecodable {
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> UInt8 {
        guard let value = UInt8(exactly: try Int64.decode(cell)) else { throw cell.mismatch("a byte") }
        return value
    }

    public static func decodeElement(_ bytes: UnsafeRawBufferPointer, type: UInt32) -> UInt8? {
        Int64.decode(bytes, type: type).flatMap { UInt8(exactly: $0) }
    }

    public static func decodeArray(_ cell: PostgresCell) throws(PostgresError) -> [UInt8] {
        guard cell.type == PostgresValue.ObjectID.bytea else { throw cell.mismatch("bytea") }
        return try cell.withBytes("bytea") { bytes throws(PostgresError) in Array(bytes) }
    }
}

extension Array: PostgresArrayDecodable where Element == UInt8 {
    public static func decodeElement(_ bytes: UnsafeRawBufferPointer, type: UInt32) -> [UInt8]? {
        type == PostgresValue.ObjectID.bytea ? Array(bytes) : nil
    }
}
