internal import Synchronization

/// A coded character set of PS3.3 §C.12.1.1.2, tables C.12-2 to C.12-5, by its ISO-IR registration number.
enum Repertoire: UInt8, Sendable {
    case ascii = 6
    case japaneseKatakana = 13
    case simplifiedChinese = 58
    case japanese = 87
    case latin1 = 100
    case latin2 = 101
    case latin3 = 109
    case latin4 = 110
    case greek = 126
    case arabic = 127
    case hebrew = 138
    case cyrillic = 144
    case latin5 = 148
    case korean = 149
    case japaneseSupplement = 159
    case thai = 166
    case utf8 = 192
    case latin9 = 203
    // Without a registration number: free numbers.
    case unknown = 1
    case gb18030 = 2
    case gbk = 3

    /// The repertoire that a defined term names, also in the spellings that files have instead ("ISO-IR 100",
    /// "ISO_2022_IR_87", "ISO 8859-15", "latin1", "UTF-8").
    init(term: String) {
        // The terms of most files, without taking them apart.
        switch term {
        case "ISO_IR 100": self = .latin1
        case "ISO_IR 192": self = .utf8
        default: self = Repertoire(spelled: term.uppercased())
        }
    }

    private init(spelled term: String) {
        switch term {
        case "", "ASCII", "US-ASCII": self = .ascii
        case "GB18030", "ISO 2022 GB18030": self = .gb18030
        case "GBK", "GB2312", "ISO 2022 GBK": self = .gbk
        case "UTF-8", "UTF8": self = .utf8
        case "LATIN1", "LATIN-1", "LATIN_1", "CP1252", "WINDOWS-1252": self = .latin1
        default:
            let digits = String(term.reversed().prefix { $0.isASCII && $0.isNumber }.reversed())
            let number = term.hasPrefix("ISO") ? UInt8(digits) : nil
            if term.hasPrefix("ISO"), term.contains("8859") {
                self = number.flatMap { Repertoire.parts[$0] } ?? .unknown
            } else {
                self = number.flatMap { $0 < 6 ? nil : Repertoire(rawValue: $0) } ?? .unknown
            }
        }
    }

    /// The repertoires of ISO 8859 by the numbers of its parts.
    private static let parts: [UInt8: Repertoire] = [
        1: .latin1, 2: .latin2, 3: .latin3, 4: .latin4, 5: .cyrillic, 6: .arabic, 7: .greek, 8: .hebrew, 9: .latin5,
        11: .thai, 15: .latin9,
    ]

    /// Whether `term` is spelled as PS3.3 tables C.12-2 to C.12-5 do, with or without code extensions.
    static func isDefinedTerm(_ term: String, withCodeExtensions: Bool) -> Bool {
        let repertoire = Repertoire(term: term)
        if withCodeExtensions {
            return !repertoire.isMultiByte && term == "ISO 2022 IR \(repertoire.rawValue)"
        }
        switch repertoire {
        case .unknown, .japanese, .japaneseSupplement, .korean, .simplifiedChinese: return false
        case .ascii: return term.isEmpty
        case .gb18030: return term == "GB18030"
        case .gbk: return term == "GBK"
        default: return term == "ISO_IR \(repertoire.rawValue)"
        }
    }

    /// Name of the encoding in iconv, of double-byte sets that of the encoding that has them in its upper half.
    var iconvName: String {
        switch self {
        case .ascii, .latin1, .unknown: "ISO-8859-1"
        case .latin2: "ISO-8859-2"
        case .latin3: "ISO-8859-3"
        case .latin4: "ISO-8859-4"
        case .cyrillic: "ISO-8859-5"
        case .arabic: "ISO-8859-6"
        case .greek: "ISO-8859-7"
        case .hebrew: "ISO-8859-8"
        case .latin5: "ISO-8859-9"
        case .latin9: "ISO-8859-15"
        case .thai: "TIS-620"
        case .japanese, .japaneseSupplement, .japaneseKatakana: "EUC-JP"
        case .korean: "EUC-KR"
        case .simplifiedChinese: "GB2312"
        case .gb18030: "GB18030"
        case .gbk: "GBK"
        case .utf8: "UTF-8"
        }
    }

    /// Whether a character has two bytes, which escape sequences announce.
    var isDoubleByte: Bool {
        switch self {
        case .japanese, .japaneseSupplement, .korean, .simplifiedChinese: true
        default: false
        }
    }

    /// Whether characters of one to four bytes are told apart by the bytes themselves.
    var isMultiByte: Bool {
        switch self {
        case .gb18030, .gbk, .utf8: true
        default: false
        }
    }

    /// The characters of bytes 128 to 255 of a single-byte repertoire.
    var upperHalf: [Unicode.Scalar] {
        if let known = Repertoire.tables.withLock({ $0[self] }) { return known }
        let table = (UInt8(128)...255).map { byte -> Unicode.Scalar in
            // Half-width katakana lie in the same order as in JIS X 0201, which iconv does not have everywhere.
            if self == .japaneseKatakana {
                guard (0xA1...0xDF).contains(byte) else { return "\u{FFFD}" }
                return Unicode.Scalar(0xFF61 + UInt32(byte) - 0xA1) ?? "\u{FFFD}"
            }
            return Iconv.decode([byte], from: iconvName).unicodeScalars.first ?? "\u{FFFD}"
        }
        Repertoire.tables.withLock { $0[self] = table }
        return table
    }

    private static let tables = Mutex<[Repertoire: [Unicode.Scalar]]>([:])
}
