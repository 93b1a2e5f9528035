public import ByteIO

/// The character set that (0008,0005) Specific Character Set declares (PS3.3 §C.12.1.1.2).
public struct CharacterSet: Hashable, Sendable {
    /// Up to eight repertoires, one a byte from the lowest, so that the set of each nested data set costs no memory.
    private let packed: UInt64
    private let count: UInt8

    /// The default repertoire, ISO-IR 6. Bytes beyond it are read as Latin-1, which loses none.
    public static var `default`: CharacterSet { CharacterSet([]) }
    /// UTF-8.
    public static var utf8: CharacterSet { CharacterSet([.utf8]) }
    /// ISO 8859-1.
    static var latin1: CharacterSet { CharacterSet([.latin1]) }

    /// The set that the values of (0008,0005) declare. A term that does not exist counts as Latin-1.
    public init(terms: [String]) { self.init(terms.prefix(8).map { Repertoire(term: $0) }) }

    private init(_ repertoires: [Repertoire]) {
        var packed: UInt64 = 0
        for (index, repertoire) in repertoires.enumerated() { packed |= UInt64(repertoire.rawValue) << (index * 8) }
        self.packed = packed
        count = UInt8(truncatingIfNeeded: repertoires.count)
    }

    /// Whether every term means one of the standard's repertoires, however it is spelled.
    public var isKnown: Bool { !repertoires.contains(.unknown) }

    /// Whether `terms` are defined terms of PS3.3 §C.12.1.1.2 in a combination that it allows.
    public static func isStandard(terms: [String]) -> Bool {
        if terms.count == 1 {
            // What most files say needs no second look.
            if terms[0] == "ISO_IR 100" || terms[0] == "ISO_IR 192" { return true }
            return Repertoire.isDefinedTerm(terms[0], withCodeExtensions: false) || terms[0] == "ISO 2022 IR 6"
        }
        return terms.enumerated().allSatisfy { index, term in
            index == 0 && term.isEmpty || Repertoire.isDefinedTerm(term, withCodeExtensions: true)
        }
    }

    /// The repertoires in the order of their declaration; the first is active without an escape sequence.
    var repertoires: [Repertoire] {
        (0..<Int(count)).map { Repertoire(rawValue: UInt8(truncatingIfNeeded: packed >> ($0 * 8))) ?? .unknown }
    }

    /// The repertoire that excludes all others, wherever a file names it.
    private var multiByte: Repertoire? {
        first.isMultiByte ? first : repertoires.first(where: \.isMultiByte)
    }

    /// Whether nothing beyond the default repertoire is declared.
    private var isOnlyASCII: Bool { repertoires.allSatisfy { $0 == .ascii || $0 == .unknown } }

    /// Whether bytes 5C and 7E are the yen sign and the overline (JIS X 0201, ISO-IR 14).
    var isRomaji: Bool { first == .japaneseKatakana }

    var first: Repertoire { count == 0 ? .ascii : Repertoire(rawValue: UInt8(truncatingIfNeeded: packed)) ?? .unknown }
}

// MARK: - Decoding

extension CharacterSet {
    /// The values of text as they are meant: decoded, separated at backslashes where the VR has several, without
    /// padding. Bytes that the set does not have become U+FFFD.
    public func values(of bytes: Bytes, vr: VR) -> [String] {
        let texts = vr.usesSpecificCharacterSet ? texts(of: bytes, vr: vr) : CharacterSet.plainTexts(of: bytes, vr: vr)
        return texts.map { CharacterSet.trimmed($0, vr: vr) }
    }

    /// Whether `bytes` are text of this set, so that nothing in `values(of:vr:)` is guessed or U+FFFD.
    public func isText(_ bytes: Bytes, vr: VR) -> Bool {
        guard vr.usesSpecificCharacterSet else { return bytes.allSatisfy { $0 < 0x80 } }
        if bytes.isPlainASCII { return true }
        if isOnlyASCII { return false }
        if multiByte == .utf8 { return String(validating: bytes, as: UTF8.self) != nil }
        return texts(of: bytes, vr: vr).allSatisfy { text in
            text.unicodeScalars.allSatisfy { $0 != "\u{FFFD}" && $0 != "\u{1B}" }
        }
    }

