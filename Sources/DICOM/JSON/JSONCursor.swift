internal import ByteIO

/// Walks through JSON (RFC 8259) in UTF-8, token after token, and keeps to its grammar strictly. Nothing is built but
/// the strings that are asked for.
struct JSONCursor {
    private let bytes: Bytes
    /// Where the next token, or white space before it, begins.
    var offset = 0

    /// Numbers and literals longer than this are none.
    static let longestNumber = 64

    init(_ bytes: Bytes) {
        self.bytes = bytes
        // A byte order mark is tolerated (RFC 8259 §8.1).
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
    }

    func malformed(_ reason: String) -> DICOMError { DICOMError(.malformed, offset: offset, reason: reason) }

    /// The next byte that is no white space; `nil` at the end.
    mutating func peek() -> UInt8? {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x09, 0x0A, 0x0D: offset += 1
            case let byte: return byte
            }
        }
        return nil
    }

    /// Passes over `byte` if it is next.
    mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        offset += 1
        return true
    }

    mutating func expect(_ byte: UInt8, _ reason: String) throws(DICOMError) {
        guard take(byte) else { throw malformed(reason) }
    }

    /// Nothing but white space may follow.
    mutating func expectEnd() throws(DICOMError) {
        guard peek() == nil else { throw malformed("something follows the JSON") }
    }

    /// `null`, if it is next.
    mutating func takeNull() throws(DICOMError) -> Bool {
        guard peek() == UInt8(ascii: "n") else { return false }
        guard try literal() == "null" else { throw malformed("a value is expected") }
        return true
    }

    /// The text of the number that is next, as it is written.
    mutating func number() throws(DICOMError) -> String {
        guard let first = peek(), first == UInt8(ascii: "-") || JSONCursor.isDigit(first) else {
            throw malformed("a number is expected")
        }
        let start = offset
        let text = try literal()
        guard JSONCursor.isNumber(text) else {
            throw DICOMError(.malformed, offset: start, reason: "a number is not written as JSON demands")
        }
        return text
    }

    /// Letters, digits and signs up to the next delimiter.
    private mutating func literal() throws(DICOMError) -> String {
        _ = peek()
        let start = offset
        while offset < bytes.count, JSONCursor.isInLiteral(bytes[offset]) {
            offset += 1
            guard offset - start <= JSONCursor.longestNumber else { throw malformed("a number is too long") }
        }
        return String(decoding: bytes[clamping: start..<offset], as: UTF8.self)
    }

    /// Passes over the value that is next.
    /// - Parameter depth: how many levels it may nest.
    mutating func skip(depth: Int) throws(DICOMError) {
        guard depth > 0 else { throw DICOMError(.limitReached, offset: offset, reason: "JSON nests too deeply") }
        switch peek() {
        case UInt8(ascii: "{"):
            offset += 1
            if take(UInt8(ascii: "}")) { return }
            repeat {
                try skipString()
                try expect(UInt8(ascii: ":"), "a colon is expected")
                try skip(depth: depth - 1)
            } while take(UInt8(ascii: ","))
            try expect(UInt8(ascii: "}"), "a comma or the end of an object is expected")
        case UInt8(ascii: "["):
            offset += 1
            if take(UInt8(ascii: "]")) { return }
            repeat { try skip(depth: depth - 1) } while take(UInt8(ascii: ","))
            try expect(UInt8(ascii: "]"), "a comma or the end of an array is expected")
        case UInt8(ascii: "\""): try skipString()
        case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"):
            guard ["true", "false", "null"].contains(try literal()) else { throw malformed("a value is expected") }
        default: _ = try number()
        }
    }

    // MARK: - Grammar

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isInLiteral(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "+"),
            UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: isDigit(byte)
        }
    }

    /// Whether `text` is a number: no plus sign, no leading zeros, digits on both sides of a point.
    private static func isNumber(_ text: String) -> Bool {
        var rest = Substring(text).utf8
        func digits() -> Int {
            let count = rest.prefix(while: isDigit).count
            rest = rest.dropFirst(count)
            return count
        }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let isZero = rest.first == UInt8(ascii: "0")
        let whole = digits()
        guard whole > 0, !isZero || whole == 1 else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard digits() > 0 else { return false }
        }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }
}

// MARK: - Strings

extension JSONCursor {
    /// The string that is next.
    mutating func string() throws(DICOMError) -> String {
        try expect(UInt8(ascii: "\""), "a string is expected")
        let start = offset
        // Most strings have no escapes and are decoded as they stand.
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "\""), bytes[offset] != UInt8(ascii: "\\"),
            bytes[offset] >= 0x20
        {
            offset += 1
        }
        let plain = bytes[clamping: start..<offset]
        guard offset < bytes.count else { throw malformed("a string does not end") }
        if bytes[offset] == UInt8(ascii: "\"") {
            offset += 1
            return try text(plain, at: start)
        }
        return try escapedString(from: start, Array(plain))
    }

    private func text(_ utf8: some Sequence<UInt8>, at start: Int) throws(DICOMError) -> String {
        guard let text = String(validating: utf8, as: UTF8.self) else {
            throw DICOMError(.malformed, offset: start, reason: "a string is not UTF-8")
        }
        return text
    }

    private mutating func escapedString(from start: Int, _ beginning: [UInt8]) throws(DICOMError) -> String {
        var utf8 = beginning
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            switch byte {
            case UInt8(ascii: "\""): return try text(utf8, at: start)
            case UInt8(ascii: "\\"): utf8.append(contentsOf: try escaped())
            case 0..<0x20: throw malformed("a string contains a control character")
            default: utf8.append(byte)
            }
        }
        throw malformed("a string does not end")
    }

    /// What the escape sequence after a backslash stands for, in UTF-8.
    private mutating func escaped() throws(DICOMError) -> [UInt8] {
        guard offset < bytes.count else { throw malformed("a string does not end") }
        let byte = bytes[offset]
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return Array(String(try escapedScalar()).utf8)
        default: throw malformed("an escape sequence does not exist")
        }
    }

    /// One or, for a pair of surrogates, two sequences of four hexadecimal digits.
    private mutating func escapedScalar() throws(DICOMError) -> Unicode.Scalar {
        let unit = try codeUnit()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard (0xD800..<0xDC00).contains(unit), bytes[clamping: offset..<(offset + 2)].elementsEqual([0x5C, 0x75])
        else {
            throw malformed("half of a surrogate pair stands alone")
        }
        offset += 2
        let low = try codeUnit()
        guard (0xDC00..<0xE000).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(low) - 0xDC00))
        else { throw malformed("half of a surrogate pair stands alone") }
        return scalar
    }

    private mutating func codeUnit() throws(DICOMError) -> UInt16 {
        let digits = bytes[clamping: offset..<(offset + 4)]
        var unit: UInt16 = 0
        guard digits.count == 4 else { throw malformed("an escape sequence does not end") }
        for digit in digits {
            guard let value = Character(Unicode.Scalar(digit)).hexDigitValue else {
                throw malformed("an escape sequence does not end")
            }
            unit = unit << 4 | UInt16(truncatingIfNeeded: value)
        }
        offset += 4
        return unit
    }

    private mutating func skipString() throws(DICOMError) {
        try expect(UInt8(ascii: "\""), "a string is expected")
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "\""):
                offset += 1
                return
            case UInt8(ascii: "\\"): offset += 2
            default: offset += 1
            }
        }
        throw malformed("a string does not end")
    }
}
