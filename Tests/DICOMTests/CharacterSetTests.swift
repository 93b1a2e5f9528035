import ByteIO
import DICOM
import Testing

@Suite struct CharacterSetTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        let terms: [String]
        let bytes: [UInt8]
        let text: String
        var testDescription: String { terms.joined(separator: "\\") }
    }

    // The examples of PS3.5 Annexes H to K, and one of each single-byte repertoire.
    static let samples: [Sample] = [
        Sample(terms: ["ISO_IR 100"], bytes: [0xC4, 0x6E, 0xFC], text: "Änü"),
        Sample(terms: ["ISO_IR 101"], bytes: [0xA3, 0xF3, 0x64, 0xBC], text: "Łódź"),
        Sample(terms: ["ISO_IR 144"], bytes: [0xBB, 0xEE, 0xDA], text: "Люк"),
        Sample(terms: ["ISO_IR 126"], bytes: [0xC4, 0xE9, 0xEF], text: "Διο"),
        Sample(terms: ["ISO_IR 127"], bytes: [0xE2, 0xC8, 0xC7], text: "قبا"),
        Sample(terms: ["ISO_IR 138"], bytes: [0xF9, 0xF8, 0xE5], text: "שרו"),
        Sample(terms: ["ISO_IR 203"], bytes: [0xA4, 0xBC], text: "€Œ"),
        Sample(terms: ["ISO_IR 166"], bytes: [0xA1, 0xD2], text: "กา"),
        Sample(terms: ["ISO_IR 13"], bytes: [0xD4, 0xCF, 0xC0, 0xDE], text: "ﾔﾏﾀﾞ"),
        Sample(terms: ["ISO_IR 192"], bytes: [0xE7, 0x8E, 0x8B], text: "王"),
        Sample(terms: ["GB18030"], bytes: [0xCD, 0xF5, 0x5E, 0xD0, 0xA1], text: "王^小"),
        Sample(terms: ["GBK"], bytes: [0xCD, 0xF5, 0x81, 0x5C], text: "王乗"),
        Sample(
            terms: ["", "ISO 2022 IR 87"],
            bytes: [0x41, 0x3D, 0x1B, 0x24, 0x42, 0x3B, 0x33, 0x45, 0x44, 0x1B, 0x28, 0x42, 0x5E, 0x1B, 0x24, 0x42]
                + [0x42, 0x40, 0x4F, 0x3A, 0x1B, 0x28, 0x42],
            text: "A=山田^太郎"),
        Sample(
            terms: ["", "ISO 2022 IR 149"],
            bytes: [0x1B, 0x24, 0x29, 0x43, 0xFB, 0xF3, 0x5E, 0x1B, 0x24, 0x29, 0x43, 0xD1, 0xCE, 0xD4, 0xD7],
            text: "洪^吉洞"),
        Sample(
            terms: ["", "ISO 2022 IR 58"], bytes: [0x1B, 0x24, 0x29, 0x41, 0xC0, 0xEE, 0x5E, 0x41], text: "李^A"),
        Sample(
            terms: ["ISO 2022 IR 6", "ISO 2022 IR 144"], bytes: [0x1B, 0x2D, 0x4C, 0xBB, 0xEE, 0xDA], text: "Люк"),
        Sample(
            terms: ["", "ISO 2022 IR 87"],
            bytes: Samples.text(
                "Yamada^Tarou=\u{1B}$B;3ED\u{1B}(B^\u{1B}$BB@O:\u{1B}(B=\u{1B}$B$d$^$@\u{1B}(B^\u{1B}$B$?$m$&\u{1B}(B"),
            text: "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        Sample(
            terms: ["ISO 2022 IR 13", "ISO 2022 IR 87"],
            bytes: [0xD4, 0xCF, 0xC0, 0xDE, 0x5E, 0xC0, 0xDB, 0xB3]
                + Samples.text(
                    "=\u{1B}$B;3ED\u{1B}(J^\u{1B}$BB@O:\u{1B}(J=\u{1B}$B$d$^$@\u{1B}(J^\u{1B}$B$?$m$&\u{1B}(J"),
            text: "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"),
        Sample(
            terms: ["", "ISO 2022 IR 149"],
            bytes: Samples.text("Hong^Gildong=") + [0x1B, 0x24, 0x29, 0x43, 0xFB, 0xF3, 0x5E, 0x1B, 0x24, 0x29, 0x43]
                + [0xD1, 0xCE, 0xD4, 0xD7, 0x3D, 0x1B, 0x24, 0x29, 0x43, 0xC8, 0xAB, 0x5E, 0x1B, 0x24, 0x29, 0x43]
                + [0xB1, 0xE6, 0xB5, 0xBF],
            text: "Hong^Gildong=洪^吉洞=홍^길동"),
        Sample(
            terms: ["ISO_IR 192"],
            bytes: Samples.text("Wang^XiaoDong=") + [0xE7, 0x8E, 0x8B, 0x5E, 0xE5, 0xB0, 0x8F, 0xE4, 0xB8, 0x9C],
            text: "Wang^XiaoDong=王^小东"),
        Sample(
            terms: ["GB18030"], bytes: Samples.text("Wang^XiaoDong=") + [0xCD, 0xF5, 0x5E, 0xD0, 0xA1, 0xB6, 0xAB],
            text: "Wang^XiaoDong=王^小东"),
        Sample(
            terms: ["GBK"], bytes: Samples.text("Wang^XiaoDong=") + [0xCD, 0xF5, 0x5E, 0xD0, 0xA1, 0xB6, 0xAB],
            text: "Wang^XiaoDong=王^小东"),
        Sample(
            terms: ["", "ISO 2022 IR 58"],
            bytes: Samples.text("Zhang^XiaoDong=\u{1B}$)A") + [0xD5, 0xC5] + Samples.text("^\u{1B}$)A")
                + [0xD0, 0xA1, 0xB6, 0xAB],
            text: "Zhang^XiaoDong=张^小东"),
        Sample(terms: ["ISO_IR 109"], bytes: [0xA9, 0xB1], text: "İħ"),
        Sample(terms: ["ISO_IR 110"], bytes: [0xA2, 0xBF], text: "ĸŋ"),
        Sample(terms: ["ISO_IR 148"], bytes: [0xD0, 0xFD], text: "Ğı"),
        Sample(terms: ["ISO_IR 13"], bytes: [0x41, 0x7E, 0xB1], text: "A‾ｱ"),
        Sample(terms: ["ISO-IR_100"], bytes: [0xE9], text: "é"),
        Sample(terms: ["ISO IR 101"], bytes: [0xA3], text: "Ł"),
        Sample(terms: ["ISO8859-15"], bytes: [0xA4], text: "€"),
        Sample(terms: ["latin1"], bytes: [0xE9], text: "é"),
        Sample(terms: ["ISO_2022_IR_6", "ISO_2022_IR_126"], bytes: [0x1B, 0x2D, 0x46, 0xC4], text: "Δ"),
        Sample(terms: ["ISO 2022 IR 6", "ISO_IR 192"], bytes: [0xE7, 0x8E, 0x8B], text: "王"),
        Sample(terms: ["utf8"], bytes: [0xE7, 0x8E, 0x8B], text: "王"),
        Sample(terms: [], bytes: [0xE9], text: "é"),
        Sample(terms: ["NO SUCH SET"], bytes: [0xE9], text: "é"),
    ]

    @Test(arguments: samples)
    func decodes(_ sample: Sample) {
        let values = CharacterSet(terms: sample.terms).values(of: Bytes(sample.bytes), vr: .PN)
        #expect(values == [sample.text])
    }

    @Test(arguments: samples.filter { !$0.terms.isEmpty && $0.terms != ["NO SUCH SET"] })
    func encodesWhatItDecodes(_ sample: Sample) {
        let set = CharacterSet(terms: sample.terms)
        #expect(set.encode([sample.text], vr: .PN).starts(with: sample.bytes))
        #expect(
            set.values(of: set.encode([sample.text, "x", sample.text], vr: .PN), vr: .PN) == [
                sample.text, "x", sample.text,
            ])
    }

    @Test func encodesWithEverySetThatIsDeclared() {
        let set = CharacterSet(terms: ["ISO 2022 IR 100", "ISO 2022 IR 144", "ISO 2022 IR 87", "ISO 2022 IR 159"])
        let text = "é=Люé^山田丂A=Л山éЛ"
        #expect(set.values(of: set.encode([text], vr: .PN), vr: .PN) == [text])
        #expect(set.values(of: set.encode([text, text], vr: .LO), vr: .LO) == [text, text])
        #expect(CharacterSet(terms: ["ISO_IR 100"]).encode(["a山"], vr: .LO) == [0x61, 0x3F])
    }

    @Test func separatesValuesOfDoubleByteText() {
        // The second byte of this character is a backslash in ASCII.
        #expect(CharacterSet(terms: ["GBK"]).values(of: [0x81, 0x5C, 0x5C, 0x41], vr: .LO) == ["乗", "A"])
        let japanese = CharacterSet(terms: ["", "ISO 2022 IR 87"])
        #expect(
            japanese.values(of: [0x1B, 0x24, 0x42, 0x3B, 0x5C, 0x1B, 0x28, 0x42, 0x5C, 0x41], vr: .LO).count == 2)
    }

    @Test func isInheritedByItems() throws {
        let item = Samples.explicit(.CodeMeaning, "LO", [0xBB, 0xEE])
        let bytes = Samples.explicitFile(
            Samples.explicit(.SpecificCharacterSet, "CS", Samples.text("ISO_IR 144"))
                + Samples.explicit(.ContentSequence, "SQ", Samples.item(item)))
        let file = try DICOMFile.read(bytes)
        #expect(file.dataSet.sequence(.ContentSequence)?.first?.string(.CodeMeaning) == "Лю")
    }

    @Test func `a designation ends with the line, the value and the part of a name`() {
        let set = CharacterSet(terms: ["", "ISO 2022 IR 149"])
        let text = Samples.text("\u{1B}$)C") + [0xB1, 0xE8] + Samples.text("\r\n\u{1B}$)C") + [0xB1, 0xE6, 0x41]
        #expect(set.values(of: Bytes(text), vr: .LT) == ["김\r\n길A"])
        // Cyrillic ends with the component; what follows without an escape sequence is of the first repertoire.
        let latin = CharacterSet(terms: ["ISO 2022 IR 100", "ISO 2022 IR 144"])
        let name = Samples.text("\u{1B}-L") + [0xBB, 0x5E, 0xE9]
        #expect(latin.values(of: Bytes(name), vr: .PN) == ["Л^é"])
        #expect(latin.values(of: Bytes(name), vr: .LO) == ["Л^щ"])
        #expect(latin.values(of: Bytes(Samples.text("\u{1B}-L") + [0xBB, 0x5C, 0xE9]), vr: .LO) == ["Л", "é"])
    }

    @Test(
        arguments: [
            // Nothing is declared, but the text is UTF-8, or else it is Latin-1.
            ([], [0xC3, 0xA4, 0x62], "äb", false), ([], [0xE4, 0x62], "äb", false),
            (["NO SUCH SET"], [0xC3, 0xA4], "ä", false), (["ISO 2022 IR 6"], [0xE4], "ä", false),
            // UTF-8 is declared, but the text is not.
            (["ISO_IR 192"], [0x4D, 0xFC, 0x6C, 0xC3, 0xA4], "Mülä", false),
            (["ISO_IR 192"], [0x80], "\u{FFFD}", false),
            // Bytes that a set does not have.
            (["ISO_IR 126"], [0xC4, 0xFF], "Δ\u{FFFD}", false), (["GB18030"], [0xCD, 0xF5, 0xFF], "王\u{FFFD}", false),
            (["ISO_IR 100"], [0xE4], "ä", true), (["ISO_IR 192"], [0xC3, 0xA4], "ä", true), ([], [0x41], "A", true),
        ] as [([String], [UInt8], String, Bool)])
    func `text of another set than the declared can be read, and is found`(
        _ terms: [String], _ bytes: [UInt8], _ text: String, _ isText: Bool
    ) {
        let set = CharacterSet(terms: terms)
        #expect(set.values(of: Bytes(bytes), vr: .LO) == [text])
        #expect(set.isText(Bytes(bytes), vr: .LO) == isText)
    }

    @Test func `a wrong character set is a warning and loses no byte`() throws {
        let bytes = Samples.explicitFile(
            Samples.explicit(.SpecificCharacterSet, "CS", Samples.text("ISO-IR 192"))
                + Samples.explicit(.PatientID, "LO", [0x4D, 0xFC, 0x6C, 0x6C])
                + Samples.explicit(
                    .ContentSequence, "SQ", Samples.item(Samples.explicit(.CodeMeaning, "LO", [0xFC, 0x20]))))
        let file = try DICOMFile.read(bytes)
        #expect(file.warnings.map(\.code) == [.characterSet])
        #expect(file.dataSet.string(.PatientID) == "Müll")
        #expect(file.dataSet.bytes(.PatientID) == [0x4D, 0xFC, 0x6C, 0x6C])
        #expect(
            file.characterSetWarnings().map { $0.path.map { "\($0)" } } == [
                "(0010,0020)", "(0040,a730)[0].(0008,0104)",
            ])
        #expect(try file.encode() == [.source(0..<bytes.count)])
    }

    @Test(
        arguments: [
            ([], true), (["ISO_IR 100"], true), (["ISO_IR 192"], true), (["GBK"], true), (["ISO 2022 IR 6"], true),
            (["", "ISO 2022 IR 87"], true), (["ISO 2022 IR 100", "ISO 2022 IR 144"], true), (["ISO_IR 6"], false),
            (["ISO-IR 100"], false), (["ISO_IR 87"], false), (["ISO_IR 100", "ISO 2022 IR 87"], false),
            (["ISO 2022 IR 192"], false), (["ISO 2022 IR 100", "GB18030"], false), (["UTF-8"], false),
        ] as [([String], Bool)])
    func `terms are those of the standard or not`(_ terms: [String], _ isStandard: Bool) {
        #expect(CharacterSet.isStandard(terms: terms) == isStandard)
        #expect(CharacterSet(terms: terms).isKnown)
    }

    @Test func `what a set does not have is not encoded in it`() {
        let latin = CharacterSet(terms: ["ISO_IR 100"])
        #expect(latin.encodeExactly(["Müller", "é"], vr: .LO) == [0x4D, 0xFC, 0x6C, 0x6C, 0x65, 0x72, 0x5C, 0xE9])
        #expect(latin.encodeExactly(["Łukasz"], vr: .LO) == nil)
        #expect(CharacterSet.default.encodeExactly(["é"], vr: .LO) == nil)
        #expect(CharacterSet(terms: ["ISO_IR 13"]).encodeExactly(["a~b"], vr: .LO) == nil)
        #expect(CharacterSet(terms: ["ISO_IR 13"]).encodeExactly(["a‾b"], vr: .LO) == [0x61, 0x7E, 0x62, 0x20])
        #expect(CharacterSet(terms: ["", "ISO 2022 IR 87"]).encodeExactly(["山é"], vr: .LO) == nil)
    }

    @Test func `a data set becomes UTF-8 as a whole`() throws {
        let item =
            Samples.explicit(.SpecificCharacterSet, "CS", Samples.text("ISO_IR 144"))
            + Samples.explicit(.CodeMeaning, "LO", [0xBB, 0x20])
        let bytes = Samples.explicitFile(
            Samples.explicit(.SpecificCharacterSet, "CS", Samples.text("ISO_IR 100"))
                + Samples.explicit(.Modality, "CS", Samples.text("CT"))
                + Samples.explicit(.PatientID, "LO", [0xE4, 0x5C, 0xE9, 0x20])
                + Samples.explicit(.ContentSequence, "SQ", Samples.item(item)))
        var file = try DICOMFile.read(bytes)
        file.dataSet = file.dataSet.convertedToUTF8()
        let again = try DICOMFile.read(try file.encode().materialize(from: bytes))
        #expect(again.dataSet.string(.SpecificCharacterSet) == "ISO_IR 192")
        #expect(again.dataSet.bytes(.PatientID) == [0xC3, 0xA4, 0x5C, 0xC3, 0xA9, 0x20])
        let inner = try #require(again.dataSet.sequence(.ContentSequence)?.first)
        #expect(inner.string(.CodeMeaning) == "Л" && !inner.contains(.SpecificCharacterSet))
        #expect(again.characterSetWarnings().isEmpty)
        #expect(again.dataSet.convertedToUTF8() == again.dataSet)
    }

    @Test func survivesEveryPairOfBytesInEverySet() {
        for term in ["ISO_IR 100", "ISO_IR 13", "ISO_IR 166", "ISO_IR 192", "GB18030", "GBK", "ISO 2022 IR 149"] {
            let set = CharacterSet(terms: [term, "ISO 2022 IR 87"])
            for first in stride(from: UInt8(0), through: 255, by: 3) {
                for second in stride(from: UInt8(0), through: 255, by: 5) {
                    _ = set.values(of: [0x1B, 0x24, 0x42, first, second, 0x1B], vr: .PN)
                    _ = set.values(of: [first, second], vr: .UT)
                }
            }
        }
    }
}
