/// Quoted-printable (RFC 2045 §6.7).
enum QuotedPrintable {
    private static let digits = Array("0123456789ABCDEF".utf8)
    private static let longestLine = 76

    /// The lines of `text` encoded, each ended by CRLF.
    static func encode(_ lines: [Substring.UTF8View]) -> [UInt8] {
        var encoded: [UInt8] = []
        for line in lines {
            var column = 0
            for (position, byte) in line.enumerated() {
                // A space that ends a line would be lost on the way.
                let isLast = position == line.count - 1
                let isPlain = (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "=") || byte == 0x20 && !isLast
                let width = isPlain ? 1 : 3
                if column + width > longestLine - 1 {
                    encoded += "=\r\n".utf8
                    column = 0
                }
                encoded += isPlain ? [byte] : [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
                column += width
            }
            encoded += "\r\n".utf8
        }
        return encoded
    }

    /// The bytes that were encoded; what is malformed stays as it is.
    static func decode(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var decoded: [UInt8] = []
        var rest = Array(bytes)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "=") else {
                decoded.append(byte)
                continue
            }
            if rest.starts(with: "\r\n".utf8) {
                rest = rest.dropFirst(2)
            } else if rest.count >= 2, let high = value(rest[rest.startIndex]),
                let low = value(rest[rest.startIndex + 1])
            {
                decoded.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                decoded.append(byte)
            }
        }
        return decoded
    }

    private static func value(_ digit: UInt8) -> UInt8? { digits.firstIndex(of: digit).map { UInt8($0) } }
}
