import ByteIO
import DICOM
import Deidentification
import Testing

@Suite("Text")
struct TextTests {
    /// A descriptor before and after, with modified dates.
    struct Case: CustomTestStringConvertible, Sendable {
        let text: String
        /// What must be gone.
        let gone: [String]
        /// What must be left.
        let kept: [String]
        var testDescription: String { text }

        init(_ text: String, gone: String..., kept: String...) {
            self.text = text
            self.gone = gone
            self.kept = kept
        }
    }

    @Test(
        "Names, dates, numbers and addresses go, words stay",
        arguments: [
            Case(
                "CT CHEST W CONTRAST Ilvamar Zorbquist", gone: "Ilvamar", "Zorbquist", kept: "CT", "CHEST", "CONTRAST"),
            Case(
                "follow-up of nodule in Mrs. Zorbquist's lung", gone: "Zorbquist", kept: "follow-up", "nodule", "lung"),
            Case("abdomen and pelvis ZorbquistIlvamar", gone: "Zorbquist", "Ilvamar", kept: "abdomen", "pelvis"),
            Case("referred by Dr. Brown", gone: "Brown", kept: "referred", "by"),
            Case("pt name:Hand_Foot seen", gone: "Hand", "Foot", kept: "seen"),
            Case("record MR 4821-1973 seen", gone: "4821", "1973", kept: "record", "seen"),
            Case("see study acc# A4711777", gone: "4711777", kept: "see", "study"),
            Case("insurance SSN 948-88-9843", gone: "948-88-9843", kept: "insurance"),
            Case("born 02/03/1961", gone: "1961", kept: "born"),
            Case("DOB 1961-02-03", gone: "1961-02-03", kept: "DOB"),
            Case("birth date February 3, 1961", gone: "February 3", kept: "birth"),
            Case("compared with 12 Mar 2018", gone: "12 Mar 2018", kept: "compared"),
            Case("since 12.03.2018", gone: "12.03.2018", kept: "since"),
            Case("phone (885) 929-6734", gone: "929", "6734", kept: "phone"),
            Case("mail ilvamar.z@dorva.example now", gone: "dorva", "@", kept: "mail", "now"),
            Case(
                "lives at 4711 Dorvaquist Lane, Vuntarsk 12345", gone: "4711", "Dorvaquist", "Lane", "12345",
                kept: "lives"),
            Case("portal https://portal.dorva.example/p?id=611512493", gone: "dorva", "611512493", kept: "portal"),
            Case("workstation 10.20.30.40", gone: "10.20.30.40", kept: "workstation"),
            Case("As noted in the chart of Grace Brown today", gone: "Grace", "Brown", kept: "chart", "today"),
            Case("Signed by Art Long MD", gone: "Art", "Long", kept: "Signed", "MD"),
            Case("seen with Chase Dorvaquist today", gone: "Chase", "Dorvaquist", kept: "seen", "today"),
            Case("lives at 8813 Oak Avenue, Salem with a dog", gone: "8813", "Oak", "Salem", kept: "lives", "dog"),
            Case("study from Mercy Clinic, stable", gone: "Mercy", kept: "study", "stable"),
            Case("a 94-year-old with cough", gone: "94", kept: "cough"),
            Case("a 64-year-old with cough", gone: "removed", kept: "64-year-old", "cough"),
            Case("MRI Prostate ERC", gone: "ERC", kept: "MRI", "Prostate"),
            Case("患者 山田 chest", gone: "山田", kept: "chest"),
            Case("Hand AP Hodgkin May-Thurner", gone: "removed", kept: "Hand", "AP", "Hodgkin", "May-Thurner"),
            Case("T2 FLAIR 1.5 mm L4-5 3D", gone: "removed", kept: "T2", "FLAIR", "1.5", "mm", "L4-5", "3D"),
            Case("Baker cyst left knee 12/15", gone: "removed", kept: "Baker", "cyst", "left", "knee", "12/15"),
        ])
    func descriptors(_ row: Case) throws {
        var root = Samples.ct()
        root.set(.ImageComments, .LT, row.text)
        let out = try #require(
            try Samples.output(root, [.cleanDescriptors, .retainLongModifiedDates]).string(.ImageComments))
        for word in row.gone { #expect(!out.contains(word), "\(out)") }
        for word in row.kept { #expect(out.contains(word), "\(out)") }
    }

    @Test("Dates in a text move with the dates of the header, in the form they had")
    func movedDates() throws {
        var root = Samples.ct()
        root.set(.ImageComments, .LT, "compared with 2018-03-12")
        let out = try Samples.output(root, [.cleanDescriptors, .retainLongModifiedDates])
        let date = try #require(out.string(.StudyDate))
        let text = "\(date.prefix(4))-\(date.dropFirst(4).prefix(2))-\(date.suffix(2))"
        #expect(out.string(.ImageComments) == "compared with \(text)")
    }

    @Test("A text of nothing but a name is treated as the Basic Profile does")
    func nothingLeft() throws {
        var root = Samples.ct()
        root.set(.ImageComments, .LT, "\(Samples.surname), \(Samples.given)")
        #expect(try !Samples.output(root, [.cleanDescriptors]).contains(.ImageComments))
    }

    @Test("Text in other character sets is judged decoded, and bytes that a set does not explain go")
    func characterSets() throws {
        var root = Samples.ct()
        root.set(.SpecificCharacterSet, .CS, "ISO_IR 6")
        root.set(.ImageComments, .LT, bytes: .init([0x1B, 0x24, 0x42, 0x3B, 0x33, 0x45, 0x44, 0x20]))
        #expect(try !Samples.output(root, [.cleanDescriptors]).contains(.ImageComments))
    }
}
