import ByteIO
import DICOM
import Deidentification
import Foundation
import TestMaterial
import Testing

@Suite("DICOMDIR")
struct DirectoryTests {
    private static func record(_ type: String, _ fill: (inout DataSet) -> Void) -> DataSet {
        var record = DataSet()
        record.set(.OffsetOfTheNextDirectoryRecord, .UL, ints: [0])
        record.set(.RecordInUseFlag, .US, ints: [0xFFFF])
        record.set(.OffsetOfReferencedLowerLevelDirectoryEntity, .UL, ints: [0])
        record.set(.DirectoryRecordType, .CS, type)
        fill(&record)
        return record
    }

    private static func patient(_ id: String, _ name: String) -> DataSet {
        record("PATIENT") {
            $0.set(.PatientName, .PN, name)
            $0.set(.PatientID, .LO, id)
        }
    }

    private static func study(_ uid: String) -> [DataSet] {
        [
            record("STUDY") {
                $0.set(.StudyDate, .DA, "20180312")
                $0.set(.StudyDescription, .LO, "CT chest of \(Samples.surname)")
                $0.set(.StudyInstanceUID, .UI, uid)
                $0.set(.AccessionNumber, .SH, "A4711777")
            },
            record("SERIES") {
                $0.set(.Modality, .CS, "CT")
                $0.set(.SeriesInstanceUID, .UI, "\(uid).1")
            },
            record("IMAGE") {
                $0.set(.ReferencedFileID, .CS, "ZORBQ", "IM1")
                $0.set(.ReferencedSOPClassUIDInFile, .UI, UID.CTImageStorage)
                $0.set(.ReferencedSOPInstanceUIDInFile, .UI, Samples.sopUID)
                $0.set(.ReferencedTransferSyntaxUIDInFile, .UI, UID.ExplicitVRLittleEndian)
                $0.set(.InstanceNumber, .IS, "1")
            },
        ]
    }

    private static func directory(_ records: [DataSet]) throws -> DICOMFile {
        var root = DataSet()
        root.set(.FileSetID, .CS, "ZORBQUIST")
        root.set(.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity, .UL, ints: [0])
        root.set(.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity, .UL, ints: [0])
        root.set(.FileSetConsistencyFlag, .US, ints: [0])
        root.set(.DirectoryRecordSequence, items: records)
        var meta = DataSet()
        meta.set(.MediaStorageSOPClassUID, .UI, UID.MediaStorageDirectoryStorage)
        meta.set(.MediaStorageSOPInstanceUID, .UI, "1.3.12.2.1107.5.99.7")
        let file = DICOMFile(meta: meta, dataSet: root, transferSyntax: .explicitVRLittleEndian)
        return try DICOMFile.read(try file.encode().materialize(from: Bytes()))
    }

