public import ByteIO
import DICOM
public import Vault

/// The secret under which pseudonyms, UIDs and date offsets are made. No encryption key, but guarded like one: who
/// holds it can confirm a guess.
public struct PseudonymSecret: Sendable {
    let key: SymmetricKey

    /// The secret a project keeps, 32 bytes.
    public init(_ key: SymmetricKey) { self.key = key }

    /// A random secret: nothing that is made under it can be made again.
    public static func random() -> PseudonymSecret { PseudonymSecret(SymmetricKey()) }
}

/// New names for old ones: keyed hashes (HMAC-SHA-256), one domain for each kind, so that every node and every
/// re-ingest gives the same answer, and without the secret nobody can try a list of guesses (PS3.15 E.1.1).
public struct Pseudonyms: Sendable {
    private let uidState: HMACSHA256
    private let patientState: HMACSHA256
    private let dateState: HMACSHA256
    private let matchState: HMACSHA256
    private let digestState: HMACSHA256
    private let surrogateState: HMACSHA256

    public init(secret: PseudonymSecret) {
        func state(_ domain: String) -> HMACSHA256 {
            var hmac = HMACSHA256(key: secret.key)
            hmac.update(utf8: "tarn pseudonym 1 \(domain)\0")
            return hmac
        }
        uidState = state("uid")
        patientState = state("patient")
        dateState = state("date")
        matchState = state("match")
        digestState = state("digest")
        surrogateState = state("surrogate")
    }

    /// The new UID: keyed bits in the form of a random UUID.
    public func uid(_ original: String) -> String {
        var hmac = uidState
        hmac.update(utf8: original)
        var bits: UInt128 = 0
        for byte in hmac.code().prefix(16) { bits = bits << 8 | UInt128(byte) }
        return UID.uuid(bits, .random)
    }

    /// The subject's code: 80 keyed bits and a check character in Crockford's base 32, `XXXX-XXXX-XXXX-XXXX-C`.
    ///
    /// - Parameters:
    ///   - issuer: who gave the ID, (0010,0021); upper and lower case, spaces and leading zeros do not matter.
    ///   - patientID: (0010,0020), likewise.
    ///   - studyUID: stands in where the ID is empty: such a study stands alone and shares no patient.
    public func subjectCode(issuer: String, patientID: String, studyUID: String) -> String {
        var hmac = patientState
        hmac.update(Self.identity(issuer: issuer, patientID: patientID, studyUID: studyUID))
        return Self.code(hmac.code())
    }

    /// A token that is equal for the same (issuer, patient ID), for matching; 32 bytes. `nil` where the ID is empty.
    public func matchToken(issuer: String, patientID: String) -> Bytes? {
        guard !Self.normalised(patientID).isEmpty else { return nil }
        var hmac = matchState
        hmac.update(Self.identity(issuer: issuer, patientID: patientID, studyUID: ""))
        return hmac.code()
    }

    /// Days by which all dates of this patient move: −3650 … −1, the same for every study of the patient. Always into
    /// the past: a study that seems to come from the future is taken for an error.
    public func dateShift(issuer: String, patientID: String, studyUID: String) -> Int {
        var hmac = dateState
        hmac.update(Self.identity(issuer: issuer, patientID: patientID, studyUID: studyUID))
        var value: UInt64 = 0
        for byte in hmac.code().prefix(8) { value = value << 8 | UInt64(byte) }
        // 3650 values out of 2⁶⁴: the bias is below 10⁻¹⁵.
        return -1 - Int(value % 3650)
    }

    /// A keyed digest of anything else that must be recognised again but not read, 32 bytes.
    public func digest(_ bytes: Bytes) -> Bytes {
        var hmac = digestState
        hmac.update(bytes)
        return hmac.code()
    }

    /// What a surrogate in a text is chosen by, 32 bytes: the same for the same original in a subject's texts.
    func surrogate(subject: String, domain: String, original: [UInt8], attempt: Int) -> Bytes {
        var hmac = surrogateState
        hmac.update(utf8: "\(subject)\0\(domain)\0\(attempt)\0")
        hmac.update(Bytes(original))
        return hmac.code()
    }

    /// Whether the check character of a code fits: `XXXX-XXXX-XXXX-XXXX-C`, case and dashes ignored.
    public static func isValid(subjectCode code: String) -> Bool {
        let digits = code.uppercased().utf8.filter { $0 != 0x2D }
        guard digits.count == 17 else { return false }
        var values: [Int] = []
        for digit in digits {
            guard let value = alphabet.firstIndex(of: digit) else { return false }
            values.append(value)
        }
        return checkDigit(values.dropLast()) == values.last
    }

    /// Crockford's base 32. His check symbols (`*~$=U`) are not used: `*` is a wildcard in a DICOM search.
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// The digit that makes the code a multiple of x over GF(32) (x⁵ + x² + 1): finds every wrong digit and every two
    /// that changed places.
    private static func checkDigit(_ digits: some Sequence<Int>) -> Int {
        var remainder = 0
        for digit in digits { remainder = timesX(remainder ^ digit) }
        return remainder
    }

    private static func timesX(_ value: Int) -> Int {
        value & 0x10 == 0 ? value << 1 : value << 1 ^ 0x25
    }

    private static func code(_ hash: Bytes) -> String {
        var value: UInt128 = 0
        for byte in hash.prefix(10) { value = value << 8 | UInt128(byte) }
        let digits = (0..<16).map { Int((value >> UInt128(75 - 5 * $0)) & 31) }
        var text: [UInt8] = []
        for (index, digit) in (digits + [checkDigit(digits)]).enumerated() {
            if index > 0, index % 4 == 0 { text.append(0x2D) }
            text.append(alphabet[digit])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Length-prefixed parts, so that no two different pairs give the same bytes.
    private static func identity(issuer: String, patientID: String, studyUID: String) -> Bytes {
        let id = normalised(patientID)
        let parts = id.isEmpty ? ["study", studyUID] : ["patient", normalised(issuer), id]
        return SealingContext("identity", parts[0], parts[1], parts.count > 2 ? parts[2] : "").encoded
    }

    /// Upper case, no spaces, no leading zeros: what two systems write differently about the same number.
    static func normalised(_ id: String) -> String {
        let upper = id.uppercased().filter { !$0.isWhitespace && $0 != "\0" }
        let significant = upper.drop { $0 == "0" }
        return significant.isEmpty && !upper.isEmpty ? "0" : String(significant)
    }
}
