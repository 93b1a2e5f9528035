import ByteIO

/// Texts of bytes behind a letter that says how: base32 (`b`), base58btc (`z`), base16 (`f`).
enum Multibase {
    /// No identifier is longer; base58 takes quadratic time.
    static let maximumCharacters = 512

    private static let base32 = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
    private static let base58 = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)

    /// The bytes of a text with its letter, or `nil`.
    static func decode(_ text: String) -> Bytes? {
        guard text.utf8.count <= maximumCharacters else { return nil }
        let rest = text.utf8.dropFirst()
        return switch text.utf8.first {
        case UInt8(ascii: "b"): decodeBase32(rest)
        case UInt8(ascii: "z"): decodeBase58(rest)
        case UInt8(ascii: "f"):
            rest.contains { $0 < 0x61 && $0 > 0x39 } ? nil : Bytes(hexadecimal: String(text.dropFirst()))
        default: nil
        }
    }

    /// Base32 of RFC 4648 §6 in lower case, without padding and without the letter.
    static func encodeBase32(_ bytes: Bytes) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 8 + 4) / 5)
        var group: UInt32 = 0
        var bits: UInt32 = 0
        for byte in bytes {
            group = group << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(base32[Int(group >> bits) & 31])
            }
        }
        if bits > 0 { text.append(base32[Int(group << (5 - bits)) & 31]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// Strict: no upper case, no padding, no bits set where none belong.
    static func decodeBase32(_ text: some Collection<UInt8>) -> Bytes? {
        var bytes: [UInt8] = []
        var group: UInt32 = 0
        var bits: UInt32 = 0
        for character in text {
            guard let digit = base32.firstIndex(of: character) else { return nil }
            group = group << 5 | UInt32(digit)
            bits += 5
            guard bits >= 8 else { continue }
            bits -= 8
            bytes.append(UInt8(truncatingIfNeeded: group >> bits))
        }
        guard bits < 5, group & (1 << bits - 1) == 0 else { return nil }
        return Bytes(bytes)
    }

    static func encodeBase58(_ bytes: Bytes) -> String {
        var digits: [UInt8] = []
        for byte in bytes {
            var carry = Int(byte)
            for index in digits.indices {
                carry += Int(digits[index]) << 8
                digits[index] = UInt8(carry % 58)
                carry /= 58
            }
            while carry > 0 {
                digits.append(UInt8(carry % 58))
                carry /= 58
            }
        }
        let zeros = bytes.prefix { $0 == 0 }.count
        let text = [UInt8](repeating: base58[0], count: zeros) + digits.reversed().map { base58[Int($0)] }
        return String(decoding: text, as: UTF8.self)
    }

    static func decodeBase58(_ text: some Collection<UInt8>) -> Bytes? {
        guard text.count <= maximumCharacters else { return nil }
        var bytes: [UInt8] = []
        for character in text {
            guard var carry = base58.firstIndex(of: character) else { return nil }
            for index in bytes.indices {
                carry += Int(bytes[index]) * 58
                bytes[index] = UInt8(carry & 0xFF)
                carry >>= 8
            }
            while carry > 0 {
                bytes.append(UInt8(carry & 0xFF))
                carry >>= 8
            }
        }
        let zeros = text.prefix { $0 == base58[0] }.count
        return Bytes([UInt8](repeating: 0, count: zeros) + bytes.reversed())
    }
}
