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

    @Test(
        "The canaries are gone, and what is left parses", arguments: ["phi_canaries.dcm", "phi_canaries_implicit.dcm"])
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

/// Real files, damaged: whatever can still be read must come back, whatever cannot must be an error.
@Suite("Damaged files", .enabled(if: !Corpus.paths.isEmpty, "../shared/corpus is absent"))
struct DamagedFileTests {
    @Test("Files with changed, cut and repeated bytes come back bit for bit or fail with an error")
    func damage() throws {
        let deidentifier = Deidentifier(profile: .projectDefault, secret: Samples.secret())
        var random = Xorshift(state: 0x9E37_79B9_7F4A_7C15)
        var rebuilt = 0
        for path in Corpus.paths {
            guard let source = try? Bytes.mapping(file: "\(Corpus.directory)/\(path)"),
                source.count > 200, source.count < 60_000, (try? DICOMFile.read(source)) != nil
            else { continue }
            for _ in 0..<8 {
                let damaged = Bytes(Self.damage(source.array, &random))
                guard let file = try? DICOMFile.read(damaged), let outcome = try? deidentifier.deidentify(file),
                    let pieces = try? outcome.file.encode()
                else { continue }
                let stored = try pieces.materialize(from: damaged)
                try IdentityPatch(parsing: try IdentityPatch.make(original: damaged, stored: pieces)).verify(
                    stored: stored)
                rebuilt += 1
            }
        }
        #expect(rebuilt > 200)
    }

    private static func damage(_ bytes: [UInt8], _ random: inout Xorshift) -> [UInt8] {
        var bytes = bytes
        switch random.next() % 3 {
        case 0:
            for _ in 0..<8 {
                let place = Int(random.next() % UInt64(min(bytes.count, 4096)))
                bytes[place] = UInt8(truncatingIfNeeded: random.next())
            }
        case 1: bytes.removeLast(Int(random.next() % UInt64(bytes.count - 140)))
        default:
            let place = 132 + Int(random.next() % UInt64(bytes.count - 140))
            let end = min(bytes.count, place + 64)
            bytes.insert(contentsOf: bytes[place..<end], at: place)
        }
        return bytes
    }

    /// A generator that gives the same numbers in every run.
    private struct Xorshift {
        var state: UInt64

        mutating func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
    }
}
