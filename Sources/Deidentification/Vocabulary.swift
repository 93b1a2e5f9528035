/// The words that may stay in a text: they name nobody. Everything else is taken out.
enum Vocabulary {
    /// Hashes of the words: strings would take longer to build than to hash.
    private static let hashes: Set<UInt64> = {
        var hashes: Set<UInt64> = []
        hashes.reserveCapacity(80_000)
        words.withUTF8Buffer { buffer in
            var hash = FNV()
            for index in 0..<buffer.count {
                let byte = unsafe buffer[index]
                if byte == 0x20 || byte == 0x0A {
                    if !hash.isEmpty { hashes.insert(hash.value) }
                    hash = FNV()
                } else {
                    hash.add(byte)
                }
            }
            if !hash.isEmpty { hashes.insert(hash.value) }
        }
        return hashes
    }()

    /// Whether a word of ASCII letters, in any case, is on the list.
    static func contains(_ word: some Sequence<UInt8>) -> Bool {
        var hash = FNV()
        for byte in word { hash.add(byte | 0x20) }
        return hashes.contains(hash.value)
    }

    /// FNV-1a, 64 bits: no protection is needed, only few collisions.
    private struct FNV {
        var value: UInt64 = 0xCBF2_9CE4_8422_2325
        var isEmpty = true

        mutating func add(_ byte: UInt8) {
            value = (value ^ UInt64(byte)) &* 0x100_0000_01B3
            isEmpty = false
        }
    }
}
