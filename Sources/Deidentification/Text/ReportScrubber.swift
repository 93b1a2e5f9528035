public import DICOM

/// Takes out of a text that a person wrote about a study what may name somebody, by the rules for descriptions
/// (PS3.15 Table E.1-1, action C): `TextScrubber`, in a place where nothing has a longest length and signs of
/// typography are signs and no letters.
public struct ReportScrubber: Sendable {
    /// A text without what may name somebody.
    public struct Scrubbed: Sendable, Hashable {
        public let text: String
        /// What was taken out or changed, in its order.
        public let changes: [Change]
        /// The places of `changes` in the text that was given.
        public var removed: [Range<Int>] { changes.map(\.original) }
    }

    /// A place in both texts, in UTF-16 units, as browsers count.
    public struct Change: Sendable, Hashable {
        public let kind: TextKind
        /// In the text that was given.
        public let original: Range<Int>
        /// In the scrubbed text.
        public let scrubbed: Range<Int>
    }

    private let scrubber: TextScrubber

    /// - Parameters:
    ///   - headers: original headers of the study, or what is known of them: names and numbers in them are found again
    ///     in texts. Dates move by the days of the patient whom the first one names.
    ///   - profile: with `retainLongModifiedDates` dates are moved, else they go.
    public init(_ headers: [DataSet], profile: Profile, secret: PseudonymSecret) {
        var identifiers = Identifiers()
        for header in headers { identifiers.add(header) }
        let pseudonyms = Pseudonyms(secret: secret)
        // Who cannot be told apart from others has no days of their own.
        let patient = headers.first.flatMap { header in
            header.string(.PatientID) != nil || header.string(.StudyInstanceUID) != nil ? header : nil
        }
        let issuer = patient?.string(.IssuerOfPatientID) ?? ""
        let patientID = patient?.string(.PatientID) ?? ""
        let studyUID = patient?.string(.StudyInstanceUID) ?? ""
        let shift = patient.map { _ in
            pseudonyms.dateShift(issuer: issuer, patientID: patientID, studyUID: studyUID)
        }
        let subject = patient.map { _ in
            pseudonyms.subjectCode(issuer: issuer, patientID: patientID, studyUID: studyUID)
        }
        scrubber = TextScrubber(
            identifiers: identifiers, dateShift: profile.has(.retainLongModifiedDates) ? shift : nil,
            keepsUIDs: false, pseudonyms: pseudonyms, subject: subject ?? "", lists: TextLists(profile.texts))
    }

    /// `text` without what may name somebody.
    public func scrub(_ text: String) -> Scrubbed {
        let folded = FoldedText(text)
        let tokens = TextTokens(folded.bytes)
        var marks = scrubber.merge(scrubber.marks(in: tokens, .descriptor), tokens)
        guard !marks.isEmpty else { return Scrubbed(text: text, changes: []) }
        scrubber.fill(&marks, tokens)
        var out: [UInt8] = []
        var changes: [Change] = []
        var position = 0
        var utf16 = 0
        var written = 0
        for mark in marks {
            let range = folded.origins[mark.range.lowerBound]..<folded.origins[mark.range.upperBound]
            let between = folded.original[position..<range.lowerBound]
            let replacement = Array((mark.replacement ?? TextScrubber.marker).utf8)
            out += between
            out += replacement
            utf16 += Self.utf16Count(between)
            written += Self.utf16Count(between)
            let count = Self.utf16Count(folded.original[range])
            let shown = Self.utf16Count(replacement[...])
            changes.append(
                Change(kind: mark.kind, original: utf16..<(utf16 + count), scrubbed: written..<(written + shown)))
            utf16 += count
            written += shown
            position = range.upperBound
        }
        out += folded.original[position...]
        return Scrubbed(text: String(decoding: out, as: UTF8.self), changes: changes)
    }

    /// Units of UTF-16 of valid UTF-8: one a character, two of those of four bytes.
    private static func utf16Count(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : $1 >= 0xF0 ? 2 : 1) }
    }
}

/// A text in which signs of typography are those of ASCII: a telephone number with dashes from a word processor is
/// one, too, and a word with a curly apostrophe keeps being a word.
private struct FoldedText {
    let original: [UInt8]
    private(set) var bytes: [UInt8] = []
    /// Where each byte comes from in `original`; one more, for the end.
    private(set) var origins: [Int] = []

    private static let signs: [Unicode.Scalar: UInt8] = {
        let groups: [(String, String)] = [
            ("-", "\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2015}\u{2212}"),
            ("'", "\u{2018}\u{2019}\u{201A}\u{2032}\u{00B4}"),
            ("\"", "\u{300C}\u{300D}\u{201C}\u{201D}\u{201E}\u{2033}\u{00AB}\u{00BB}"),
            (" ", "\u{00A0}\u{2002}\u{2003}\u{2009}\u{202F}"),
            ("*", "\u{00D7}\u{2022}\u{00B7}\u{00B0}"), ("~", "\u{00B1}\u{2248}"), ("<", "\u{2264}"),
            (">", "\u{2265}\u{2192}"),
            (".", "\u{2026}\u{3002}"), (":", "\u{FF1A}"), (",", "\u{FF0C}\u{3001}"), ("(", "\u{FF08}"),
            (")", "\u{FF09}"), ("u", "\u{00B5}\u{03BC}"), ("2", "\u{00B2}"), ("3", "\u{00B3}"),
        ]
        var signs: [Unicode.Scalar: UInt8] = [:]
        for (sign, scalars) in groups {
            for scalar in scalars.unicodeScalars { signs[scalar] = sign.utf8.first }
        }
        return signs
    }()

    init(_ text: String) {
        original = Array(text.utf8)
        bytes.reserveCapacity(original.count)
        origins.reserveCapacity(original.count + 1)
        var offset = 0
        for scalar in text.unicodeScalars {
            let width = UTF8.width(scalar)
            if let sign = Self.signs[scalar] {
                bytes.append(sign)
                origins.append(offset)
            } else {
                bytes += original[offset..<(offset + width)]
                origins += offset..<(offset + width)
            }
            offset += width
        }
        origins.append(offset)
    }
}
