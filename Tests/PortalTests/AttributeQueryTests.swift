import DICOM
import Lake
import Portal
import Testing

@Suite struct AttributeQueryTests {
    private static func query(_ text: String) throws -> AttributeQuery {
        var query = AttributeQuery(.studies)
        try query.take(QueryItems(text))
        return query
    }

    @Test func `attributes are known by keyword and by tag, and what matches everything is no condition`() throws {
        let query = try Self.query(
            "PatientID=A-1&00080061=CT&StudyDate=20200101-20201231&StudyDescription=*&AccessionNumber=&limit=5&offset=7"
        )
        #expect(query.matches == [.PatientID: "A-1", .ModalitiesInStudy: "CT", .StudyDate: "20200101-20201231"])
        #expect(query.limit == 5)
        #expect(query.offset == 7)
    }

    @Test func `includefield takes lists, repetition, sequences and all`() throws {
        let query = try Self.query(
            "includefield=00081030,PatientAge&includefield=RequestAttributesSequence.ScheduledProcedureStepID&includefield=Nonsense"
        )
        #expect(query.included == [.StudyDescription, .PatientAge, .RequestAttributesSequence])
        #expect(!query.includesAll)
        #expect(try Self.query("includefield=all").includesAll)
    }

    @Test(arguments: [
        "Nonsense=1", "0010=1", "limit=-1", "limit=x", "offset=1.5", "limit=99999999999999999999",
        "PatientID=1&00100020=2",
        "+0100020=1",
    ])
    func `what cannot be understood is refused`(query: String) {
        #expect(throws: Problem.self) { try Self.query(query) }
    }

    @Test func `frame lists count from one and keep their order`() {
        #expect(FrameList.parse("1") == [1])
        #expect(FrameList.parse("3,1,2") == [3, 1, 2])
        for text in ["", "0", "1,", ",1", "a", "-1", "1,,2", "1 ", "99999999999999999999"] {
            #expect(FrameList.parse(text) == nil, "\(text)")
        }
        #expect(FrameList.parse(Array(repeating: "1", count: 10_001).joined(separator: ",")) == nil)
    }
}
