import ByteIO
import DICOM
import Deidentification
import Foundation
import Testing

@Suite("What was done, in numbers")
struct SummaryTests {
    private func summary(_ root: DataSet, _ options: Set<Profile.Option> = []) throws -> Outcome.Summary {
        try Samples.deidentifier(options).deidentify(try Samples.file(root)).summary
    }

    private func actions(_ summary: Outcome.Summary, _ attribute: String) -> [AttributeAction.Action: Int] {
        let rows = summary.attributes.filter { $0.key.attribute == attribute }
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.key.action, $0.value) })
    }

    @Test("Each attribute is counted with what became of it")
    func actions() throws {
        let options: Set<Profile.Option> = [.cleanDescriptors, .retainLongModifiedDates]
        let summary = try summary(Samples.ct(), options)
        #expect(actions(summary, "PatientName") == [.replaced: 1])
        #expect(actions(summary, "StudyInstanceUID") == [.mapped: 1])
        #expect(actions(summary, "StudyDate") == [.shifted: 1])
        #expect(actions(summary, "StudyDescription") == [.cleaned: 1])
        #expect(actions(summary, "AccessionNumber") == [.emptied: 1])
        #expect(actions(summary, "PixelData") == [.kept: 1])
        #expect(actions(summary, "DeidentificationMethod") == [.added: 1])
        #expect(actions(summary, "PatientAge") == [.removed: 1])
        let elements = summary.attributes.filter { $0.key.action != .added }.values.reduce(0, +)
        #expect(elements == Samples.ct().elements.count)
    }

    @Test("What a sender put into private attributes or unknown tags has no name in the counts")
    func unnamed() throws {
        var root = Samples.ct()
        root.set(Tag(0x0029, 0x0010), .LO, "\(Samples.surname) SITE")
        root.set(Tag(0x0029, 0x1010), .LO, "x")
        root.set(Tag(0x4821, 0x1973), .LO, "x")
        root.set(Tag(0x4820, 0x1973), .LO, "x")
        root.set(Tag(0x0019, 0x0010), .LO, "GEMS_ACQU_01")
        root.set(Tag(0x0019, 0x1023), .DS, "39.37")
        let summary = try summary(root, [.retainSafePrivate])
        #expect(actions(summary, "other") == [.removed: 4, .kept: 1])
        #expect(actions(summary, "(0019,xx23)") == [.kept: 1])
        let text = String(decoding: try JSONEncoder().encode(summary), as: UTF8.self)
        #expect(!text.contains("4821") && !text.contains("4820") && !text.contains(Samples.surname))
    }

    @Test("Counts of many objects add up, and survive JSON")
    func sums() throws {
        let one = try summary(Samples.ct())
        var sum = Outcome.Summary()
        for _ in 0..<3 { sum.add(one) }
        #expect(sum.mappedUIDs == 9)
        #expect(actions(sum, "PatientName") == [.replaced: 3])
        let again = try JSONDecoder().decode(Outcome.Summary.self, from: try JSONEncoder().encode(sum))
        #expect(again.attributes == sum.attributes)
        #expect(again.removed == sum.removed)
    }
}
