import DICOM
import DICOMValidation
import Testing

@Suite("IOD validation")
struct IODValidatorTests {
    private func findings(_ dataSet: DataSet) -> [Finding] { IODValidator().validate(Samples.file(dataSet)) }

    @Test func `A CT image that keeps every requirement has no findings`() {
        #expect(findings(Samples.ct).map(\.description) == [])
    }

    @Test func `An enhanced CT image that keeps every requirement has no findings`() {
        #expect(findings(Samples.enhancedCT).map(\.description) == [])
    }

    @Test func `An absent Type 1 attribute is an error with module and clause`() throws {
        var dataSet = Samples.ct
        dataSet.remove(.Rows)
        let found = try #require(findings(dataSet).first)
        #expect(findings(dataSet).count == 1)
        #expect(found.severity == .error && found.rule == .missing && found.path == TagPath(.Rows))
        #expect(found.requirement == "Type 1" && found.clause == "PS3.3 C.7.6.3 Image Pixel")
    }
}
