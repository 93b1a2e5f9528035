public import ByteIO

extension DAGCBOR {
    /// The value that `bytes` encode, all of them.
    /// - Throws: `notCanonical` for a value in any encoding but the one; `unsupportedValue`, `notUTF8`, `notCID`,
    ///   `truncated`, `trailingBytes`; `tooLarge`, `tooDeep`, `tooMany` beyond `limits`.
    public static func decode(
        _ bytes: Bytes, limits: DAGLimits = DAGLimits()
    ) throws(ContentAddressingError) -> DAGValue {
        guard bytes.count <= limits.maximumBytes else { throw ContentAddressingError(.tooLarge) }
        var reader = Reader(cursor: Cursor(bytes), limits: limits)
        let value = try reader.value(depth: 0)
        try reader.cursor.expectEnd()
        return value
    }

    private struct Reader {
        var cursor: Cursor
        let limits: DAGLimits
        var count = 0

        mutating func value(depth: Int) throws(ContentAddressingError) -> DAGValue {
            guard depth <= limits.maximumDepth else { throw cursor.failure(.tooDeep) }
            let start = cursor
            let (major, argument) = try head()
            switch major {
            case .unsigned: return .integer(Int128(argument))
            case .negative: return .integer(-1 - Int128(argument))
            case .bytes: return .bytes(try cursor.take(argument))
            case .text: return .text(try text(argument))
            case .list: return .list(try list(argument, depth: depth))
            case .map: return .map(try map(argument, depth: depth))
            case .tag:
                guard argument == linkTag else { throw start.failure(.unsupportedValue) }
                return .link(try link())
            case .simple: return try simple(argument, start: start)
            }
        }

        /// The major type and its argument; for simple values and floats, the additional information itself.
        private mutating func head() throws(ContentAddressingError) -> (Major, UInt64) {
            count += 1
            guard count <= limits.maximumValues else { throw cursor.failure(.tooMany) }
            let start = cursor
            let first = try cursor.byte()
            // Three bits have a major type each.
            guard let major = Major(rawValue: first >> 5) else { throw start.failure(.unsupportedValue) }
            let information = first & 31
            if information < 24 || major == .simple { return (major, UInt64(information)) }
            guard information <= 27 else { throw start.failure(.notCanonical) }
            let width = 1 << Int(information - 24)
            let argument = try number(width)
            let least: UInt64 = width == 1 ? 24 : 1 << UInt64(4 * width)
            guard argument >= least else { throw start.failure(.notCanonical) }
            return (major, argument)
        }

        private mutating func number(_ width: Int) throws(ContentAddressingError) -> UInt64 {
            var number: UInt64 = 0
            for byte in try cursor.take(width) { number = number << 8 | UInt64(byte) }
            return number
        }

        private mutating func text(_ count: UInt64) throws(ContentAddressingError) -> String {
            let start = cursor
            guard let text = String(validating: try cursor.take(count), as: UTF8.self) else {
                throw start.failure(.notUTF8)
            }
            return text
        }

        // Room is reserved for no announced count: what is appended was there.

        private mutating func list(_ count: UInt64, depth: Int) throws(ContentAddressingError) -> [DAGValue] {
            guard count <= UInt64(cursor.remaining) else { throw cursor.failure(.truncated) }
            var values: [DAGValue] = []
            for _ in 0..<count { values.append(try value(depth: depth + 1)) }
            return values
        }

        private mutating func map(_ count: UInt64, depth: Int) throws(ContentAddressingError) -> [DAGValue.Entry] {
            guard count <= UInt64(cursor.remaining / 2) else { throw cursor.failure(.truncated) }
            var entries: [DAGValue.Entry] = []
            for _ in 0..<count {
                let start = cursor
                let (major, length) = try head()
                guard major == .text else { throw start.failure(.unsupportedValue) }
                let key = try text(length)
                if let last = entries.last, !precedes(last.key, key) { throw start.failure(.notCanonical) }
                entries.append(DAGValue.Entry(key, try value(depth: depth + 1)))
            }
            return entries
        }

        private mutating func link() throws(ContentAddressingError) -> CID {
            let start = cursor
            let (major, count) = try head()
            guard major == .bytes else { throw start.failure(.unsupportedValue) }
            let origin = cursor.offset
            var inner = Cursor(try cursor.take(count), origin: origin)
            guard try inner.byte() == 0 else { throw start.failure(.unsupportedValue) }
            let cid = try CID(from: &inner)
            try inner.expectEnd()
            return cid
        }

        private mutating func simple(_ information: UInt64, start: Cursor) throws(ContentAddressingError) -> DAGValue {
            switch information {
            case 20: return .bool(false)
            case 21: return .bool(true)
            case 22: return .null
            case 25, 26: throw start.failure(.notCanonical)
            case 27:
                let number = Double(bitPattern: try self.number(8))
                guard number.isFinite else { throw start.failure(.unsupportedValue) }
                return .float(number)
            default: throw start.failure(.unsupportedValue)
            }
        }
    }
}
