import ByteIO
import Foundation
import Lake
import Postgres
import TestMaterial
import Testing
import Vault

/// A frozen selection, its manifest and its archive.
@Suite(.serialized) struct ExportTests {
    @Test func theArchiveHoldsWhatTheManifestSays() async throws {
        try await TestLake.with { test in
            _ = try await test.people()
            let reader = try await test.person("rita", [.researcher])
            let brought = try await test.bring(SyntheticImage.series(5, study: SyntheticImage.uid()))
            _ = try await test.bringStudies(2) { _ in "MR" }
            var filter = StudyFilter()
            filter.modalities = ["CT"]
            let export = try await test.lake.exports.create(project: "CT", filter: filter, principal: reader)
            #expect(export.instances == 5 && export.studies == 1 && export.filter == filter)
            let archive = try await test.lake.exports.archive(export.id, principal: reader)
            let bytes = try await collect { try await archive.forEachRun(nil, $0) }
            #expect(Int64(bytes.count) == export.archiveBytes && archive.count == export.archiveBytes)
            let archived = try StoredZip(bytes)
            #expect(archived.entries.count == 6 && archived.entries.first?.name == "manifest.json")
            let manifest = try await test.lake.exports.manifest(export.id, principal: reader)
            let text = try await collect { try await manifest.forEachRun(nil, $0) }
            #expect(archived.entries.first?.content == text)
            #expect(SHA256.of(text).hexadecimal == export.manifestSHA256)
            let json = try #require(try JSONSerialization.jsonObject(with: Data(text.array)) as? [String: Any])
            let files = try #require(json["files"] as? [[String: Any]])
            #expect(files.count == 5 && json["format"] as? String == "tarn-export-1")
            for (file, entry) in zip(files, archived.entries.dropFirst()) {
                #expect(file["path"] as? String == entry.name && file["size"] as? Int == entry.content.count)
                #expect(file["sha256"] as? String == SHA256.of(entry.content).hexadecimal)
            }
            let uids = archived.entries.dropFirst().map { ($0.name as NSString).lastPathComponent }
            #expect(uids == brought.map { ($0.instance ?? "") + ".dcm" })
            #expect(try await test.lake.exports.list(principal: reader) == [export])
        }
    }

    @Test func anyRangeIsThatPartOfTheWhole() async throws {
        try await TestLake.with { test in
            _ = try await test.people()
            let reader = try await test.person("rita", [.researcher])
            _ = try await test.bring(SyntheticImage.series(7, study: SyntheticImage.uid()))
            let export = try await test.lake.exports.create(project: "CT", filter: StudyFilter(), principal: reader)
            let archive = try await test.lake.exports.archive(export.id, principal: reader)
            let whole = try await collect { try await archive.forEachRun(nil, $0) }
            let manifest = try await test.lake.exports.manifest(export.id, principal: reader)
            let text = try await collect { try await manifest.forEachRun(nil, $0) }
            var generator = SystemRandomNumberGenerator()
            for _ in 0..<60 {
                let start = Int.random(in: 0...whole.count, using: &generator)
                let end = Int.random(in: start...min(whole.count, start + 6000), using: &generator)
                let part = try await collect { try await archive.forEachRun(Int64(start)..<Int64(end), $0) }
                #expect(part == whole[clamping: start..<end], "\(start)..<\(end)")
                let first = min(start, text.count)
                let last = min(end, text.count)
                let lines = try await collect { try await manifest.forEachRun(Int64(first)..<Int64(last), $0) }
                #expect(lines == text[clamping: first..<last])
            }
            // Every byte alone, where headers meet.
            for start in (whole.count - 700)..<whole.count {
                let part = try await collect { try await archive.forEachRun(Int64(start)..<Int64(start + 1), $0) }
                #expect(part == whole[clamping: start..<(start + 1)])
            }
            await #expect(throws: LakeError.self) { try await archive.forEachRun(0..<(archive.count + 1)) { _ in } }
        }
    }

