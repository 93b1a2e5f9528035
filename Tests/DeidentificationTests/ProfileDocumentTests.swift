import ByteIO
import DICOM
import Deidentification
import Foundation
import Testing

@Suite("Profile documents") struct ProfileDocumentTests {
    private func problems(_ text: String) -> [String] {
        ProfileDocument(Data(text.utf8)).problems.map(\.description)
    }

    private func rule(_ fields: String) -> [String] {
        problems(#"{"format": "tarn-profile/1", "rules": [{\#(fields)}]}"#)
    }

    @Test func `a document becomes a profile, and the profile the same document`() throws {
        let text = """
            {"format": "tarn-profile/1", "options": ["clean_descriptors"], "agesOver89": "group", "rules": [
                {"attribute": "SeriesDescription", "action": "keep", "note": "our own protocol names"},
                {"attribute": "(0019,xx0C)", "creator": "SIEMENS MR HEADER", "action": "keep"},
                {"attribute": "(0008,1030)", "action": "replace", "value": "HEAD"},
                {"attribute": "ProtocolName", "action": "replace_matching", "pattern": "SITE-[0-9]+", "value": "SITE"}]}
            """
        let document = ProfileDocument(Data(text.utf8))
        #expect(document.problems == [])
        let profile = try #require(document.profile)
        #expect(profile.options == [.cleanDescriptors] && profile.groupsHighAges && profile.rules.count == 4)
        #expect(profile.rules[2].attribute == "StudyDescription" && profile.rules[1].attribute == "(0019,xx0C)")
        #expect(ProfileDocument(ProfileDocument.data(profile)).profile == profile)
        #expect(try JSONDecoder().decode(Profile.self, from: JSONEncoder().encode(profile)) == profile)
    }

    @Test func `every problem is found at once, with its place and what to do`() {
        let found = problems(
            """
            {"format": "other", "options": ["clean_everything"], "agesOver89": 1, "rules": [
                {"attribute": "NoSuchKeyword", "action": "keep"}, {"attribute": "StudyDescription", "action": "vanish"},
                {"action": "keep"}, 7]}
            """)
        #expect(found.count == 7)
        for place in [
            "format: ", "options[0]: ", "agesOver89: ", "rules[0]: ", "rules[1]: ", "rules[2]: ", "rules[3]: ",
        ] {
            #expect(found.contains { $0.hasPrefix(place) }, "\(place)")
        }
        #expect(found.contains { $0.contains("clean_descriptors") })
    }

    @Test func `words, languages and surrogates come back as they went in`() throws {
        let text = """
            {"format": "tarn-profile/1", "words": {"keep": ["Dotarem"], "replace": ["Haus Sonnenblick", "王小明"]},
             "languages": ["de", "zh-Hant"], "surrogates": "marked"}
            """
        let profile = try ProfileDocument.profile(Data(text.utf8))
        #expect(profile.texts.keep == ["Dotarem"] && profile.texts.replace == ["Haus Sonnenblick", "王小明"])
        #expect(profile.texts.languages == ["de", "zh-Hant"] && profile.texts.surrogates == .marked)
        #expect(ProfileDocument(ProfileDocument.data(profile)).profile == profile)
        #expect(try JSONDecoder().decode(Profile.self, from: JSONEncoder().encode(profile)) == profile)
        // What says nothing of texts is written as before there were any.
        #expect(!String(decoding: ProfileDocument.data(.projectDefault), as: UTF8.self).contains("words"))
    }

    @Test(arguments: [
        (#""words": []"#, "words: "), (#""words": {"kept": []}"#, "words: "),
        (#""words": {"keep": "a"}"#, "words.keep: "),
        (#""words": {"keep": ["two words"]}"#, "words.keep[0]: "), (#""words": {"keep": ["B31"]}"#, "words.keep[0]: "),
        (#""words": {"keep": ["x"]}"#, "words.keep[0]: "), (#""words": {"keep": ["ab", "AB"]}"#, "words.keep[1]: "),
        (#""words": {"keep": ["ab", 7]}"#, "words.keep[1]: "),
        (#""words": {"replace": ["7 8"]}"#, "words.replace[0]: "),
        (#""words": {"replace": ["a b c d e f gg"]}"#, "words.replace[0]: "),
        (#""words": {"keep": ["Ab"], "replace": ["cd", "aB"]}"#, "words.replace[1]: "),
        (#""languages": ["en"]"#, "languages[0]: "), (#""languages": ["de", "de"]"#, "languages: "),
        (#""surrogates": "all""#, "surrogates: "), (#""surrogates": 1"#, "surrogates: "),
    ])
    func `what is wrong about texts is said with its place, and not repeated`(fields: String, place: String) throws {
        let found = problems(#"{"format": "tarn-profile/1", \#(fields)}"#)
        #expect(found.count == 1 && found.allSatisfy { $0.hasPrefix(place) }, "\(found)")
        #expect(!found.joined().contains("B31") && !found.joined().contains("gg"))
    }

    @Test func `a profile has at most so many words`() {
        let words = (0...TextRules.maximumWords).map { number in
            String(String(number).map { Character(UnicodeScalar(UInt8(97 + ($0.wholeNumberValue ?? 0)))) }) + "qq"
        }
        #expect(throws: DeidentificationError.self) { try TextRules(keep: words, replace: []) }
        #expect(throws: Never.self) { try TextRules(keep: Array(words.dropLast()), replace: []) }
    }

    @Test(arguments: ["", "[]", "{", "null", "\u{FEFF}", #"{"format": "tarn-profile/1", "surprise": 1}"#])
    func `what is no document is refused`(_ text: String) {
        #expect(!problems(text).isEmpty)
    }

    struct Refused: CustomTestStringConvertible {
        let fields: String
        let why: String
        var testDescription: String { fields }
    }

    static let refused = [
        Refused(fields: #""attribute": "PatientName", "action": "keep""#, why: "subject's code"),
        Refused(fields: #""attribute": "PatientID", "action": "replace", "value": "1""#, why: "subject's code"),
        Refused(fields: #""attribute": "OtherPatientIDs", "action": "keep""#, why: "no option of PS3.15"),
        Refused(fields: #""attribute": "ReferringPhysicianName", "action": "keep""#, why: "person's name"),
        Refused(fields: #""attribute": "StudyInstanceUID", "action": "remove""#, why: "retain_uids"),
        Refused(fields: #""attribute": "Rows", "action": "remove""#, why: "could not be read"),
        Refused(fields: #""attribute": "(7FE0,0010)", "action": "remove""#, why: "could not be read"),
        Refused(fields: #""attribute": "(0019,100C)", "action": "keep""#, why: "creator"),
        Refused(fields: #""attribute": "StudyDescription", "creator": "X", "action": "keep""#, why: "odd group"),
        Refused(fields: #""attribute": "(0018,9999)", "action": "keep""#, why: "no attribute with this tag"),
        Refused(fields: #""attribute": "StudyDescription", "action": "replace""#, why: "needs a \"value\""),
        Refused(fields: #""attribute": "StudyDescription", "action": "keep", "value": "x""#, why: "takes no \"value\""),
        Refused(fields: #""attribute": "StudyDate", "action": "replace", "value": "yesterday""#, why: "YYYYMMDD"),
        Refused(
            fields: #""attribute": "BodyPartExamined", "action": "replace", "value": "head""#, why: "capital letters"),
        Refused(fields: #""attribute": "StudyDescription", "action": "replace", "value": "a\\b""#, why: "backslash"),
        Refused(fields: #""attribute": "StudyDescription", "action": "keep_matching""#, why: "needs a \"pattern\""),
        Refused(fields: #""attribute": "StudyDescription", "action": "keep_matching", "pattern": "(""#, why: "POSIX"),
        Refused(
            fields: #""attribute": "StudyDescription", "action": "keep_matching", "pattern": "(a)\\1""#,
            why: "back-references"),
        Refused(
            fields: #""attribute": "StudyDescription", "action": "keep_matching", "pattern": "a{1,9999}""#,
            why: "repetitions"),
        Refused(
            fields: #""attribute": "StudyDescription", "action": "keep_matching", "pattern": "a*""#,
            why: "no text at all"),
        Refused(
            fields: #""attribute": "ContentSequence", "action": "replace", "value": "x""#, why: "no value of its own"),
        Refused(fields: #""attribute": "StudyDescription", "action": "keep", "when": "always""#, why: "unknown key"),
        Refused(fields: #""attribute": 7, "action": "keep""#, why: "write a text"),
    ]

    @Test(arguments: refused) func `a rule that cannot be followed says why`(_ refused: Refused) {
        let found = rule(refused.fields)
        #expect(found.count == 1 && found.first?.contains(refused.why) == true, "\(found)")
    }

    @Test func `two rules for one attribute are refused, two creators are two attributes`() {
        let twice =
            #"{"attribute": "StudyDescription", "action": "keep"}, {"attribute": "(0008,1030)", "action": "remove"}"#
        #expect(problems(#"{"format": "tarn-profile/1", "rules": [\#(twice)]}"#).count == 1)
        let two = ["A", "B"].map { #"{"attribute": "(0019,xx0C)", "creator": "\#($0)", "action": "keep"}"# }
        #expect(problems(#"{"format": "tarn-profile/1", "rules": [\#(two.joined(separator: ","))]}"#).isEmpty)
    }

    @Test func `a document beyond any size is refused before it is read`() {
        let data = Data(repeating: UInt8(ascii: " "), count: ProfileDocument.maximumBytes + 1)
        #expect(ProfileDocument(data).problems.count == 1)
    }
}

@Suite("Rules of a project") struct ProfileRuleTests {
    private func output(
        _ rules: String, ages: String = "keep", options: String = "", _ change: (inout DataSet) -> Void = { _ in }
    )
        throws -> DataSet
    {
        let names = options.isEmpty ? "" : "\"\(options)\""
        let text =
            #"{"format": "tarn-profile/1", "options": [\#(names)], "agesOver89": "\#(ages)", "rules": [\#(rules)]}"#
        let profile = try ProfileDocument.profile(Data(text.utf8))
        var root = Samples.ct()
        change(&root)
        let outcome = try Deidentifier(profile: profile, secret: Samples.secret()).deidentify(try Samples.file(root))
        return try DICOMFile.read(try Samples.outputBytes(outcome)).dataSet
    }

    @Test func `keep leaves a text as it is, and cleans one that names somebody of the header`() throws {
        let rule = #"{"attribute": "SeriesDescription", "action": "keep"}"#
        #expect(try output("") { $0.set(.SeriesDescription, .LO, "Qwyxel 7") }.string(.SeriesDescription) != "Qwyxel 7")
        #expect(
            try output(rule) { $0.set(.SeriesDescription, .LO, "Qwyxel 7") }.string(.SeriesDescription) == "Qwyxel 7")
        for text in ["of ZORBQUIST", "id MR-4821-1973"] {
            let kept = try output(rule) { $0.set(.SeriesDescription, .LO, text) }.string(.SeriesDescription) ?? ""
            #expect(!kept.uppercased().contains("ZORBQUIST") && !kept.contains("1973"), "\(kept)")
        }
    }

    @Test func `remove, empty and replace do what they say, at every level`() throws {
        let rules = """
            {"attribute": "StudyDescription", "action": "replace", "value": "HEAD"},
            {"attribute": "Manufacturer", "action": "remove"}, {"attribute": "BodyPartExamined", "action": "empty"}
            """
        let out = try output(rules, options: "clean_descriptors") { root in
            root.set(.BodyPartExamined, .CS, "HEAD")
            var item = DataSet()
            item.set(.Manufacturer, .LO, "SIEMENS")
            item.set(.StudyDescription, .LO, "chest")
            item.set(.ReferencedSOPClassUID, .UI, UID.CTImageStorage)
            root.set(.ContributingEquipmentSequence, items: [item])
            root.set(.ReferencedImageSequence, items: [item])
        }
        #expect(out.string(.StudyDescription) == "HEAD")
        #expect(!out.contains(.Manufacturer) && out.contains(.BodyPartExamined))
        #expect(out.string(.BodyPartExamined)?.isEmpty ?? true)
        let item = try #require(out.sequence(.ReferencedImageSequence)?.first)
        #expect(!item.contains(.Manufacturer) && item.string(.StudyDescription) == "HEAD")
    }

    @Test func `a pattern keeps what matches as a whole, and replaces what matches in part`() throws {
        let keeps = #"{"attribute": "ProtocolName", "action": "keep_matching", "pattern": "Qw[a-z]+ [0-9]{1,2}"}"#
        #expect(try output(keeps) { $0.set(.ProtocolName, .LO, "Qwyxel 7") }.string(.ProtocolName) == "Qwyxel 7")
        let other = try output(keeps) { $0.set(.ProtocolName, .LO, "Qwyxel 7 of Grumblethorp") }.string(.ProtocolName)
        #expect(other?.contains("Grumblethorp") != true && other?.contains("Qwyxel") != true)
        let replaces =
            #"{"attribute": "ProtocolName", "action": "replace_matching", "pattern": "HEAD#[0-9]+", "value": "HEAD"}"#
        let out = try output(replaces, options: "clean_descriptors") {
            $0.set(.ProtocolName, .LO, "HEAD#12 AND HEAD#9")
        }
        #expect(out.string(.ProtocolName) == "HEAD AND HEAD")
    }

    @Test func `a private attribute stays with its creator, in whatever block, and not with another's`() throws {
        let rule = #"{"attribute": "(0019,xx0C)", "creator": "QWYXEL MR", "action": "keep"}"#
        let out = try output(rule) { root in
            root.set(Tag(0x0019, 0x0011), .LO, "QWYXEL MR")
            root.set(Tag(0x0019, 0x0012), .LO, "OTHER")
            root.set(Tag(0x0019, 0x110C), .IS, "1000")
            root.set(Tag(0x0019, 0x110D), .IS, "7")
            root.set(Tag(0x0019, 0x120C), .IS, "1000")
        }
        #expect(out.string(Tag(0x0019, 0x110C)) == "1000" && out.string(Tag(0x0019, 0x0011)) == "QWYXEL MR")
        for gone in [Tag(0x0019, 0x110D), Tag(0x0019, 0x120C), Tag(0x0019, 0x0012)] { #expect(!out.contains(gone)) }
    }

    @Test func `private bytes that hold the patient's name or ID go although a rule keeps them`() throws {
        let rule = #"{"attribute": "(0029,xx10)", "creator": "QWYXEL CSA", "action": "keep"}"#
        for (text, stays) in [("gradient", true), ("tPatientName zorbquist", false), ("id MR48211973", false)] {
            let out = try output(rule) { root in
                root.set(Tag(0x0029, 0x0010), .LO, "QWYXEL CSA")
                root.set(Tag(0x0029, 0x1010), .OB, bytes: .init(Array(text.utf8) + [0, 0].prefix(text.utf8.count % 2)))
            }
            #expect(out.contains(Tag(0x0029, 0x1010)) == stays, "\(text)")
        }
    }

    @Test func `ages over 89 become 90 where the profile says so`() throws {
        let cases = [("057Y", "057Y"), ("089Y", "089Y"), ("090Y", "090Y"), ("104Y", "090Y"), ("999M", "999M")]
        for (age, grouped) in cases {
            for ages in ["group", "keep"] {
                let out = try output("", ages: ages, options: "retain_patient_characteristics") {
                    $0.set(.PatientAge, .AS, age)
                }
                #expect(out.string(.PatientAge) == (ages == "group" ? grouped : age))
            }
        }
    }
}
