import DICOM
import Deidentification
import Foundation
import Testing

/// Names and towns whose words are all on the allow-list, in texts without a header that knows them.
@Suite("Gazetteers")
struct GazetteerTests {
    private static func scrub(_ text: String, _ texts: TextRules = .none) throws -> String {
        var header = DataSet()
        header.set(.PatientID, .LO, "A4711777")
        let profile = try Profile(options: [.retainLongModifiedDates], texts: texts)
        return ReportScrubber([header], profile: profile, secret: Samples.secret()).scrub(text).text
    }

    private static func rules(
        keep: [String] = [], names: [String] = [], places: [String] = [], languages: [String] = [],
        _ surrogates: TextRules.Surrogates = .none
    ) throws -> TextRules {
        try TextRules(
            keep: keep, replace: [], names: names, places: places, languages: languages, surrogates: surrogates)
    }

    struct Case: CustomTestStringConvertible {
        let text: String
        let out: String
        var testDescription: String { text }

        init(_ text: String, _ out: String) {
            self.text = text
            self.out = out
        }
    }

    @Test(
        "Names that are words go where a capital or another name says so",
        arguments: [
            Case("Results given to Grace Long yesterday.", "Results given to [removed] yesterday."),
            Case("Mark B. Little was present.", "[removed] was present."),
            Case("We informed Dawn today.", "We informed [removed] today."),
            Case("We informed Brown today.", "We informed [removed] today."),
            Case("discussed with Hunt, stable", "discussed with [removed], stable"),
            Case("Seen by Wilson. Moore agrees.", "Seen by [removed] agrees."),
            Case("Patient: ZORBQUIST^WILL", "Patient: [removed]"), Case("LONG^GRACE hip", "[removed] hip"),
        ])
    func names(_ one: Case) throws { #expect(try Self.scrub(one.text) == one.out) }

    @Test(
        "In lower case and in capitals they go where something says that a person follows",
        arguments: [
            Case("seen by dr brown at night", "seen by dr [removed] at night"),
            Case("seen by dr. mark little at night", "seen by dr. [removed] at night"),
            Case("daughter grace can be called", "daughter [removed] can be called"),
            Case("patient: brown, grace  knee", "patient: [removed]  knee"),
            Case("electronically signed by dawn long, md", "electronically signed by [removed], md"),
            Case("the patient sunny cotton was told", "the patient [removed] was told"),
            Case("ms. little has a cyst", "ms. [removed] has a cyst"),
            Case("PATIENT: MARK WHITE\nKNEE", "PATIENT: [removed]\nKNEE"),
            Case("SIGNED BY GRACE WHITE ON THE PHONE", "SIGNED BY [removed] ON THE PHONE"),
            Case("DR. WILL BROWN AT NIGHT", "DR. [removed] AT NIGHT"),
        ])
    func plainNames(_ one: Case) throws { #expect(try Self.scrub(one.text) == one.out) }

    @Test(
        "Towns and hospitals whose names are words go",
        arguments: [
            Case("Moved here from Little Rock last week", "Moved here from [removed] last week"),
            Case("lives in reading with a dog", "lives in [removed] with a dog"),
            Case("Outside study from Boulder is normal", "Outside study from [removed] is normal"),
            Case("Orange, California, normal chest", "[removed], normal chest"),
            Case("Reading, PA 19601, chest", "[removed], chest"),
            Case("from salt lake city today", "from [removed] today"),
            Case("from mercy clinic today", "from [removed] today"),
            Case("SEEN AT RIVERSIDE GENERAL HOSPITAL TODAY", "SEEN AT [removed] TODAY"),
            Case("lives at 12 church road, little rock.", "lives at [removed]."),
            Case("LIVES AT 12 CHURCH ROAD, BOULDER.", "LIVES AT [removed]."),
        ])
    func places(_ one: Case) throws { #expect(try Self.scrub(one.text) == one.out) }

    @Test(
        "Words stay that are names elsewhere",
        arguments: [
            "The long head of the biceps", "Wilson disease and Baker cyst", "Hill-Sachs lesion, Salter-Harris fracture",
            "May represent a cyst; will need an MRI", "gray and white matter, brown fat", "Circle of Willis is normal",
            "HAND AND WRIST, 2 VIEWS", "X-Ray Hand", "CT HEAD WITH CONTRAST", "Head, CT", "reading room, orange skin",
            "MR brain, 10 ms long", "Mild bath salt keratopathy in the right eye", "Series of May",
            "the patient may have",
            "daughter will call", "a mobile mass in the left breast", "Art of imaging", "Black Blood Sequence",
            "Crystal deposition", "Abdomen^Liver", "HEAD^ROUTINE", "Monte Carlo method", "signed by the resident",
            "scanned with contrast", "results of long standing",
        ])
    func wordsThatStay(text: String) throws { #expect(try Self.scrub(text) == text) }

    @Test func `what a word of no list was is said where the project wants kinds`() throws {
        let out = try Self.scrub("Kowalski; Uppsala; Vraxelquon", Self.rules(.kinds))
        #expect(out == "[name]; [place]; [removed]", "\(out)")
    }

    // MARK: A project's own

    @Test func `a project's names go where somebody is meant, and stay where the word is`() throws {
        let rules = try Self.rules(names: ["Bone", "Vessel"])
        #expect(
            try Self.scrub("bone marrow edema, seen with Bone today", rules)
                == "bone marrow edema, seen with [removed] today")
        #expect(try Self.scrub("We asked Vessel to call", rules) == "We asked [removed] to call")
        #expect(try Self.scrub("vessel wall", rules) == "vessel wall")
        #expect(try Self.scrub("seen by dr vessel", rules) == "seen by dr [removed]")
    }

    @Test func `a project's places go as they are written, and the word stays`() throws {
        let rules = try Self.rules(places: ["Sunny Side", "Ward Seven"], .kinds)
        #expect(try Self.scrub("from sunny side; seen in Ward Seven", rules) == "from [place]; seen in [place]")
        #expect(try Self.scrub("the sunny side of the ward", rules) == "the sunny side of the ward")
    }

    @Test func `a name that the project keeps as a word stays`() throws {
        let rules = try Self.rules(keep: ["Wilson"])
        #expect(try Self.scrub("the Wilson protocol", rules) == "the Wilson protocol")
        #expect(try Self.scrub("the Wilson protocol") == "the [removed] protocol")
    }

    @Test func `names and places are part of a profile's document`() throws {
        let text = """
            {"format": "tarn-profile/1", "words": {"names": ["Bone"], "places": ["Haus Sonnenblick"]}}
            """
        let profile = try ProfileDocument.profile(Data(text.utf8))
        #expect(profile.texts.names == ["Bone"] && profile.texts.places == ["Haus Sonnenblick"])
        #expect(ProfileDocument(ProfileDocument.data(profile)).profile == profile)
        #expect(try JSONDecoder().decode(Profile.self, from: JSONEncoder().encode(profile)) == profile)
        // A profile that was stored before there were gazetteers.
        let old = Data(#"{"keep": ["ab"], "replace": [], "languages": [], "surrogates": "none"}"#.utf8)
        #expect(try JSONDecoder().decode(TextRules.self, from: old).names.isEmpty)
    }

    @Test(arguments: [
        (#""names": ["7"]"#, "words.names[0]: "), (#""names": ["ab", "AB"]"#, "words.names[1]: "),
        (#""places": ["a b c d e f gg"]"#, "words.places[0]: "), (#""places": "ab""#, "words.places: "),
    ])
    func `what is wrong with them is said with its place`(fields: String, place: String) {
        let document = ProfileDocument(Data(#"{"format": "tarn-profile/1", "words": {\#(fields)}}"#.utf8))
        let found = document.problems.map(\.description)
        #expect(found.count == 1 && found.allSatisfy { $0.hasPrefix(place) }, "\(found)")
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: ["dr will ", "Grace ", "salt lake ", "by o'", "12 church ", "medical center ", "Reading, ", "a^b^"])
    func `texts made to take long do not`(_ piece: String) throws {
        let rules = try Self.rules(names: ["will"], places: ["a b c d e f"], .plausible)
        let clock = ContinuousClock()
        let short = try clock.measure { _ = try Self.scrub(String(repeating: piece, count: 500), rules) }
        let long = try clock.measure { _ = try Self.scrub(String(repeating: piece, count: 4000), rules) }
        #expect(long < short * 24 + .milliseconds(300), "\(short) \(long)")
    }
}
