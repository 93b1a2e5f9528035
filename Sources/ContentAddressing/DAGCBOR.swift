public import ByteIO

/// dag-cbor: the one encoding of each value, written and read (RFC 8949 as IPLD narrows it).
public enum DAGCBOR {
    /// The major types of RFC 8949 §3.1.
    enum Major: UInt8 {
        case unsigned = 0
        case negative = 1
        case bytes = 2
        case text = 3
        case list = 4
        case map = 5
        case tag = 6
        case simple = 7
    }

    static let linkTag: UInt64 = 42

    /// The encoding of `value`. Maps are put in canonical order.
    /// - Throws: `unsupportedValue` for numbers out of range or not finite; `notCanonical` for a key that occurs
    ///   twice; `tooDeep` where no reader with the default limits would follow.
    public static func encode(_ value: DAGValue) throws(ContentAddressingError) -> Bytes {
        var bytes: [UInt8] = []
        try append(value, depth: 0, to: &bytes)
        return Bytes(bytes)
    }

    private static func append(_ value: DAGValue, depth: Int, to bytes: inout [UInt8]) throws(ContentAddressingError) {
        guard depth <= DAGLimits().maximumDepth else { throw ContentAddressingError(.tooDeep) }
        switch value {
        case .null: bytes.append(0xF6)
        case .bool(let flag): bytes.append(flag ? 0xF5 : 0xF4)
        case .integer(let number):
            guard let magnitude = UInt64(exactly: number >= 0 ? number : -1 - number) else {
                throw ContentAddressingError(.unsupportedValue)
            }
            appendHead(number >= 0 ? .unsigned : .negative, magnitude, to: &bytes)
        case .float(let number):
            guard number.isFinite else { throw ContentAddressingError(.unsupportedValue) }
            bytes.append(0xFB)
            appendBigEndian(number.bitPattern, count: 8, to: &bytes)
        case .bytes(let run):
            appendHead(.bytes, UInt64(run.count), to: &bytes)
            bytes += run.array
        case .text(let text): append(text, to: &bytes)
        case .list(let values):
            appendHead(.list, UInt64(values.count), to: &bytes)
            for value in values { try append(value, depth: depth + 1, to: &bytes) }
        case .map(let entries):
            let sorted = entries.sorted { precedes($0.key, $1.key) }
            appendHead(.map, UInt64(sorted.count), to: &bytes)
            for (index, entry) in sorted.enumerated() {
                if index > 0, !precedes(sorted[index - 1].key, entry.key) {
                    throw ContentAddressingError(.notCanonical)
                }
                append(entry.key, to: &bytes)
                try append(entry.value, depth: depth + 1, to: &bytes)
            }
        case .link(let cid):
            appendHead(.tag, linkTag, to: &bytes)
            appendHead(.bytes, UInt64(1 + cid.count), to: &bytes)
            bytes.append(0)
            cid.append(to: &bytes)
        }
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        appendHead(.text, UInt64(text.utf8.count), to: &bytes)
        bytes += text.utf8
    }

    /// The order of keys: shorter first, then by bytes.
    static func precedes(_ left: String, _ right: String) -> Bool {
        let (leftCount, rightCount) = (left.utf8.count, right.utf8.count)
        return leftCount == rightCount ? left.utf8.lexicographicallyPrecedes(right.utf8) : leftCount < rightCount
    }

    private static func appendHead(_ major: Major, _ argument: UInt64, to bytes: inout [UInt8]) {
        let high = major.rawValue << 5
        switch argument {
        case 0..<24: bytes.append(high | UInt8(argument))
        case 24...0xFF:
            bytes.append(high | 24)
            bytes.append(UInt8(argument))
        case 0x100...0xFFFF:
            bytes.append(high | 25)
            appendBigEndian(argument, count: 2, to: &bytes)
        case 0x1_0000...0xFFFF_FFFF:
            bytes.append(high | 26)
            appendBigEndian(argument, count: 4, to: &bytes)
        default:
            bytes.append(high | 27)
            appendBigEndian(argument, count: 8, to: &bytes)
        }
    }

    private static func appendBigEndian(_ number: UInt64, count: Int, to bytes: inout [UInt8]) {
        for index in (0..<count).reversed() { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * index))) }
    }
}
