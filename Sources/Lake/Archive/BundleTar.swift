internal import ByteIO

/// The tar of a bundle (POSIX ustar; sizes beyond 8 GiB in base 256, as GNU tar writes and all read).
enum BundleTar {
    static let blockSize = 512

    /// The header of a file.
    static func header(name: String, size: Int) -> Bytes {
        var block = [UInt8](repeating: 0, count: blockSize)
        func put(_ text: String, at offset: Int) {
            block.replaceSubrange(offset..<(offset + text.utf8.count), with: text.utf8)
        }
        func octal(_ value: Int, _ digits: Int) -> String {
            let text = String(value, radix: 8)
            return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
        }
        put(name, at: 0)
        put(octal(0o600, 7), at: 100)
        put(octal(0, 7), at: 108)
        put(octal(0, 7), at: 116)
        if size < 1 << 33 {
            put(octal(size, 11), at: 124)
        } else {
            block[124] = 0x80
            for index in 0..<8 { block[128 + index] = UInt8(truncatingIfNeeded: size >> (8 * (7 - index))) }
        }
        put(octal(0, 11), at: 136)
        put("        ", at: 148)
        block[156] = UInt8(ascii: "0")
        put("ustar\u{0}00", at: 257)
        put(octal(block.reduce(0) { $0 + Int($1) }, 6) + "\u{0} ", at: 148)
        return Bytes(block)
    }

    /// What fills a file of `size` bytes up to whole blocks.
    static func padding(_ size: Int) -> Bytes {
        Bytes([UInt8](repeating: 0, count: (blockSize - size % blockSize) % blockSize))
    }

    /// Two blocks of zeros.
    static let end = Bytes([UInt8](repeating: 0, count: 2 * blockSize))

    /// Name and size that a header gives; `nil` for one of zeros.
    static func parse(_ block: [UInt8]) throws(LakeError) -> (name: String, size: Int)? {
        guard block.contains(where: { $0 != 0 }) else { return nil }
        let damaged = LakeError(.unavailable, "the bundle is damaged: what stands in it is no tar")
        guard block.count == blockSize, block[257..<262].elementsEqual("ustar".utf8), block[156] == UInt8(ascii: "0"),
            let name = String(validating: block[..<100].prefix { $0 != 0 }, as: UTF8.self)
        else { throw damaged }
        let sum = block.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 0x20 : Int($1.element)) }
        guard octal(block[148..<156]) == sum else { throw damaged }
        if block[124] == 0x80 {
            let size = block[128..<136].reduce(0) { $0 << 8 | UInt64($1) }
            guard let count = Int(exactly: size), count < 1 << 46 else { throw damaged }
            return (name, count)
        }
        guard let size = octal(block[124..<136]) else { throw damaged }
        return (name, size)
    }

    private static func octal(_ bytes: ArraySlice<UInt8>) -> Int? {
        let digits = bytes.prefix { (0x30...0x37).contains($0) }
        guard !digits.isEmpty, bytes[digits.endIndex...].allSatisfy({ $0 == 0 || $0 == 0x20 }) else { return nil }
        return digits.reduce(0) { $0 << 3 | Int($1 - 0x30) }
    }
}
