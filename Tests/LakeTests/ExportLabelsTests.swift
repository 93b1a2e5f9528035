import ByteIO
import Foundation
import Lake
import TestMaterial
import Testing
import Vault

/// Labels that go along in an export, at a version.
@Suite(.serialized) struct ExportLabelsTests {
    private struct Marked {
        let annotator: Principal
        let reader: Principal
        let study: String
        let set: String
    }

    /// A study with two commits of a label set: a finding, tagged `v1`, and then another one.
    private static func marked(_ test: TestLake) async throws -> Marked {
        _ = try await test.people()
        let annotator = try await test.person("anna", [.annotator])
        let reader = try await test.person("rita", [.researcher])
        let verdict = try await test.bring(SyntheticImage.series(2, study: SyntheticImage.uid()))[0]
        let (study, instance) = (try #require(verdict.study), try #require(verdict.instance))
        let labels = test.lake.labels
        let set = try await labels.create(project: "CT", name: "Findings of é/.. A", principal: annotator).id
        var annotations = [
            Annotation(
                id: UUID().uuidString.lowercased(), type: .rectangle, label: "Finding", instance: instance,
                points: [[1, 1], [5, 4]])
        ]
        for tag in ["v1", "v2"] {
            let base = try await labels.study(study, in: set, principal: annotator)
            _ = try await labels.save(
                annotations, of: study, in: set, message: tag, ifMatch: base.tag, principal: annotator)
            _ = try await labels.tag(tag, in: set, principal: annotator)
            annotations.append(
                Annotation(
                    id: UUID().uuidString.lowercased(), type: .point, label: "Artefact", instance: instance,
                    points: [[2.5, 3.5]]))
        }
        return Marked(annotator: annotator, reader: reader, study: study, set: set)
    }

    @Test func theyStandInManifestAndArchiveAtTheVersionThatWasAsked() async throws {
        try await TestLake.with { test in
            let marked = try await Self.marked(test)
            _ = try await test.bring(SyntheticImage.series(1, study: SyntheticImage.uid(), patientID: "OTHER"))
            let export = try await test.lake.exports.create(
                project: "CT", filter: StudyFilter(), labels: [LabelChoice(set: marked.set, at: "v1")],
                principal: marked.reader)
            #expect(export.instances == 3 && export.studies == 2)
            let labels = try #require(export.labels.first)
            #expect(labels.version == 1 && labels.tag == "v1" && labels.digest.count == 64)
            let archive = try await test.lake.exports.archive(export.id, principal: marked.reader)
            let bytes = try await collect { try await archive.forEachRun(nil, $0) }
            #expect(Int64(bytes.count) == export.archiveBytes)
            let entries = try StoredZip(bytes).entries
            #expect(entries.count == 6)
            #expect(entries.suffix(2).map(\.name) == ["csv", "json"].map { "\(labels.folder)/annotations.\($0)" })
            #expect(labels.folder.utf8.allSatisfy { $0 < 0x80 } && !labels.folder.contains(".."))
            let manifest = try #require(
                try JSONSerialization.jsonObject(with: Data(entries[0].content.array)) as? [String: Any])
            let named = try #require((manifest["labels"] as? [[String: Any]])?.first)
            #expect(named["version"] as? Int == 1 && named["digest"] as? String == labels.digest)
            let files = try #require(manifest["files"] as? [[String: Any]])
            #expect(files.count == 5)
            for (file, entry) in zip(files, entries.dropFirst()) {
                #expect(file["path"] as? String == entry.name)
                #expect(file["sha256"] as? String == SHA256.of(entry.content).hexadecimal)
            }
            let csv = String(decoding: entries[4].content.array, as: UTF8.self)
            #expect(csv.contains("Finding") && !csv.contains("Artefact"))
            // What is saved later changes nothing, and any range is that part of the whole.
            let base = try await test.lake.labels.study(marked.study, in: marked.set, principal: marked.annotator)
            _ = try await test.lake.labels.save(
                [], of: marked.study, in: marked.set, ifMatch: base.tag, principal: marked.annotator)
            let again = try await test.lake.exports.archive(export.id, principal: marked.reader)
            for start in stride(from: 0, to: bytes.count - 1, by: 97) {
                let end = min(bytes.count, start + 1500)
                let part = try await collect { try await again.forEachRun(Int64(start)..<Int64(end), $0) }
                #expect(part == bytes[clamping: start..<end], "\(start)..<\(end)")
            }
            let newest = try await test.lake.exports.create(
                project: "CT", filter: StudyFilter(), labels: [LabelChoice(set: marked.set)], principal: marked.reader)
            #expect(newest.labels.map(\.version) == [3] && newest.labels.map(\.tag) == [nil])
            #expect(try await test.lake.exports.list(principal: marked.reader).count == 2)
        }
    }

    @Test func whatIsNotThereOrNotMeantForOneIsRefused() async throws {
        try await TestLake.with { test in
            let marked = try await Self.marked(test)
            let exports = test.lake.exports
            try await test.lake.projects.create(
                code: "OTHER", name: "Another", principal: test.lake.accounts.operatorPrincipal())
            let outsider = try await test.person("otto", [.researcher], project: "OTHER")
            func refusal(_ choices: [LabelChoice], as principal: Principal, in project: String = "CT") async
                -> LakeError.Code?
            {
                do {
                    _ = try await exports.create(
                        project: project, filter: StudyFilter(), labels: choices, principal: principal)
                    return nil
                } catch { return error.code }
            }
            let good = LabelChoice(set: marked.set, at: "v1")
            #expect(await refusal([LabelChoice(set: marked.set, at: "v9")], as: marked.reader) == .notFound)
            #expect(await refusal([LabelChoice(set: marked.set, at: "77")], as: marked.reader) == .notFound)
            #expect(await refusal([LabelChoice(set: UUID().uuidString)], as: marked.reader) == .notFound)
            #expect(await refusal([LabelChoice(set: "'; --")], as: marked.reader) == .notFound)
            #expect(await refusal([good, LabelChoice(set: marked.set)], as: marked.reader) == .invalid)
            #expect(await refusal([good], as: outsider, in: "OTHER") == .notFound)
            #expect(await refusal([good], as: marked.annotator) == .forbidden)
            let both = try await test.lake.accounts.operatorPrincipal()
            #expect(await refusal([good], as: both, in: "OTHER") == .notFound)
            #expect(try await test.count("SELECT count(*) FROM export") == 0)
            #expect(try await test.count("SELECT count(*) FROM export_file") == 0)
        }
    }
}
