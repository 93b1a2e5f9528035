import ByteIO
import DICOM
import DICOMImaging
import TestMaterial
import Testing

@Suite(.enabled(if: Corpus.isHere, "../shared/corpus is absent")) struct FrameIndexTests {
    /// Native, 1-bit, RLE with one and with several fragments a frame, JPEG with an offset table, big endian.
    static let paths = [
        "03_multiframe/emri_small.dcm", "04_transfer_syntax/seg_encodings/liver_nonbyte_aligned.dcm",
        "03_multiframe/emri_small_RLE.dcm", "03_multiframe/D_CLUNIE_CT1_RLE_FRAGS.dcm",
        "03_multiframe/examples_ybr_color.dcm", "03_multiframe/emri_small_big_endian.dcm",
    ]

    @Test(arguments: paths)
    func `an index leads to the same frames in a file that was changed and written`(_ path: String) throws {
        let bytes = try Corpus.bytes(path)
        var file = try DICOMFile.read(bytes)
        let pixels = try PixelData(file)
        file.dataSet.set(.PatientName, .PN, "A^Much^Longer^Name^Than^Before")
        file.dataSet.remove(.StudyDescription)
        let pieces = try file.encode()
        let written = try pieces.materialize(from: bytes)
        let index = try #require(pixels.index.mapped(through: pieces))
        #expect(try index == PixelData(try DICOMFile.read(written)).index)
        let decoder = try FrameDecoder(pixels.description)
        for number in 1...pixels.frameCount {
            let location = try index.location(ofFrame: number)
            let coded = try index.read(frame: number, from: written)
            #expect(try decoder.decode(coded, leadingBits: location.leadingBits) == pixels.frame(number))
        }
    }

    @Test(arguments: paths)
    func `an index survives its bytes, and no prefix of them is one`(_ path: String) throws {
        let index = try PixelData(try Corpus.file(path)).index
        let encoded = index.encoded
        #expect(try FrameIndex(encoded: encoded) == index)
        for count in 0..<encoded.count {
            #expect(throws: ImagingError.self) { try FrameIndex(encoded: encoded[clamping: 0..<count]) }
        }
    }

    @Test func `pixel data that are no part of the new file have no index there`() throws {
        let file = try Corpus.file(Self.paths[0])
        #expect(try PixelData(file).index.mapped(through: [.literal([1, 2, 3]), .source(0..<100)]) == nil)
    }
}
