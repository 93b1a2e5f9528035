public import FoundationEssentials

/// A parameter as it goes over the wire.
public struct PostgresValue: Sendable {
    /// Object identifiers of built-in types (PostgreSQL's `pg_type.dat`); they never change.
    enum ObjectID {
        static let inferred: UInt32 = 0
        static let bool: UInt32 = 16
        static let bytea: UInt32 = 17
        static let char: UInt32 = 18
        static let name: UInt32 = 19
        static let int8: UInt32 = 20
        static let int2: UInt32 = 21
        static let int4: UInt32 = 23
        static let text: UInt32 = 25
        static let oid: UInt32 = 26
        static let json: UInt32 = 114
        static let xml: UInt32 = 142
        static let float4: UInt32 = 700
        static let float8: UInt32 = 701
        static let unknown: UInt32 = 705
        static let int2Array: UInt32 = 1005
        static let int4Array: UInt32 = 1007
        static let textArray: UInt32 = 1009
        static let bpchar: UInt32 = 1042
        static let varchar: UInt32 = 1043
        static let varcharArray: UInt32 = 1015
        static let int8Array: UInt32 = 1016
        static let boolArray: UInt32 = 1000
        static let byteaArray: UInt32 = 1001
        static let float8Array: UInt32 = 1022
        static let date: UInt32 = 1082
        static let timestamp: UInt32 = 1114
        static let timestamptz: UInt32 = 1184
        static let numeric: UInt32 = 1700
        static let uuid: UInt32 = 2950
        static let uuidArray: UInt32 = 2951
        static let jsonb: UInt32 = 3802
    }

    /// Type that the server is told; 0 lets it infer the type from where the parameter stands.
    public let type: UInt32
    public let isBinary: Bool
    /// `nil` is NULL.
    public let bytes: [UInt8]?

    public init(type: UInt32, isBinary: Bool, bytes: [UInt8]?) {
        self.type = type
        self.isBinary = isBinary
        self.bytes = bytes
    }
}

/// What can be a query parameter.
///
/// `Int`, `Int64`, `Int32`, `Double`, `Bool`, `UUID`, `Date` (timestamptz), `[UInt8]` (bytea) and arrays go in binary
/// form with their type. `String` goes without one, so that it fits text, jsonb, date, inet and enumerations alike;
/// where the server cannot tell (`$1 IS NULL`) write `$1::text`. Enumerations with such a raw value need only declare
/// it.
public protocol PostgresEncodable: Sendable {
    /// Type of every value of this Swift type, NULL included.
    static var postgresType: UInt32 { get }
    /// Whether `postgresBytes` is the binary form.
    static var postgresIsBinary: Bool { get }
    var postgresBytes: [UInt8] { get }
    var postgresValue: PostgresValue { get }
}

extension PostgresEncodable {
    public static var postgresIsBinary: Bool { true }

    public var postgresValue: PostgresValue {
        PostgresValue(type: Self.postgresType, isBinary: Self.postgresIsBinary, bytes: postgresBytes)
    }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    public static var postgresType: UInt32 { Wrapped.postgresType }
    public static var postgresIsBinary: Bool { Wrapped.postgresIsBinary }
    public var postgresBytes: [UInt8] { self?.postgresBytes ?? [] }

    public var postgresValue: PostgresValue {
        self?.postgresValue ?? PostgresValue(type: Wrapped.postgresType, isBinary: Wrapped.postgresIsBinary, bytes: nil)
    }
}

extension PostgresEncodable where Self: RawRepresentable, RawValue: PostgresEncodable {
    public static var postgresType: UInt32 { RawValue.postgresType }
    public static var postgresIsBinary: Bool { RawValue.postgresIsBinary }
    public var postgresBytes: [UInt8] { rawValue.postgresBytes }
}

extension FixedWidthInteger {
    /// The bytes, most significant first.
    var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}

extension Int64: PostgresEncodable {
    public static var postgresType: UInt32 { PostgresValue.ObjectID.int8 }
    public var postgresBytes: [UInt8] { bigEndianBytes }
}

extension Int: PostgresEncodable {
    public static var postgresType: UInt32 { PostgresValue.ObjectID.int8 }
    public var postgresBytes: [UInt8] { Int64(self).bigEndianBytes }
}

extension Int32: PostgresEncodable {
    public static var postgresType: UInt32 { PostgresValue.ObjectID.int4 }
    public var postgresBytes: [UInt8] { bigEndianBytes }
}

extension Double: PostgresEncodable {
    public static var postgresType: UInt32 { PostgresValue.ObjectID.float8 }
    public var postgresBytes: [UInt8] { bitPattern.bigEndianBytes }
}

extension Bool: PostgresEncodable {
    public static var postgresType: UInt32 { PostgresValue.ObjectID.bool }
    public var postgresBytes: [UInt8] { [self ? 1 : 0] }
}

extension String: PostgresEncodable {
    public static var postgresType: UInt32 { PostgresValue.ObjectID.inferred }
    public static var postgresIsBinary: Bool { false }
    public var postgresBytes: [UInt8] { Array(utf8) }
}

extension UUID: PostgresEncodable {
    public static var postgresType: UInt32 { PostgresValue.ObjectID.uuid }
    public var postgresBytes: [UInt8] { withUnsafeBytes(of: uuid) { Array($0) } }
}

extension Date: PostgresEncodable {
    /// 2000-01-01T00:00:00Z, where PostgreSQL's timestamps begin, in Unix time.
    static let postgresEpoch: TimeInterval = 946_684_800

    public static var postgresType: UInt32 { PostgresValue.ObjectID.timestamptz }

    /// Microseconds since 2000; out of range becomes ±infinity, as PostgreSQL calls them.
    public var postgresBytes: [UInt8] {
        let microseconds = ((timeIntervalSince1970 - Date.postgresEpoch) * 1_000_000).rounded()
        if let exact = Int64(exactly: microseconds) { return exact.bigEndianBytes }
        return (microseconds < 0 ? Int64.min : Int64.max).bigEndianBytes
    }
}
