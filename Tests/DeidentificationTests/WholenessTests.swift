import ByteIO
import DICOM
import Deidentification
import Testing

@Suite("Files cut short")
struct WholenessTests {
    @Test("A file cut within an element is no whole file, one cut between two may be half of one")
    func cuts() throws {
        let whole = try Samples.bytes(Samples.ct())
        let file = try DICOMFile.read(whole)
        let ends = Set(file.dataSet.elements.compactMap { $0.sourceRange?.upperBound })
        let first = try #require(ends.min())
        // The bytes before Pixel Data: header of 12 and value of 32.
        for length in first..<whole.count {
            let cut = try DICOMFile.read(whole[clamping: 0..<length])
            #expect(try (cut.defect() == nil) == ends.contains(length), "cut after \(length) bytes")
        }
        #expect(try file.defect() == nil && file.doubt == nil)
        let half = try DICOMFile.read(whole[clamping: 0..<(whole.count - 44)])
        #expect(try half.defect() == nil && half.doubt != nil)
    }

    @Test("Padding of zeros is no defect, an item behind the last element is one")
    func behindTheEnd() throws {
        let whole = try Samples.bytes(Samples.ct()).array
        for count in [1, 7, 8, 512] {
            #expect(try DICOMFile.read(Bytes(whole + [UInt8](repeating: 0, count: count))).defect() == nil)
        }
        #expect(try DICOMFile.read(Bytes(whole + [1, 2, 3])).defect() != nil)
        #expect(try DICOMFile.read(Bytes(whole + [0xFE, 0xFF, 0x00, 0xE0, 4, 0, 0, 0, 1, 2, 3, 4])).defect() != nil)
    }
}
