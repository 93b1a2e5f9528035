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
        Sample(terms: ["ISO-IR_100"], bytes: [0xE9], text: "é"),
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
