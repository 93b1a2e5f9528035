/// Bech32 (BIP 173) without its limit of length, as age writes keys. Strict: one case, a checksum that fits, no bits
/// left over that are set.
enum Bech32 {
    private static let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
    private static let checksumCount = 6

    static func encode(_ bytes: [UInt8], prefix: String) -> String {
        let values = regroup(bytes, from: 8, to: 5, isPadded: true) ?? []
        let head = expand(Array(prefix.utf8))
        let check = polynomial(head + values + [UInt8](repeating: 0, count: checksumCount)) ^ 1
        let checksum = (0..<checksumCount).map { UInt8(truncatingIfNeeded: check >> UInt32(5 * (5 - $0))) & 31 }
        return prefix + "1" + String(decoding: (values + checksum).map { alphabet[Int($0)] }, as: UTF8.self)
    }

    /// The bytes of a text with this prefix, all of it in the prefix's case; `nil` for anything else.
    static func decode(_ text: String, prefix: String) -> [UInt8]? {
        let isUpper = prefix.utf8.contains { (0x41...0x5A).contains($0) }
        let other: ClosedRange<UInt8> = isUpper ? 0x61...0x7A : 0x41...0x5A
        let (text, prefix) = (Array(text.utf8), Array(prefix.utf8))
        guard text.count <= 1024, !text.contains(where: other.contains), text.starts(with: prefix + [UInt8(ascii: "1")])
        else { return nil }
        var values: [UInt8] = []
        for byte in text[(prefix.count + 1)...] {
            let lower = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
            guard let value = alphabet.firstIndex(of: lower) else { return nil }
            values.append(UInt8(truncatingIfNeeded: value))
        }
        let head = expand(prefix.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 })
        guard values.count >= checksumCount, polynomial(head + values) == 1 else { return nil }
        return regroup(Array(values.dropLast(checksumCount)), from: 5, to: 8, isPadded: false)
    }

    private static func expand(_ prefix: [UInt8]) -> [UInt8] { prefix.map { $0 >> 5 } + [0] + prefix.map { $0 & 31 } }

    private static func polynomial(_ values: [UInt8]) -> UInt32 {
        let generator: [UInt32] = [0x3B6A_57B2, 0x2650_8E6D, 0x1EA1_19FA, 0x3D42_33DD, 0x2A14_62B3]
        return values.reduce(1) { check, value in
            let top = check >> 25
            var next = (check & 0x1FF_FFFF) << 5 ^ UInt32(value)
            for index in 0..<5 where top >> UInt32(index) & 1 == 1 { next ^= generator[index] }
            return next
        }
    }

    private static func regroup(_ values: [UInt8], from: Int, to: Int, isPadded: Bool) -> [UInt8]? {
        var (group, bits) = (UInt32(0), 0)
        var result: [UInt8] = []
        for value in values {
            group = group << UInt32(from) | UInt32(value)
            bits += from
            while bits >= to {
                bits -= to
                result.append(UInt8(truncatingIfNeeded: group >> UInt32(bits) & (1 << UInt32(to) - 1)))
            }
            group &= 1 << UInt32(bits) - 1
        }
        if isPadded {
            if bits > 0 { result.append(UInt8(truncatingIfNeeded: group << UInt32(to - bits))) }
        } else if bits >= from || group != 0 {
            return nil
        }
        return result
    }
}
