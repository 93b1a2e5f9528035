import DICOM
import Deidentification
import Testing

@Suite struct RecognizabilityTests {
    struct Header: CustomTestStringConvertible {
        let mark: Recognizability?
        let modality: String
        let part: String
        let series: String
        var study = ""
        var testDescription: String { "\(modality) \(part) | \(series) | \(study)" }
    }

    static let headers = [
        Header(mark: .head, modality: "CT", part: "HEAD", series: ""),
        Header(mark: .head, modality: "MR", part: "BRAIN", series: "T1"),
        Header(mark: .head, modality: "MR", part: "", series: "t1_mprage_sag_p2_iso"),
        Header(mark: .head, modality: "CT", part: "", series: "5/5mm", study: "CT, HEAD/BRAIN WO CONTRAST"),
        Header(mark: .head, modality: "CT", part: "", series: "", study: "CCT nativ, Schädelbasis"),
        Header(mark: .head, modality: "MR", part: "", series: "腦部磁振造影"),
        Header(mark: .head, modality: "CT", part: "NECK", series: ""),
        Header(mark: .head, modality: "CT", part: "WHOLEBODY", series: ""),
        // What says one thing and means another: the head wins.
        Header(mark: .head, modality: "CT", part: "CHEST", series: "Head 1.0"),
        Header(mark: nil, modality: "CT", part: "CHEST", series: "Lung 1.0"),
        Header(mark: nil, modality: "MR", part: "", series: "t2 knee sag"),
        Header(mark: nil, modality: "MR", part: "", series: "Femoral head, femoral neck; hip"),
        Header(mark: nil, modality: "PT", part: "HEAD", series: ""),
        Header(mark: nil, modality: "US", part: "HEAD", series: ""),
        Header(mark: .unnamed, modality: "MR", part: "", series: "t2_tse_tra"),
        Header(mark: .unnamed, modality: "CT", part: "", series: ""),
    ]

    private static func dataSet(_ header: Header) -> DataSet {
        var root = Samples.ct()
        root.set(.Modality, .CS, header.modality)
        root.set(.BodyPartExamined, .CS, header.part)
        root.set(.SeriesDescription, .LO, header.series)
        root.set(.StudyDescription, .LO, header.study)
        return root
    }

    @Test(arguments: headers)
    func `a header says whether a face may be recognised`(header: Header) {
        #expect(Recognizability(Self.dataSet(header)) == header.mark)
    }

    @Test func `a code for the region counts before any words`() {
        var item = DataSet()
        item.set(.CodeValue, .SH, "69536005")
        item.set(.CodingSchemeDesignator, .SH, "SCT")
        item.set(.CodeMeaning, .LO, "x")
        var root = Self.dataSet(Header(mark: nil, modality: "CT", part: "CHEST", series: ""))
        root.set(.AnatomicRegionSequence, items: [item])
        #expect(Recognizability(root) == .head)
        var group = DataSet()
        var anatomy = DataSet()
        anatomy.set(.AnatomicRegionSequence, items: [item])
        group.set(.FrameAnatomySequence, items: [anatomy])
        root = Self.dataSet(Header(mark: nil, modality: "MR", part: "", series: "t2"))
        root.set(.SharedFunctionalGroupsSequence, items: [group])
        #expect(Recognizability(root) == .head)
    }

    @Test func `scouts are not marked, pictures are, and nothing without pixels is`() {
        var root = Self.dataSet(Header(mark: .head, modality: "CT", part: "HEAD", series: ""))
        root.set(.ImageType, .CS, "ORIGINAL", "PRIMARY", "LOCALIZER")
        #expect(Recognizability(root) == nil)
        root.set(.ImageType, .CS, "DERIVED", "SECONDARY", "VRT")
        #expect(Recognizability(root) == .picture)
        root.set(.ImageType, .CS, "ORIGINAL", "PRIMARY", "AXIAL")
        root.remove(.Rows)
        #expect(Recognizability(root) == nil)
    }

    @Test func `of two the more careful one stays`() {
        #expect(Recognizability.stronger(.unnamed, .head) == .head)
        #expect(Recognizability.stronger(.picture, .head) == .picture)
        #expect(Recognizability.stronger(nil, .unnamed) == .unnamed)
        #expect(Recognizability.stronger(nil, nil) == nil)
    }
}
