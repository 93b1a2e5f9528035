import ByteIO
import DICOM
import DICOMValidation
import Foundation
import TestMaterial
import Testing

@Suite("Validation of hostile input")
struct HostileInputTests {
    private static func encoded(_ dataSet: DataSet) throws -> [UInt8] {
        try Samples.file(dataSet).encode().materialize(from: Bytes()).array
    }

    private func validate(_ bytes: [UInt8]) {
        guard let file = try? DICOMFile.read(Bytes(bytes)) else { return }
        _ = IODValidator().validate(file)
    }

    @Test func `A file is validated at every prefix`() throws {
        let bytes = try Self.encoded(Samples.enhancedCT)
        for end in stride(from: 132, to: bytes.count, by: 3) { validate(Array(bytes[..<end])) }
    }

    @Test func `A file is validated with any byte changed`() throws {
        let bytes = try Self.encoded(Samples.enhancedCT)
        for index in stride(from: 132, to: bytes.count, by: 2) {
            for pattern: UInt8 in [0xFF, 0x20] {
                var changed = bytes
                changed[index] ^= pattern
                validate(changed)
            }
        }
    }

    @Test func `Random values of every VR are held against every rule`() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            var dataSet = Samples.enhancedCT
            for _ in 0..<8 {
                let tag = dataSet.elements.randomElement(using: &generator)?.tag ?? .Rows
                let vr = VR.allCases.filter { $0 != .SQ }.randomElement(using: &generator) ?? .UN
                let count = Int.random(in: 0...40, using: &generator)
                let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
                dataSet.set(DataElement(tag, vr, bytes: Bytes(bytes)))
            }
            _ = IODValidator().validate(Samples.file(dataSet))
        }
    }

    @Test func `A hundred thousand broken items are one finding with their number`() throws {
        var dataSet = Samples.ct
        dataSet.set(.ProcedureCodeSequence, items: [DataSet](repeating: DataSet(), count: 100_000))
        let found = IODValidator().validate(Samples.file(dataSet))
        #expect(found.count < 10 && found.contains { $0.count == 100_000 })
    }

    @Test func `Sequences within sequences are followed to their end`() {
        var item = Samples.item { $0.set(.ValueType, .CS, "CONTAINER") }
        for _ in 0..<120 {
            item = Samples.item {
                $0.set(.RelationshipType, .CS, "CONTAINS")
                $0.set(.ValueType, .CS, "CONTAINER")
                $0.set(.ContinuityOfContent, .CS, "SEPARATE")
                $0.set(.ContentSequence, items: [item])
            }
        }
        var report = Samples.report
        report.set(.ContentSequence, items: [item])
        let found = IODValidator().validate(Samples.file(report))
        #expect(found.contains { $0.path.steps.count == 122 && $0.path.steps.last?.tag == .RelationshipType })
    }

    @Test func `Many frames beside a large shared group out of order are validated in time`() {
        var dataSet = Samples.enhancedCT
        let many = (0..<20_000).reversed().map { DataElement(DICOM.Tag(0x0009, UInt16($0)), .LO, bytes: Bytes()) }
        dataSet.set(.SharedFunctionalGroupsSequence, items: [DataSet(many)])
        dataSet.set(.PerFrameFunctionalGroupsSequence, items: [DataSet](repeating: DataSet(), count: 20_000))
        dataSet.elements = dataSet.elements.reversed() + many
        let time = ContinuousClock().measure { _ = IODValidator().validate(Samples.file(dataSet)) }
        #expect(time < .seconds(20))
    }

    @Test func `Four thousand kinds of findings are told, and that there are more`() {
        let items = (0..<6000).map { number in
            DataElement(DICOM.Tag(0x0009, UInt16(number)), .DA, strings: ["CANARY"])
        }
        let found = IODValidator().validate(Samples.file(DataSet(items)))
        #expect(found.count == 4001 && found.last?.rule == .tooMany)
    }

    @Test func `A value of a million parts is counted, not taken apart`() {
        var dataSet = Samples.ct
        let separators = Bytes([UInt8](repeating: 0x5C, count: 4_000_000))
        for tag: DICOM.Tag in [.ImageType, .PatientSex, .Modality] {
            dataSet.set(DataElement(tag, .CS, bytes: separators))
        }
        dataSet.set(DataElement(.PatientID, .LO, bytes: separators))
        let found = IODValidator().validate(Samples.file(dataSet))
        #expect(
            Set(found.filter { $0.rule == .vm }.map(\.path)) == [
                TagPath(.PatientSex), TagPath(.Modality), TagPath(.PatientID),
            ])
    }

    @Test func `A series of two hundred images is validated in a second or so`() {
        let file = Samples.file(Samples.ct)
        let time = ContinuousClock().measure {
            for _ in 0..<200 { _ = IODValidator().validate(file) }
        }
        #expect(time < .seconds(5))
    }
}

@Suite("Validation of the corpus", .enabled(if: Corpus.isHere, "../shared/corpus is absent"))
struct CorpusValidationTests {
    @Test func `Every file that can be read is validated, and no finding is without clause`() throws {
        var count = 0
        for name in Corpus.paths {
            guard let file = try? Corpus.file(name) else { continue }
            count += 1
            for finding in IODValidator().validate(file) {
                #expect(finding.clause.hasPrefix("PS3."), "\(name): \(finding.rule)")
                #expect(finding.count >= 1 && !finding.path.steps.isEmpty)
            }
        }
        #expect(count > 500)
    }
}
