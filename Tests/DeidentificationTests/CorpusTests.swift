import ByteIO
import DICOM
import Deidentification
import Foundation
import Testing

/// The corpus beside the repository (../shared/corpus).
enum Corpus {
    static let directory = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("shared/corpus").path

    static let paths: [String] = {
        guard let all = FileManager.default.enumerator(atPath: directory) else {
            print("The corpus ../shared/corpus is absent: its tests are skipped.")
            return []
        }
        return all.compactMap { $0 as? String }.sorted()
    }()
}

@Suite("Corpus", .enabled(if: !Corpus.paths.isEmpty, "../shared/corpus is absent"))
struct CorpusTests {
    @Test("Every file that can be read is de-identified, and its original comes back bit for bit")
    func roundTrip() throws {
        let deidentifier = Deidentifier(profile: .projectDefault, secret: Samples.secret())
        var count = 0
        for path in Corpus.paths {
            guard let source = try? Bytes.mapping(file: "\(Corpus.directory)/\(path)"),
                let file = try? DICOMFile.read(source), !file.dataSet.isEmpty
            else { continue }
            let outcome = try deidentifier.deidentify(file)
            let pieces = try outcome.file.encode()
            let stored = try pieces.materialize(from: source)
            let patch = try IdentityPatch(parsing: try IdentityPatch.make(original: source, stored: pieces, name: path))
            try patch.verify(stored: stored)
            #expect(patch.originalCount == source.count)
            let again = try DICOMFile.read(stored)
            #expect(again.dataSet.string(.PatientIdentityRemoved) == "YES", "\(path)")
            #expect(again.dataSet.string(.PatientID).map { $0 == outcome.subject.code } ?? true, "\(path)")
            count += 1
        }
        #expect(count > 500)
    }

    @Test("The canaries are gone, and what is left parses", arguments: ["phi_canaries.dcm", "phi_canaries_implicit.dcm"])
    func canaries(_ name: String) throws {
        let source = try Bytes.mapping(file: "\(Corpus.directory)/07_deid/\(name)")
        let file = try DICOMFile.read(source)
        #expect(source.contains(text: "CANARYDEV"))
        for profile in [Profile.basic, .projectDefault] {
            let outcome = try Deidentifier(profile: profile, secret: Samples.secret()).deidentify(file)
            let out = try Samples.outputBytes(outcome)
            #expect(!out.contains(text: "CANARY") && !out.contains(text: "CND04"))
        }
    }
}