    /// The records in the order of a walk along the offsets, with their depth.
    private static func walk(_ root: DataSet) throws -> [(depth: Int, record: DataSet)] {
        let items = root[.DirectoryRecordSequence]?.items ?? []
        var byOffset: [Int: DataSet] = [:]
        for item in items { byOffset[try #require(item.offset)] = item.dataSet }
        var walked: [(Int, DataSet)] = []
        func walk(_ offset: Int, _ depth: Int) throws {
            guard offset != 0 else { return }
            try #require(walked.count < items.count)
            let record = try #require(byOffset[offset])
            walked.append((depth, record))
            try walk(record.int(.OffsetOfReferencedLowerLevelDirectoryEntity) ?? 0, depth + 1)
            try walk(record.int(.OffsetOfTheNextDirectoryRecord) ?? 0, depth)
        }
        try walk(root.int(.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity) ?? 0, 0)
        return walked
    }

    @Test("Records are de-identified as their patient's objects are, linked anew, and held")
    func records() throws {
        let deidentifier = try Samples.deidentifier([.retainLongModifiedDates, .cleanDescriptors])
        let file = try Self.directory(
            [Self.patient(Samples.patientID, "\(Samples.surname)^\(Samples.given)")] + Self.study(Samples.studyUID)
                + [Self.patient("MR99", "Dorvaquist^B")] + Self.study("1.3.12.2.1107.5.99.9"))
        let outcome = try deidentifier.deidentify(file)
        guard case .review = outcome.risk else {
            Issue.record("published")
            return
        }
        let bytes = try Samples.outputBytes(outcome)
        for word in [Samples.surname, "ZORBQ", Samples.patientID, "Dorvaquist", "A4711777", "20180312", Samples.sopUID]
        {
            #expect(!bytes.contains(text: word), "\(word)")
        }
        let records = try Self.walk(try DICOMFile.read(bytes).dataSet)
        #expect(records.map(\.depth) == [0, 1, 2, 3, 0, 1, 2, 3])
        let image = try DICOMFile.read(
            try Samples.outputBytes(try deidentifier.deidentify(try Samples.file(Samples.ct())))
        ).dataSet
        #expect(records[0].record.string(.PatientID) == image.string(.PatientID))
        #expect(records[1].record.string(.StudyInstanceUID) == image.string(.StudyInstanceUID))
        #expect(records[1].record.string(.StudyDate) == image.string(.StudyDate))
        #expect(records[1].record.string(.StudyDescription) == image.string(.StudyDescription))
        #expect(records[3].record.string(.ReferencedSOPInstanceUIDInFile) == image.string(.SOPInstanceUID))
        #expect(records[3].record.string(.ReferencedSOPClassUIDInFile) == UID.CTImageStorage)
        #expect(!records[3].record.contains(.ReferencedFileID))
        #expect(records[4].record.string(.PatientID) != records[0].record.string(.PatientID))
        #expect(outcome.summary.attributes.contains { $0.key.attribute == "ReferencedFileID" && $0.value == 2 })
    }

    @Test("Patients without an ID are not one patient, and offsets that lead in circles lead nowhere")
    func hostile() throws {
        var looped = [Self.patient("", "")] + Self.study(Samples.studyUID)
        looped += [Self.patient("", "")] + Self.study("1.3.12.2.1107.5.99.9")
        for index in looped.indices {
            looped[index].set(.OffsetOfReferencedLowerLevelDirectoryEntity, .UL, ints: [300])
            looped[index].set(.RecordInUseFlag, .OB, bytes: Bytes(utf8: "Dorvaq"))
        }
        let out = try Samples.outputBytes(try Samples.deidentifier().deidentify(try Self.directory(looped)))
        #expect(!out.contains(text: "Dorvaq"))
        let records = try Self.walk(try DICOMFile.read(out).dataSet)
        #expect(records.map(\.depth) == [0, 1, 2, 3, 0, 1, 2, 3])
        #expect(records[0].record.string(.PatientID) != records[4].record.string(.PatientID))
        let empty = try Samples.deidentifier().deidentify(try Self.directory([]))
        #expect(try DICOMFile.read(try Samples.outputBytes(empty)).dataSet.contains(.DirectoryRecordSequence))
    }

    @Test(
        "The directories of the corpus keep their records and lose their names",
        .enabled(if: Corpus.isHere, "../shared/corpus is absent"))
    func corpus() throws {
        let deidentifier = try Samples.deidentifier()
        for path in Corpus.paths where path.contains("DICOMDIR") {
            guard let source = try? Corpus.bytes(path) else { continue }
            let file = try DICOMFile.read(source)
            let outcome = try deidentifier.deidentify(file)
            let root = try DICOMFile.read(try Samples.outputBytes(outcome)).dataSet
            let before = file.dataSet.sequence(.DirectoryRecordSequence) ?? []
            let after = try Self.walk(root).map(\.record)
            #expect(after.count == before.count, "\(path)")
            let types = { (records: [DataSet]) in records.compactMap { $0.string(.DirectoryRecordType) }.sorted() }
            #expect(types(after) == types(before), "\(path)")
            let names = Set(before.compactMap { $0.string(.PatientName) })
            #expect(after.allSatisfy { !names.contains($0.string(.PatientName) ?? "-") }, "\(path)")
            // A reader that follows the offsets of either comes by the same records in the same order.
            if path.hasSuffix("/DICOMDIR") || path.hasSuffix("reordered") {
                #expect(
                    try Self.walk(file.dataSet).map { [$0.depth, $0.record.int(.InstanceNumber) ?? -1] }
                        == Self.walk(root).map { [$0.depth, $0.record.int(.InstanceNumber) ?? -1] }, "\(path)")
            }
        }
    }
}
