/// Chinese characters and their punctuation as UTF-8.
enum HanScript {
    /// Bytes of the Chinese character that begins here; 0 where none does (the ideographs of Unicode's blocks CJK Unified
    /// Ideographs with Extension A, U+3400–9FFF, 々 and 〇, and the planes beyond, U+20000–3FFFF).
    static func width(_ bytes: [UInt8], _ index: Int) -> Int {
        guard index + 2 < bytes.count else { return 0 }
        let first = bytes[index]
        switch first {
        case 0xE4...0xE9: return 3
        case 0xE3:
            let second = bytes[index + 1]
            return second >= 0x90 || (second == 0x80 && [0x85, 0x87].contains(bytes[index + 2])) ? 3 : 0
        case 0xF0: return bytes[index + 1] >= 0xA0 && index + 3 < bytes.count ? 4 : 0
        default: return 0
        }
    }

    /// Bytes of the sign of CJK punctuation that begins here (U+3000–303F, and the wide forms of ASCII's signs); 0 where
    /// none does.
    static func punctuation(_ bytes: [UInt8], _ index: Int) -> Int {
        guard index + 2 < bytes.count else { return 0 }
        let (second, third) = (bytes[index + 1], bytes[index + 2])
        switch (bytes[index], second) {
        case (0xE3, 0x80): return third == 0x85 || third == 0x87 ? 0 : 3
        case (0xEF, 0xBC):
            return (0x81...0x8F).contains(third) || (0x9A...0xA0).contains(third) || third >= 0xBB ? 3 : 0
        case (0xEF, 0xBD): return third == 0x80 || (0x9B...0xA5).contains(third) ? 3 : 0
        default: return 0
        }
    }

    /// Whether a run of other letters ends here.
    static func interrupts(_ bytes: [UInt8], _ index: Int) -> Bool {
        width(bytes, index) > 0 || punctuation(bytes, index) > 0
    }

    /// What follows a number and counts it: a token of its own, so that 3月5日 reads as four.
    private static let counters: Set<String> = ["年", "月", "日", "號", "号", "歲", "時", "分", "樓", "巷", "弄", "段"]

    /// The end of the run that begins here.
    static func end(_ bytes: [UInt8], _ start: Int) -> Int {
        var index = start + width(bytes, start)
        if start > 0, TextTokens.isDigit(bytes[start - 1]),
            counters.contains(String(decoding: bytes[start..<index], as: UTF8.self))
        {
            return index
        }
        while index < bytes.count {
            let width = width(bytes, index)
            guard width > 0 else { break }
            index += width
        }
        return index
    }
}
