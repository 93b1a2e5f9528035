internal import Foundation

/// Which texts, names and numbers are taken where people label. Refusals say which rule was broken and never repeat
/// what was given.
enum LabelNaming {
    static let longestName = 64
    static let longestMessage = 1000

    /// A UUID as `crypto.randomUUID()` writes it. One spelling, since ids are compared as texts.
    static func isUUID(_ text: String) -> Bool {
        text.utf8.count == 36 && UUID(uuidString: text) != nil && !text.utf8.contains { (0x41...0x5A).contains($0) }
    }

    /// A UID by its letters alone (PS3.5 §9.1); what is none finds nothing.
    static func isUID(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E }
    }

    /// Why a text of several lines is not taken; `nil` for one that is, empty or not. It is kept as it came, whatever
    /// its language and direction; only what no text has is refused.
    static func fault(ofText text: String, limit: Int) -> String? {
        guard text.utf8.count <= 4 * limit, text.unicodeScalars.count <= limit else {
            return "has at most \(limit) characters"
        }
        let isPlain = text.unicodeScalars.allSatisfy { scalar in
            scalar.properties.generalCategory != .control || "\n\r\t".unicodeScalars.contains(scalar)
        }
        return isPlain ? nil : "has no control characters but line feeds and tabs"
    }

    /// A text of several lines.
    /// - Throws: `.invalid`.
    static func text(_ text: String, of what: String, limit: Int) throws(LakeError) -> String {
        if let fault = fault(ofText: text, limit: limit) { throw LakeError(.invalid, "\(what) \(fault)") }
        return text
    }

    /// A version or a tag, as it is asked for.
    enum Moment: Hashable {
        case version(Int)
        case tag(String)
    }

    /// - Throws: `.notFound` for what can be neither.
    static func moment(_ text: String) throws(LakeError) -> Moment {
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let version = Int32(text) {
            return .version(Int(version))
        }
        guard isTag(text) else { throw LakeError(.notFound, "there is no such version or tag") }
        return .tag(text)
    }

    /// Letters, digits and `._-`, and not digits alone: those are versions.
    static func isTag(_ text: String) -> Bool {
        let isWord = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) && byte < 0x80
                || ".-_".utf8.contains(byte)
        }
        guard (1...64).contains(text.utf8.count), isWord, let first = text.utf8.first, !".-_".utf8.contains(first)
        else { return false }
        return !text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
