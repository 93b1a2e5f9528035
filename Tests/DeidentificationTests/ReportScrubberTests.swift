import DICOM
import Deidentification
import Testing

@Suite("Reports")
struct ReportScrubberTests {
    private static let secret = Samples.secret()

    private static func scrubber(
        _ headers: [DataSet] = [header()], profile: Profile = .projectDefault
    ) -> ReportScrubber {
        ReportScrubber(headers, profile: profile, secret: secret)
    }

    private static func header(name: String = "Zorbquist^Ilvamar", id: String = "A4711777") -> DataSet {
        var header = DataSet()
        header.set(.SpecificCharacterSet, .CS, "ISO_IR 192")
        header.set(.PatientName, .PN, name)
        header.set(.PatientID, .LO, id)
        header.set(.StudyInstanceUID, .UI, "1.2.826.0.1.3680043.10.1111.77")
        return header
    }

    @Test(
        "Signs of typography are those of ASCII",
        arguments: [
            ("a nodule of 12–14 mm, ≤ 5 °C ± 1, 10×12 mm", ""), ("the patient’s “old” hip… stable", ""),
            ("call 555–123–4567 now", "555–123–4567"), ("call 555\u{00A0}123\u{00A0}4567 now", "4567"),
            ("born 12‑03‑1961 here", "1961"), ("Dr.\u{00A0}Brown said", "Brown"), ("Zorb\u{200B}quist", "quist"),
            ("ｚｏｒｂ ID ４７１１", "４７１１"), ("Ζοrbquist", "rbquist"),
        ])
    func typography(text: String, gone: String) {
        let scrubbed = Self.scrubber().scrub(text)
        if gone.isEmpty {
            #expect(scrubbed.text == text && scrubbed.removed.isEmpty)
        } else {
            #expect(!scrubbed.text.contains(gone), "\(scrubbed.text)")
        }
    }

    @Test("What is not in the places that were removed is in the text, in its order")
    func placesAreExact() {
        let text = "🫀🫁 Lungs: clear.\nMrs. Zorbquist, A 47-11 777; é 🧑‍⚕️ next 12.03.2018\n\n<b>end</b> of A4711777"
        let scrubbed = Self.scrubber().scrub(text)
        let units = Array(text.utf16)
        #expect(scrubbed.removed.count >= 4)
        var rest = scrubbed.text[...]
        var position = 0
        for range in scrubbed.removed {
            #expect(position <= range.lowerBound && !range.isEmpty && range.upperBound <= units.count)
            let kept = String(decoding: units[position..<range.lowerBound], as: UTF16.self)
            #expect(kept.utf16.count == range.lowerBound - position, "a place begins within a character")
            if let found = rest.firstRange(of: kept) {
                rest = rest[found.upperBound...]
            } else {
                Issue.record("\(kept)")
            }
            position = range.upperBound
        }
        #expect(rest.hasSuffix(String(decoding: units[position...], as: UTF16.self)))
        for word in ["Zorbquist", "777", "2018"] { #expect(!scrubbed.text.contains(word), "\(scrubbed.text)") }
    }

    @Test("Every header of the study counts, whatever set of characters it is in")
    func severalHeaders() {
        var other = DataSet()
        other.set(.SpecificCharacterSet, .CS, "ISO_IR 100")
        other.set(.ReferringPhysicianName, .PN, "Brown^Grace")
        let text = "grace and brown agree on the hip"
        #expect(Self.scrubber().scrub(text).text == text)
        let scrubbed = Self.scrubber([Self.header(), other]).scrub(text)
        #expect(scrubbed.text == "[removed] and [removed] agree on the hip", "\(scrubbed.text)")
    }

    @Test("Dates move with the patient's days, or go")
    func dates() throws {
        let text = "compared with 2018-03-12"
        let moved = Self.scrubber().scrub(text).text
        #expect(moved != text && moved.wholeMatch(of: /compared with 20\d\d-\d\d-\d\d/) != nil, "\(moved)")
        // Every study of the patient moves alike, and others do not.
        var second = Self.header()
        second.set(.StudyInstanceUID, .UI, "1.2.3")
        #expect(Self.scrubber([second]).scrub(text).text == moved)
        #expect(Self.scrubber([Self.header(id: "B1")]).scrub(text).text != moved)
        for profile in [Profile.basic, try Profile(options: [.retainLongFullDates])] {
            #expect(Self.scrubber(profile: profile).scrub(text).text == "compared with [removed]")
        }
        #expect(Self.scrubber([]).scrub(text).text == "compared with [removed]")
        #expect(Self.scrubber([DataSet()]).scrub(text).text == "compared with [removed]")
    }

    @Test("A text that is scrubbed once stays as it is")
    func twice() {
        let scrubber = Self.scrubber([])
        let once = scrubber.scrub("Ilvamar Zorbquist, 555-123-4567: normal chest. Seen with Xaver Unheardof.").text
        let again = scrubber.scrub(once)
        #expect(again.text == once && again.removed.isEmpty && once.contains("normal chest"))
    }
}