    @Test func whatIsFrozenDoesNotChange() async throws {
        try await TestLake.with { test in
            _ = try await test.people()
            let reader = try await test.person("rita", [.researcher])
            _ = try await test.bring(SyntheticImage.series(2, study: SyntheticImage.uid()))
            let export = try await test.lake.exports.create(project: "CT", filter: StudyFilter(), principal: reader)
            let archive = try await test.lake.exports.archive(export.id, principal: reader)
            let before = try await collect { try await archive.forEachRun(nil, $0) }
            _ = try await test.bring(SyntheticImage.series(2, study: SyntheticImage.uid(), patientID: "OTHER"))
            let again = try await test.lake.exports.archive(export.id, principal: reader)
            #expect(try await collect { try await again.forEachRun(nil, $0) } == before)
            let database = try #require(test.database)
            for sql in [
                "UPDATE export_entry SET size = 1", "DELETE FROM export_entry", "UPDATE export SET instances = 1",
                "DELETE FROM export", "TRUNCATE export_entry",
                "INSERT INTO export_entry SELECT export_id, 99, instance_id, instance_uid, path, size, crc32, sha256, 0, 0, 0 FROM export_entry LIMIT 1",
            ] {
                await #expect(throws: (any Error).self, "\(sql)") { try await database.query(sql) }
            }
        }
    }

    @Test func onlyWhoMayExportsAndOnlyWhatIsThere() async throws {
        try await TestLake.with { test in
            _ = try await test.people()
            let reader = try await test.person("rita", [.researcher])
            let physician = try await test.person("phil", [.physician])
            _ = try await test.bring(SyntheticImage.series(1, study: SyntheticImage.uid()))
            func code(_ body: () async throws -> Void) async -> LakeError.Code? {
                do { try await body() } catch { return (error as? LakeError)?.code }
                return nil
            }
            let exports = test.lake.exports
            #expect(
                await code { _ = try await exports.create(project: "CT", filter: StudyFilter(), principal: physician) }
                    == .forbidden)
            #expect(
                await code { _ = try await exports.create(project: "NONE", filter: StudyFilter(), principal: reader) }
                    == .notFound)
            var nothing = StudyFilter()
            nothing.modalities = ["US"]
            #expect(
                await code { _ = try await exports.create(project: "CT", filter: nothing, principal: reader) }
                    == .invalid)
            #expect(try await test.count("SELECT count(*) FROM export") == 0)
            let export = try await exports.create(project: "CT", filter: StudyFilter(), principal: reader)
            #expect(await code { _ = try await exports.archive(export.id, principal: physician) } == .notFound)
            for id in ["0", "x", "999", "-1"] {
                #expect(await code { _ = try await exports.archive(id, principal: reader) } == .notFound)
            }
        }
    }
}

/// A ZIP of stored entries, read from its central directory as APPNOTE says, independent of what writes it.
struct StoredZip {
    struct Entry {
        let name: String
        let content: Bytes
    }

    struct Malformed: Error { let what: String }

    let entries: [Entry]

    init(_ bytes: Bytes) throws {
        func number(_ offset: Int, _ count: Int) -> Int {
            (0..<count).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
        }
        let end = bytes.count - 22
        guard end >= 0, number(end, 4) == 0x0605_4B50 else { throw Malformed(what: "end") }
        var place = number(end + 16, 4)
        guard place + number(end + 12, 4) == end else { throw Malformed(what: "directory") }
        var entries: [Entry] = []
        for _ in 0..<number(end + 10, 2) {
            guard number(place, 4) == 0x0201_4B50, number(place + 10, 2) == 0 else { throw Malformed(what: "header") }
            let (checksum, size, nameCount) = (number(place + 16, 4), number(place + 24, 4), number(place + 28, 2))
            let local = number(place + 42, 4)
            let name = bytes[clamping: (place + 46)..<(place + 46 + nameCount)]
            guard number(local, 4) == 0x0403_4B50, number(local + 14, 4) == checksum, number(local + 18, 4) == size,
                number(local + 22, 4) == size, bytes[clamping: (local + 30)..<(local + 30 + nameCount)] == name
            else { throw Malformed(what: "local header") }
            let start = local + 30 + number(local + 26, 2) + number(local + 28, 2)
            let content = bytes[clamping: start..<(start + size)]
            guard content.count == size, Int(CRC32.of(content)) == checksum else { throw Malformed(what: "content") }
            entries.append(Entry(name: String(decoding: name.array, as: UTF8.self), content: content))
            place += 46 + nameCount + number(place + 30, 2) + number(place + 32, 2)
        }
        self.entries = entries
    }
}
