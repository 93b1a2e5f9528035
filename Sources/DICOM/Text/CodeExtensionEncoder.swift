/// Encodes text with the escape sequences that the declared repertoires need (ISO 2022 as PS3.5 §6.1.2.5 restricts it).
struct CodeExtensionEncoder {
    private let repertoires: [Repertoire]
    private let vr: VR
    private let initialG1: Repertoire?
    private let isRomaji: Bool
    /// The double-byte set in the place of ASCII.
    private var g0: Repertoire?
    /// What readers take bytes of the upper half for; `nil` where not all of them would agree.
    private var g1: Repertoire?
    private var bytes: [UInt8] = []
    /// What ends a double-byte set in G0: the single-byte one that was there before (PS3.5 §H.3).
    private var returnToSingleBytes: [UInt8] { [0x1B, 0x28, isRomaji ? 0x4A : 0x42] }

    init(_ characterSet: CharacterSet, vr: VR) {
        repertoires = characterSet.repertoires
        self.vr = vr
        initialG1 = characterSet.first
        g1 = initialG1
        isRomaji = characterSet.isRomaji
    }

    /// The yen sign and the overline of JIS X 0201.
    private static func romaji(_ scalar: Unicode.Scalar) -> UInt8? {
        switch scalar {
        case "\u{A5}": UInt8(ascii: "\\")
        case "\u{203E}": UInt8(ascii: "~")
        default: nil
        }
    }

    /// One value; what none of the repertoires has becomes "?".
    mutating func encode(_ text: String) -> [UInt8] {
        for scalar in text.unicodeScalars {
            if isRomaji, let byte = CodeExtensionEncoder.romaji(scalar) {
                append(ascii: byte)
            } else if scalar.isASCII {
                append(ascii: UInt8(truncatingIfNeeded: scalar.value))
            } else if let (repertoire, code) = code(of: scalar) {
                append(code, of: repertoire)
            } else {
                append(ascii: UInt8(ascii: "?"))
            }
        }
        endG0()
        defer {
            bytes = []
            g1 = initialG1
        }
        return bytes
    }

    private mutating func append(ascii byte: UInt8) {
        endG0()
        bytes.append(byte)
        // What ends a value, a line or a part of a name ends every designation, too.
        let isSeparator = (byte < 0x20) || (vr == .PN && (byte == UInt8(ascii: "^") || byte == UInt8(ascii: "=")))
        if isSeparator { g1 = initialG1 }
    }

    private mutating func append(_ code: [UInt8], of repertoire: Repertoire) {
        if repertoire.isInG0 {
            if repertoire != g0 { bytes += repertoire.escapeSequence }
            g0 = repertoire
            bytes += code.map { $0 & 0x7F }
            return
        }
        endG0()
        if repertoire != g1 { bytes += repertoire.escapeSequence }
        g1 = repertoire
        bytes += code
    }

    /// Makes single bytes active where a double-byte set has taken their place. Some readers take that for the end of G1, too.
    private mutating func endG0() {
        guard g0 != nil else { return }
        bytes += returnToSingleBytes
        g0 = nil
        g1 = nil
    }

    /// The first repertoire that has `scalar`, and its code there, in the upper half.
    private func code(of scalar: Unicode.Scalar) -> (Repertoire, [UInt8])? {
        guard scalar != "\u{FFFD}" else { return nil }
        for repertoire in repertoires where repertoire != .ascii && repertoire != .unknown {
            if repertoire.isDoubleByte {
                let code = Iconv.encode(String(scalar), to: repertoire.iconvName)
                let isSupplement = code.count == 3 && code[0] == 0x8F
                let hasCode = repertoire == .japaneseSupplement ? isSupplement : code.count == 2
                if hasCode, code.allSatisfy({ $0 >= 0x80 }), code[0] != 0x8E { return (repertoire, code.suffix(2)) }
            } else if !repertoire.isMultiByte, let place = repertoire.upperHalf.firstIndex(of: scalar) {
                return (repertoire, [UInt8(truncatingIfNeeded: place + 128)])
            }
        }
        return nil
    }
}

extension Repertoire {
    /// Whether its escape sequence designates it to G0, in place of ASCII.
    var isInG0: Bool { self == .japanese || self == .japaneseSupplement }

    /// The sequence that designates it (PS3.3 table C.12-3, C.12-4).
    var escapeSequence: [UInt8] {
        switch self {
        case .japanese: [0x1B, 0x24, 0x42]
        case .japaneseSupplement: [0x1B, 0x24, 0x28, 0x44]
        case .korean: [0x1B, 0x24, 0x29, 0x43]
        case .simplifiedChinese: [0x1B, 0x24, 0x29, 0x41]
        case .japaneseKatakana: [0x1B, 0x29, 0x49]
        case .latin1: [0x1B, 0x2D, 0x41]
        case .latin2: [0x1B, 0x2D, 0x42]
        case .latin3: [0x1B, 0x2D, 0x43]
        case .latin4: [0x1B, 0x2D, 0x44]
        case .cyrillic: [0x1B, 0x2D, 0x4C]
        case .arabic: [0x1B, 0x2D, 0x47]
        case .greek: [0x1B, 0x2D, 0x46]
        case .hebrew: [0x1B, 0x2D, 0x48]
        case .latin5: [0x1B, 0x2D, 0x4D]
        case .thai: [0x1B, 0x2D, 0x54]
        case .latin9: [0x1B, 0x2D, 0x62]
        case .ascii, .unknown, .utf8, .gb18030, .gbk: []
        }
    }
}
