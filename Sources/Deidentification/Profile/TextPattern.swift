import Glibc

/// A POSIX extended regular expression of a profile, over bytes.
///
/// Without back-references and large repetitions glibc matches in time proportional to text and pattern, so that no
/// pattern holds up an upload.
@safe final class TextPattern: @unchecked Sendable {
    private var compiled = unsafe regex_t()

    /// - Throws: `invalidProfile` for what is no pattern, or could take unbounded time.
    init(_ pattern: String) throws(DeidentificationError) {
        guard !pattern.isEmpty, pattern.utf8.count <= 256, !pattern.contains("\0") else {
            throw ProfileRuleFields.problem("a pattern has 1 to 256 bytes")
        }
        guard Self.isBounded(Array(pattern.utf8)) else {
            throw ProfileRuleFields.problem(
                "a pattern has no back-references, and at most four {repetitions} of up to 64")
        }
        guard unsafe regcomp(&compiled, pattern, REG_EXTENDED) == 0 else {
            throw ProfileRuleFields.problem("this is no POSIX extended regular expression")
        }
        isCompiled = true
        guard range(in: "", from: 0) == nil else {
            throw ProfileRuleFields.problem("the pattern matches everything, even no text at all")
        }
    }

    private var isCompiled = false

    deinit { if isCompiled { unsafe regfree(&compiled) } }

    private static func isBounded(_ pattern: [UInt8]) -> Bool {
        var repetitions = 0
        for (index, byte) in pattern.enumerated() {
            let next = index + 1 < pattern.count ? pattern[index + 1] : 0
            if byte == UInt8(ascii: "\\"), TextTokens.isDigit(next) { return false }
            guard byte == UInt8(ascii: "{") else { continue }
            repetitions += 1
            let inside = pattern[(index + 1)...].prefix { $0 != UInt8(ascii: "}") }
            let bounds = inside.split(separator: UInt8(ascii: ",")).map { Int(String(decoding: $0, as: UTF8.self)) }
            guard bounds.allSatisfy({ $0 ?? 65 <= 64 }) else { return false }
        }
        return repetitions <= 4
    }

    /// The first place that matches, in bytes; `nil` where there is none.
    private func range(in text: String, from start: Int) -> Range<Int>? {
        var match = regmatch_t()
        let flags = start == 0 ? 0 : REG_NOTBOL
        let found = unsafe text.withCString { bytes in
            unsafe regexec(&compiled, bytes + start, 1, &match, flags)
        }
        guard found == 0, match.rm_so >= 0, match.rm_eo >= match.rm_so else { return nil }
        return (start + Int(match.rm_so))..<(start + Int(match.rm_eo))
    }

    /// Whether the text matches from its first byte to its last.
    func matchesWhole(_ text: String) -> Bool {
        !text.utf8.contains(0) && range(in: text, from: 0) == 0..<text.utf8.count
    }

    /// The text with everything that matches replaced; `nil` where nothing does.
    func replacing(in text: String, with value: String) -> String? {
        guard !text.utf8.contains(0) else { return nil }
        let bytes = Array(text.utf8)
        var out: [UInt8] = []
        var position = 0
        while position < bytes.count, let match = range(in: text, from: position), !match.isEmpty {
            out += bytes[position..<match.lowerBound]
            out += Array(value.utf8)
            position = match.upperBound
        }
        guard position > 0 else { return nil }
        return String(decoding: out + bytes[position...], as: UTF8.self)
    }
}