    private func texts(of bytes: Bytes, vr: VR) -> [String] {
        if bytes.isPlainASCII, !isRomaji { return CharacterSet.plainTexts(of: bytes, vr: vr) }
        if let text = wholeText(of: bytes) {
            guard vr.hasMultipleValues else { return [text] }
            return text.split(separator: "\\", omittingEmptySubsequences: false).map(String.init)
        }
        var decoder = CodeExtensionDecoder(self, vr: vr)
        return decoder.decode(bytes)
    }

    /// The text where it has to be decoded before values are separated, since a second byte may be a backslash; `nil`
    /// where escape sequences have to be followed.
    private func wholeText(of bytes: Bytes) -> String? {
        if let multiByte {
            return multiByte == .utf8 ? CharacterSet.utf8(bytes) : Iconv.decode(bytes.array, from: multiByte.iconvName)
        }
        // Text beyond ASCII in a set that does not have it is UTF-8 where it can be, else Latin-1.
        guard isOnlyASCII, !bytes.contains(CharacterSet.escape) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// UTF-8; bytes that are none as the letters that Latin-1 has for them, so that they can be read.
    private static func utf8(_ bytes: Bytes) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var text = ""
        var index = 0
        while index < bytes.count {
            let character = (1...4).lazy.compactMap { count in
                index + count <= bytes.count
                    ? String(validating: bytes[clamping: index..<(index + count)], as: UTF8.self) : nil
            }.first
            text += character ?? (bytes[index] >= 0xA0 ? String(Unicode.Scalar(bytes[index])) : "\u{FFFD}")
            index += character?.utf8.count ?? 1
        }
        return text
    }

    /// Text of the default repertoire; other bytes as Latin-1.
    private static func plainTexts(of bytes: Bytes, vr: VR) -> [String] {
        guard vr.hasMultipleValues, bytes.contains(UInt8(ascii: "\\")) else { return [latin1(bytes)] }
        return bytes.array.split(separator: UInt8(ascii: "\\"), omittingEmptySubsequences: false).map(latin1)
    }

    private static func latin1(_ bytes: some Collection<UInt8>) -> String {
        if bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
        return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }

    /// Without the padding that is not significant: at the end always, at the beginning where the VR says so
    /// (PS3.5 §6.2).
    private static func trimmed(_ text: String, vr: VR) -> String {
        let isPadding: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0 }
        let utf8 = text.utf8
        guard let last = utf8.last, isPadding(last) || utf8.first.map(isPadding) == true else { return text }
        var slice = utf8[...]
        while let last = slice.last, isPadding(last) { slice.removeLast() }
        switch vr {
        case .AE, .AS, .CS, .DA, .DS, .DT, .IS, .TM, .UI: slice = slice.drop(while: isPadding)
        default: break
        }
        return String(Substring(slice))
    }

    static let escape: UInt8 = 0x1B
}

// MARK: - Encoding

extension CharacterSet {
    /// `strings` as one value, separated by backslashes and padded to an even length; what the set does not have
    /// becomes "?".
    public func encode(_ strings: [String], vr: VR) -> Bytes {
        var bytes: [UInt8] = []
        for (index, string) in strings.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: "\\")) }
            bytes += encode(string, vr)
        }
        if !bytes.count.isMultiple(of: 2) { bytes.append(vr.padding) }
        return Bytes(bytes)
    }

    /// `strings` as one value; `nil` where the set does not have all that is in them.
    public func encodeExactly(_ strings: [String], vr: VR) -> Bytes? {
        let bytes = encode(strings, vr: vr)
        let isPlain = strings.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 && $0 != CharacterSet.escape } }
        if isPlain && !isRomaji { return bytes }
        // What is decoded again must be what was to be encoded, also where a backslash separates values.
        let text = strings.joined(separator: "\\")
        let parts = vr.hasMultipleValues ? text.split(separator: "\\", omittingEmptySubsequences: false) : [text[...]]
        return values(of: bytes, vr: vr) == parts.map { CharacterSet.trimmed(String($0), vr: vr) } ? bytes : nil
    }

    private func encode(_ string: String, _ vr: VR) -> [UInt8] {
        if multiByte == .utf8 || !isRomaji && string.utf8.allSatisfy({ $0 < 0x80 }) { return Array(string.utf8) }
        if let multiByte { return Iconv.encode(string, to: multiByte.iconvName) }
        var encoder = CodeExtensionEncoder(self, vr: vr)
        return encoder.encode(string)
    }
}

extension Bytes {
    /// Whether there is nothing beyond ASCII, and no escape sequence.
    var isPlainASCII: Bool { allSatisfy { $0 < 0x80 && $0 != CharacterSet.escape } }
}
