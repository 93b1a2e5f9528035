import ByteIO

/// Unsigned LEB128 numbers as multiformats define them: at most nine bytes, in the shortest form.
enum Varint {
    static let maximumCount = 9

    static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// How many bytes `value` takes.
    static func count(_ value: UInt64) -> Int { value == 0 ? 1 : (70 - value.leadingZeroBitCount) / 7 }
}

/// Reads forward through bytes that nobody vouches for.
struct Cursor {
    let bytes: Bytes
    /// Where the first of the bytes lies in whatever they were taken from, for errors.
    let origin: Int
    private(set) var position = 0

    init(_ bytes: Bytes, origin: Int = 0) {
        self.bytes = bytes
        self.origin = origin
    }

    var remaining: Int { bytes.count - position }
    var isAtEnd: Bool { remaining == 0 }
    /// Where the next byte lies.
    var offset: Int { origin + position }

    func failure(_ code: ContentAddressingError.Code) -> ContentAddressingError {
        ContentAddressingError(code, offset: offset)
    }

    mutating func byte() throws(ContentAddressingError) -> UInt8 {
        guard position < bytes.count else { throw failure(.truncated) }
        defer { position += 1 }
        return bytes[position]
    }

    /// The next `count` bytes; no memory is reserved for them.
    mutating func take(_ count: some BinaryInteger) throws(ContentAddressingError) -> Bytes {
        guard let count = Int(exactly: count), count >= 0, count <= remaining else { throw failure(.truncated) }
        defer { position += count }
        return bytes[clamping: position..<(position + count)]
    }

    mutating func varint() throws(ContentAddressingError) -> UInt64 {
        let start = self
        var value: UInt64 = 0
        for index in 0..<Varint.maximumCount {
            let byte = try byte()
            value |= UInt64(byte & 0x7F) << UInt64(7 * index)
            guard byte < 0x80 else { continue }
            guard byte != 0 || index == 0 else { throw start.failure(.varintMalformed) }
            return value
        }
        throw start.failure(.varintMalformed)
    }

    /// Nothing may follow.
    func expectEnd() throws(ContentAddressingError) {
        guard isAtEnd else { throw failure(.trailingBytes) }
    }
}
