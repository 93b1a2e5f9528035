import ByteIO
import DICOM
import Deidentification
import Foundation
import TestMaterial
import Testing

@Suite("Corpus", .enabled(if: Corpus.isHere, "../shared/corpus is absent"))
struct CorpusTests {
    /// Sets of options that together hold every option and the lack of it; each file has one of them.
    private static let profiles: [Profile] = {
        let all = Set(Profile.Option.allCases)
        let sets: [Set<Profile.Option>] =
            [[], all.subtracting([.retainLongFullDates]), all.subtracting([.retainLongModifiedDates])]
            + Profile.Option.allCases.map { [$0] }
        return [.projectDefault] + sets.compactMap { try? Profile(options: $0) }
    }()

    @Test("Every file that can be read is de-identified, and its original comes back bit for bit")
    func roundTrip() throws {
        let deidentifiers = Self.profiles.map { Deidentifier(profile: $0, secret: Samples.secret()) }
        #expect(deidentifiers.count == Profile.Option.allCases.count + 4)
        var count = 0
        for (number, path) in Corpus.paths.enumerated() {
            let deidentifier = deidentifiers[number % deidentifiers.count]
            guard let source = try? Corpus.bytes(path),
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
        "No option keeps a canary but what it is there to keep", arguments: Profile.Option.allCases,
        ["phi_canaries.dcm", "phi_canaries_implicit.dcm"])
    func canaries(_ option: Profile.Option, _ name: String) throws {
        let source = try Corpus.bytes("07_deid/\(name)")
        let list = try JSONSerialization.jsonObject(
            with: Data(try Corpus.bytes("07_deid/phi_canaries.json").array))
        let canaries = try #require(list as? [String: String])
        let outcome = try Deidentifier(profile: try Profile(options: [option]), secret: Samples.secret())
            .deidentify(try DICOMFile.read(source))
        let out = try Samples.outputBytes(outcome)
        let kept: [String] =
            switch option {
            case .retainInstitutionIdentity:
                ["InstitutionName", "InstitutionAddress", "InstitutionalDepartmentName"]
            case .retainDeviceIdentity: ["DeviceSerialNumber", "StationName", "PerformedStationName"]
            default: []
            }
        for (place, words) in canaries where !kept.contains(where: { place.hasPrefix("\($0)@") }) {
            for word in words.split(separator: ",") { #expect(!out.contains(text: String(word)), "\(place)") }
        }
    }

    @Test("Private attributes of the corpus go, and images with text in them are held")
    func private07() throws {
        for path in Corpus.paths where path.hasPrefix("07_deid/") && path.hasSuffix(".dcm") {
            let file = try DICOMFile.read(try Corpus.bytes(path))
            let outcome = try Samples.deidentifier().deidentify(file)
            let out = try DICOMFile.read(try Samples.outputBytes(outcome)).dataSet
            #expect(!out.elements.contains { $0.tag.isPrivate }, "\(path)")
            if path.contains("burnedin_us") || path.contains("lying") {
                #expect(outcome.risk != .none, "\(path)")
            }
        }
    }

    @Test(
        "The canaries are gone, and what is left parses", arguments: ["phi_canaries.dcm", "phi_canaries_implicit.dcm"])
    func canaries(_ name: String) throws {
        let source = try Corpus.bytes("07_deid/\(name)")
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
@Suite("Damaged files", .enabled(if: Corpus.isHere, "../shared/corpus is absent"))
struct DamagedFileTests {
    @Test("Files with changed, cut and repeated bytes come back bit for bit or fail with an error")
    func damage() throws {
        let deidentifier = Deidentifier(profile: .projectDefault, secret: Samples.secret())
        var random = Xorshift(state: 0x9E37_79B9_7F4A_7C15)
        var rebuilt = 0
        for path in Corpus.paths {
            guard let source = try? Corpus.bytes(path),
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
