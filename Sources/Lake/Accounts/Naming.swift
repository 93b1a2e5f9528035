internal import Foundation
internal import Mail

/// Which names and passwords are taken. Refusals say which rule was broken and never repeat what was given.
enum Naming {
    /// The name of an account in its one form: lower case, without surrounding space.
    /// - Throws: `.invalid`.
    static func account(_ text: String) throws(LakeError) -> String {
        let name = text.trimmingCharacters(in: .whitespaces).lowercased()
        guard (1...64).contains(name.utf8.count), let first = name.utf8.first, isLetterOrDigit(first),
            name.utf8.allSatisfy({ isLetterOrDigit($0) || "._@+-".utf8.contains($0) })
        else {
            throw LakeError(
                .invalid,
                "an account's name has 1 to 64 letters a–z, digits and . _ @ + -, and begins with a letter or digit")
        }
        return name
    }

    /// The name that people give an account of their own: without @, so that it cannot be somebody's address.
    /// - Throws: `.invalid`.
    static func ownAccount(_ text: String) throws(LakeError) -> String {
        let name = try account(text)
        guard !name.contains("@") else {
            throw LakeError(.invalid, "a user name has no @: the e-mail address is given apart")
        }
        return name
    }

    /// An address that mail can be sent to, in lower case.
    /// - Throws: `.invalid`.
    static func address(_ text: String) throws(LakeError) -> EmailAddress {
        do throws(MailError) { return try EmailAddress(text.trimmingCharacters(in: .whitespaces)) } catch {
            throw LakeError(.invalid, "\(error)")
        }
    }

    /// The code of a project, in any case.
    /// - Throws: `.invalid`.
    static func projectCode(_ code: String) throws(LakeError) -> String {
        guard (1...32).contains(code.utf8.count), let first = code.utf8.first,
            code.utf8.allSatisfy({ isLetterOrDigit($0 | 0x20) || "-_".utf8.contains($0) || isLetterOrDigit($0) }),
            isLetterOrDigit(first | 0x20) || isLetterOrDigit(first), code.utf8.allSatisfy({ $0 < 0x80 })
        else {
            throw LakeError(
                .invalid, "a project's code has 1 to 32 letters A–Z, digits, - and _, and begins with a letter or digit"
            )
        }
        return code
    }

    /// A title or label: one line of 1 to `limit` characters that all can be seen.
    /// - Throws: `.invalid`.
    static func line(_ text: String, of what: String, limit: Int) throws(LakeError) -> String {
        let line = text.trimmingCharacters(in: .whitespacesAndNewlines)
        let isPlain = line.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
            default: true
            }
        }
        guard !line.isEmpty, line.count <= limit, line.utf8.count <= 4 * limit, isPlain else {
            throw LakeError(.invalid, "\(what) is one line of 1 to \(limit) visible characters")
        }
        return line
    }

    /// A text of 1 to `limit` characters that may have several lines.
    /// - Throws: `.invalid`.
    static func text(_ text: String, of what: String, limit: Int) throws(LakeError) -> String {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines).replacing("\r\n", with: "\n")
        let isPlain = text.unicodeScalars.allSatisfy {
            $0 == "\n" || $0 == "\t" || $0.properties.generalCategory != .control
        }
        // Counted as the database counts them.
        guard (1...limit).contains(text.unicodeScalars.count), isPlain else {
            throw LakeError(.invalid, "\(what) has 1 to \(limit) characters, and no control characters")
        }
        return text
    }

    /// A day that is not over yet: today in UTC or later.
    /// - Throws: `.invalid`.
    static func lastDay(_ text: String) throws(LakeError) {
        guard StudyFilter.dashless(text) != nil else { throw LakeError(.invalid, "a day is written YYYY-MM-DD") }
        guard text >= Date.now.formatted(.iso8601.year().month().day()) else {
            throw LakeError(.invalid, "this day is over: take today or a later one")
        }
    }

    /// A password that is taken, in the one form in which it is hashed: the same characters typed on another system
    /// may come in other code points (NIST SP 800-63B §5.1.1.2).
    /// - Throws: `.invalid`.
    static func password(_ text: String, for name: String) throws(LakeError) -> String {
        let password = normalised(text)
        guard password.count >= 12, password.utf8.count <= 1024 else {
            throw LakeError(.invalid, "a password has at least 12 characters (and at most 1024 bytes)")
        }
        guard !password.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw LakeError(.invalid, "a password has no control characters")
        }
        guard Set(password).count >= 5 else {
            throw LakeError(.invalid, "a password has at least 5 different characters")
        }
        guard name.count < 4 || !password.lowercased().contains(name) else {
            throw LakeError(.invalid, "a password does not contain the account's name")
        }
        return password
    }

    static func normalised(_ password: String) -> String { password.precomposedStringWithCompatibilityMapping }

    /// Lower-case letters only: names are folded before.
    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
