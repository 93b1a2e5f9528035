public import FoundationEssentials

/// What a column can be read as. An enumeration with such a raw value need only declare it.
public protocol PostgresDecodable {
    /// - Throws: `PostgresError.decoding` for NULL or another type.
    static func decode(_ cell: PostgresCell) throws(PostgresError) -> Self
}

/// One value of one row as the server sent it.
public struct PostgresCell: Sendable {
    let result: PostgresResult
    let row: Int
    let column: Int

    public var isNull: Bool { result.isNull(row: row, column: column) }

    /// The server's type of the column.
    public var type: UInt32 { result.columns.types[column] }

    /// The error to throw for a cell that isn't `wanted`. Names the column, not what it holds.
    public func mismatch(_ wanted: String) -> PostgresError {
        let found = isNull ? "NULL" : "type \(type)"
        return PostgresError(.decoding, reason: "column \(result.columns.names[column]) is \(found), not \(wanted)")
    }

    /// Hands the bytes to `body`, in the type's binary form. They do not live longer than the call.
    func withBytes<Value>(
        _ wanted: String, _ body: (UnsafeRawBufferPointer) throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value {
        guard !isNull, result.isBinary(column: column) else { throw mismatch(wanted) }
        let value = try body(result.bytes(row: row, column: column))
        withExtendedLifetime(result) {}
        return value
    }
}

extension UnsafeRawBufferPointer {
    /// The integer at `offset`, most significant byte first; `nil` where the bytes end before.
    func bigEndian<Value: FixedWidthInteger>(_ type: Value.Type, at offset: Int = 0) -> Value? {
        let size = MemoryLayout<Value>.size
        guard offset >= 0, offset <= count - size else { return nil }
        return Value(bigEndian: loadUnaligned(fromByteOffset: offset, as: Value.self))
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> Wrapped? {
        cell.isNull ? nil : try Wrapped.decode(cell)
    }
}

extension PostgresDecodable where Self: RawRepresentable, RawValue: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> Self {
        guard let value = Self(rawValue: try RawValue.decode(cell)) else { throw cell.mismatch("a known case") }
        return value
    }
}

extension Int64: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> Int64 {
        try cell.withBytes("an integer") { bytes throws(PostgresError) in
            guard let value = decode(bytes, type: cell.type) else { throw cell.mismatch("an integer") }
            return value
        }
    }

    static func decode(_ bytes: UnsafeRawBufferPointer, type: UInt32) -> Int64? {
        switch type {
        case PostgresValue.ObjectID.int8: bytes.bigEndian(Int64.self)
        case PostgresValue.ObjectID.int4: bytes.bigEndian(Int32.self).map(Int64.init)
        case PostgresValue.ObjectID.int2: bytes.bigEndian(Int16.self).map(Int64.init)
        case PostgresValue.ObjectID.oid: bytes.bigEndian(UInt32.self).map(Int64.init)
        case PostgresValue.ObjectID.numeric: PostgresNumeric(bytes).flatMap { Int64($0.text) }
        default: nil
        }
    }
}

extension Int: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> Int {
        guard let value = Int(exactly: try Int64.decode(cell)) else { throw cell.mismatch("an integer that fits") }
        return value
    }
}

extension Int32: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> Int32 {
        guard let value = Int32(exactly: try Int64.decode(cell)) else { throw cell.mismatch("an integer that fits") }
        return value
    }
}

extension Double: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> Double {
        try cell.withBytes("a number") { bytes throws(PostgresError) in
            guard let value = decode(bytes, type: cell.type) else { throw cell.mismatch("a number") }
            return value
        }
    }

    static func decode(_ bytes: UnsafeRawBufferPointer, type: UInt32) -> Double? {
        switch type {
        case PostgresValue.ObjectID.float8: bytes.bigEndian(UInt64.self).map { Double(bitPattern: $0) }
        case PostgresValue.ObjectID.float4: bytes.bigEndian(UInt32.self).map { Double(Float(bitPattern: $0)) }
        case PostgresValue.ObjectID.numeric: PostgresNumeric(bytes).flatMap { Double($0.text) }
        default: Int64.decode(bytes, type: type).map(Double.init)
        }
    }
}

extension Bool: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> Bool {
        guard cell.type == PostgresValue.ObjectID.bool else { throw cell.mismatch("a boolean") }
        return try cell.withBytes("a boolean") { bytes throws(PostgresError) in bytes.first == 1 }
    }
}

extension String: PostgresDecodable {
    /// Text, names, enumerations, json, jsonb; numeric in its exact decimal form; a uuid in lower case.
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> String {
        try cell.withBytes("text") { bytes throws(PostgresError) in
            guard let text = decode(bytes, type: cell.type) else { throw cell.mismatch("text") }
            return text
        }
    }

    static func decode(_ bytes: UnsafeRawBufferPointer, type: UInt32) -> String? {
        switch type {
        case PostgresValue.ObjectID.jsonb:
            guard bytes.first == 1 else { return nil }
            return String(decoding: UnsafeRawBufferPointer(rebasing: bytes.dropFirst()), as: UTF8.self)
        case PostgresValue.ObjectID.numeric: return PostgresNumeric(bytes)?.text
        case PostgresValue.ObjectID.uuid: return UUID.decode(bytes)?.uuidString.lowercased()
        case PostgresValue.ObjectID.text, PostgresValue.ObjectID.varchar, PostgresValue.ObjectID.bpchar,
            PostgresValue.ObjectID.name, PostgresValue.ObjectID.json, PostgresValue.ObjectID.xml,
            PostgresValue.ObjectID.char, PostgresValue.ObjectID.unknown:
            return String(decoding: bytes, as: UTF8.self)
        // Enumerations and domains of our own have identifiers beyond the reserved ones; their binary form is text.
        case 16384...: return String(validating: bytes, as: UTF8.self)
        default: return nil
        }
    }
}

extension UUID: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> UUID {
        try cell.withBytes("a UUID") { bytes throws(PostgresError) in
            guard cell.type == PostgresValue.ObjectID.uuid, let value = decode(bytes) else {
                throw cell.mismatch("a UUID")
            }
            return value
        }
    }

    static func decode(_ bytes: UnsafeRawBufferPointer) -> UUID? {
        guard bytes.count == 16 else { return nil }
        return UUID(uuid: bytes.loadUnaligned(as: uuid_t.self))
    }
}

extension Date: PostgresDecodable {
    /// timestamptz, timestamp (taken as UTC) and date (midnight UTC). ±infinity become distant past and future.
    public static func decode(_ cell: PostgresCell) throws(PostgresError) -> Date {
        try cell.withBytes("a time") { bytes throws(PostgresError) in
            switch cell.type {
            case PostgresValue.ObjectID.timestamptz, PostgresValue.ObjectID.timestamp:
                guard let value = bytes.bigEndian(Int64.self) else { throw cell.mismatch("a time") }
                if value == .max { return .distantFuture }
                if value == .min { return .distantPast }
                return Date(timeIntervalSince1970: postgresEpoch + Double(value) / 1_000_000)
            case PostgresValue.ObjectID.date:
                guard let days = bytes.bigEndian(Int32.self) else { throw cell.mismatch("a date") }
                if days == .max { return .distantFuture }
                if days == .min { return .distantPast }
                return Date(timeIntervalSince1970: postgresEpoch + Double(days) * 86_400)
            default: throw cell.mismatch("a time")
            }
        }
    }
}
