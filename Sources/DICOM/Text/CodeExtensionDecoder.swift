internal import ByteIO

/// Decodes text in which escape sequences change the repertoire (ISO 2022 as PS3.5 §6.1.2.5 restricts it).
///
/// G0 holds bytes 0x21 to 0x7E, G1 bytes 0xA0 to 0xFF. At the end of a value, of a line and, in a person's name, of a
/// component or a group, both are what they were at the beginning.
struct CodeExtensionDecoder {
    private let vr: VR
    private let initialG1: Repertoire?
    private let isInitiallyRomaji: Bool
    private var g0: Repertoire?
    /// Whether G0 is JIS X 0201, which has a yen sign and an overline where ASCII has a backslash and a tilde.
    private var isRomaji: Bool
    private var g1: Repertoire?
    private var values: [String] = []
    private var value = ""
    private var pending: [UInt8] = []
    private var pendingRepertoire = Repertoire.ascii

    init(_ characterSet: CharacterSet, vr: VR) {
        self.vr = vr
        let first = characterSet.first
        // Some writers leave out the escape sequence of the only double-byte set in G1.
        let announced = characterSet.repertoires.first { $0 == .korean || $0 == .simplifiedChinese }
        initialG1 = first == .ascii || first.isDoubleByte ? announced : first
        g1 = initialG1
        isInitiallyRomaji = characterSet.isRomaji
        isRomaji = isInitiallyRomaji
    }

    /// The values of `bytes`.
    mutating func decode(_ bytes: Bytes) -> [String] {
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == CharacterSet.escape, let length = designate(bytes, at: index) {
                index += length
            } else if byte < 0x80, g0 != nil, byte > 0x20, index + 1 < bytes.count, bytes[index + 1] > 0x20 {
                append([byte | 0x80, bytes[index + 1] | 0x80], g0 ?? .japanese)
                index += 2
            } else if byte < 0x80 {
                separate(byte)
                index += 1
            } else if let g1, g1.isDoubleByte, index + 1 < bytes.count, bytes[index + 1] >= 0x80 {
                append([byte, bytes[index + 1]], g1)
                index += 2
            } else {
                append([byte], g1.map { $0.isDoubleByte ? .latin1 : $0 } ?? .latin1)
                index += 1
            }
        }
        flush()
        return values + [value]
    }

    /// A byte of the default repertoire, which may end something.
    private mutating func separate(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\\") where vr.hasMultipleValues:
            flush()
            values.append(value)
            value = ""
            reset()
            return
        case UInt8(ascii: "^"), UInt8(ascii: "="):
            if vr == .PN { reset() }
        case 0x09, 0x0A, 0x0C, 0x0D: reset()
        default: break
        }
        guard isRomaji, byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "~") else { return append([byte], .ascii) }
        flush()
        value += byte == UInt8(ascii: "~") ? "\u{203E}" : "\u{A5}"
    }

    private mutating func reset() {
        g0 = nil
        isRomaji = isInitiallyRomaji
        g1 = initialG1
    }

    private mutating func append(_ bytes: [UInt8], _ repertoire: Repertoire) {
        if repertoire != pendingRepertoire { flush() }
        pendingRepertoire = repertoire
        if repertoire == .japaneseSupplement { pending.append(0x8F) }
        pending += bytes
    }

    private mutating func flush() {
        guard !pending.isEmpty else { return }
        switch pendingRepertoire {
        case .ascii: value += String(decoding: pending, as: UTF8.self)
        case let repertoire where repertoire.isDoubleByte:
            value += Iconv.decode(pending, from: repertoire.iconvName)
        case let repertoire:
            let table = repertoire.upperHalf
            value.unicodeScalars.append(contentsOf: pending.map { table[Int($0 & 0x7F)] })
        }
        pending.removeAll(keepingCapacity: true)
    }

    /// Applies the escape sequence at `index` and returns its length; `nil` where the standard has none such.
    private mutating func designate(_ bytes: Bytes, at index: Int) -> Int? {
        let rest = bytes[clamping: (index + 1)..<(index + 4)].array
        guard rest.count >= 2 else { return nil }
        switch (rest[0], rest[1]) {
        case (0x28, 0x42), (0x28, 0x4A):
            g0 = nil
            isRomaji = rest[1] == 0x4A
            return 3
        case (0x29, 0x49): return setG1(.japaneseKatakana, 3)
        case (0x2D, 0x41): return setG1(.latin1, 3)
        case (0x2D, 0x42): return setG1(.latin2, 3)
        case (0x2D, 0x43): return setG1(.latin3, 3)
        case (0x2D, 0x44): return setG1(.latin4, 3)
        case (0x2D, 0x4C): return setG1(.cyrillic, 3)
        case (0x2D, 0x47): return setG1(.arabic, 3)
        case (0x2D, 0x46): return setG1(.greek, 3)
        case (0x2D, 0x48): return setG1(.hebrew, 3)
        case (0x2D, 0x4D): return setG1(.latin5, 3)
        case (0x2D, 0x54): return setG1(.thai, 3)
        case (0x2D, 0x62): return setG1(.latin9, 3)
        case (0x24, 0x42), (0x24, 0x40):
            g0 = .japanese
            return 3
        case (0x24, 0x28) where rest.count == 3 && rest[2] == 0x44:
            g0 = .japaneseSupplement
            return 4
        case (0x24, 0x29) where rest.count == 3 && rest[2] == 0x43: return setG1(.korean, 4)
        case (0x24, 0x29) where rest.count == 3 && rest[2] == 0x41: return setG1(.simplifiedChinese, 4)
        default: return nil
        }
    }

    private mutating func setG1(_ repertoire: Repertoire, _ length: Int) -> Int {
        g1 = repertoire
        return length
    }
}
