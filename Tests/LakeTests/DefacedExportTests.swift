import ByteIO
import DICOM
import DICOMImaging
import Deidentification
import Foundation
import Lake
import Postgres
import TestMaterial
import Testing

/// An MR head without its face beside a CT of something else.
@Suite(.serialized) struct DefacedExportTests {
    /// The demo's head as it was made, and how to tell its brain and its face.
    private enum Head {
        static let images = DemoStudies.instances(of: [.head]).filter { $0.series == 1 }

        private static func isIn(_ p: SIMD3<Double>, _ center: SIMD3<Double>, _ radii: SIMD3<Double>) -> Bool {
            let d = (p - center) / radii
            return (d * d).sum() <= 1
        }

        /// A little less than is painted: its surface waves.
        static func isBrain(_ p: SIMD3<Double>) -> Bool {
            isIn(p, [0, 4, 10], [58, 78, 62]) || isIn(p, [0, 47, -37], [43, 28, 25])
        }

        /// Eyes and nose; above them the margin of the brain begins.
        static func isFace(_ p: SIMD3<Double>) -> Bool { p.y < -78 && p.z < -32 && p.x.magnitude < 60 }
    }

    private static func bringHead(_ test: TestLake) async throws -> [Verdict] {
        let master = try await test.lake.accounts.operatorPrincipal()
        var verdicts: [Verdict] = []
        for image in Head.images {
            let verdict = try await test.lake.ingest.instance(
                try image.encoded(), project: "CT", principal: master)
            try #require(verdict.kind == .accepted, "\(verdict.reason ?? "")")
            verdicts.append(verdict)
        }
        return verdicts
    }

    private static func chest(_ count: Int, body: String = "CHEST") -> [SyntheticImage] {
        SyntheticImage.series(count, study: SyntheticImage.uid(), patientID: SyntheticImage.uid()).map { image in
            var image = image
            image.bodyPart = body
            image.studyDescription = "Routine"
            image.seriesDescription = "Axial 3.0"
            return image
        }
    }

    private static func ready(_ test: TestLake, _ filter: StudyFilter, _ reader: Principal) async throws {
        var progress = try await test.lake.exports.prepareFaces(project: "CT", filter: filter, principal: reader)
        while !progress.isDone {
            progress = try await test.lake.exports.prepareFaces(project: "CT", filter: filter, principal: reader)
        }
    }

    @Test func `an export without faces holds the brain as it was, and nothing of the face`() async throws {
        try await TestLake.with { test in
            _ = try await test.people()
            let reader = try await test.person("rita", [.researcher])
            let head = try await Self.bringHead(test)
            let chest = try await test.bring(Self.chest(9))
            let detail = try await test.lake.catalog.study(head[0].study ?? "", principal: reader)
            #expect(detail.series.map(\.recognizable) == ["head"])
            let other = try await test.lake.catalog.study(chest[0].study ?? "", principal: reader)
            #expect(other.series.map(\.recognizable) == [nil])
            // Not before somebody has looked.
            await #expect {
                _ = try await test.lake.exports.create(
                    project: "CT", filter: StudyFilter(), defacing: true, principal: reader)
            } throws: { ($0 as? LakeError)?.code == .conflict }
            let before = try await test.lake.exports.prepareFaces(
                project: "CT", filter: StudyFilter(), limit: .zero, principal: reader)
            #expect(before == FacesProgress(ready: 0, of: 1) || before == FacesProgress(ready: 1, of: 1))
            try await Self.ready(test, StudyFilter(), reader)
            let export = try await test.lake.exports.create(
                project: "CT", filter: StudyFilter(), defacing: true, principal: reader)
            #expect(export.faces == ExportFaces(method: SeriesDefacer.version, defaced: 1, leftOut: 0))
            #expect(export.instances == head.count + chest.count)
            let archive = try await test.lake.exports.archive(export.id, principal: reader)
            let whole = try await collect { try await archive.forEachRun(nil, $0) }
            let zip = try StoredZip(whole)
            try Self.checkContents(zip, head: head, chest: chest)
            for range in [100..<9000, whole.count / 2..<whole.count / 2 + 70_000, whole.count - 900..<whole.count] {
                let wanted = Int64(range.lowerBound)..<Int64(range.upperBound)
                let part = try await collect { try await archive.forEachRun(wanted, $0) }
                #expect(part == whole[clamping: range])
            }
            // A second export takes what is there already, and one with faces is as ever.
            let again = try await test.lake.exports.create(
                project: "CT", filter: StudyFilter(), defacing: true, principal: reader)
            #expect(again.bytes == export.bytes)
            let plain = try await test.lake.exports.create(project: "CT", filter: StudyFilter(), principal: reader)
            #expect(plain.faces == nil && plain.instances == export.instances)
            #expect(try await test.count("SELECT count(*) FROM defaced_image") == head.count)
            let report = try await test.lake.fsck.run(
                deep: true, principal: try await test.lake.accounts.operatorPrincipal())
            #expect(report.problems.isEmpty && report.unreferenced == 0)
        }
    }

    private static func checkContents(_ zip: StoredZip, head: [Verdict], chest: [Verdict]) throws {
        let names = zip.entries.map(\.name)
        #expect(names.filter { name in chest.contains { name.hasSuffix("/\($0.instance ?? "?").dcm") } }.count == 9)
        #expect(!names.contains { name in head.contains { name.contains($0.instance ?? "?") } })
        let faces = try #require(zip.entries.first { $0.name == "faces.json" })
        let json = try #require(try JSONSerialization.jsonObject(with: Data(faces.content.array)) as? [String: Any])
        let series = try #require((json["series"] as? [[String: Any]])?.first)
        #expect(series["result"] as? String == "defaced")
        let new = try #require(series["images"] as? [String: String])
        #expect(Set(new.keys) == Set(head.compactMap(\.instance)))
        let manifest = String(decoding: zip.entries[0].content.array, as: UTF8.self)
        #expect(manifest.contains(#""faces":{"defaced":1,"leftOut":0,"method":2},"files""#))
        var (brain, changed, face, kept) = (0, 0, 0, 0)
        var (columns, left) = (0, 0)
        for (image, verdict) in Swift.zip(Head.images, head) {
            let uid = try #require(new[verdict.instance ?? ""])
            let entry = try #require(zip.entries.first { $0.name.hasSuffix("/\(uid).dcm") })
            let old = try DICOMFile.read(try image.encoded())
            let made = try DICOMFile.read(entry.content)
            #expect(made.dataSet.string(.RecognizableVisualFeatures) == "NO")
            #expect(made.dataSet.string(.PatientIdentityRemoved) == "YES")
            let plane = try #require(FrameGeometry.Reader(old.dataSet).frame(1).plane)
            // The skin: what is first seen from the front, below the brows.
            var seen = Set<Int>()
            let (a, b) = (try PixelData(old).frame(1).samples.array, try PixelData(made).frame(1).samples.array)
            for index in 0..<a.count / 2 {
                let point = plane.patientPoint(.init(column: Double(index % 256), row: Double(index / 256)))
                let isSame = a[2 * index] == b[2 * index] && a[2 * index + 1] == b[2 * index + 1]
                if Head.isBrain(point) {
                    brain += 1
                    if !isSame { changed += 1 }
                }
                let isTissue = Int(a[2 * index]) | Int(a[2 * index + 1]) << 8 > 120
                if isTissue, point.z < -14, point.x.magnitude < 45, seen.insert(index % 256).inserted {
                    columns += 1
                    if isSame { left += 1 }
                }
                // Above the noise of the air.
                if Head.isFace(point), Int(a[2 * index]) | Int(a[2 * index + 1]) << 8 > 120 {
                    face += 1
                    if Int(b[2 * index]) | Int(b[2 * index + 1]) << 8 > 120 { kept += 1 }
                }
            }
        }
        #expect(brain > 250_000 && changed == 0)
        #expect(face > 2000 && kept == 0)
        #expect(columns > 1000 && left == 0)
    }

    @Test func `what may show a face and cannot be defaced stays away, with the reason`() async throws {
        try await TestLake.with { test in
            _ = try await test.people()
            let reader = try await test.person("rita", [.researcher])
            let chest = try await test.bring(Self.chest(2))
            // Heads without positions, a region that nobody names, and a head of too few images to be marked.
            let head = try await test.bring(Self.chest(8, body: "HEAD"))
            let unnamed = try await test.bring(Self.chest(8, body: ""))
            let few = try await test.bring(Self.chest(2, body: "HEAD"))
            for (verdicts, mark) in [(chest, nil), (head, "head"), (unnamed, "unnamed"), (few, nil)] {
                let study = try await test.lake.catalog.study(verdicts[0].study ?? "", principal: reader)
                #expect(study.series.map(\.recognizable) == [mark])
            }
            try await Self.ready(test, StudyFilter(), reader)
            let export = try await test.lake.exports.create(
                project: "CT", filter: StudyFilter(), defacing: true, principal: reader)
            #expect(export.faces == ExportFaces(method: SeriesDefacer.version, defaced: 0, leftOut: 2))
            #expect(export.instances == chest.count + few.count)
            let archive = try await test.lake.exports.archive(export.id, principal: reader)
            let zip = try StoredZip(try await collect { try await archive.forEachRun(nil, $0) })
            let away = (head + unnamed).compactMap(\.series)
            #expect(!zip.entries.contains { entry in away.contains { entry.name.contains($0) } })
            let faces = try #require(zip.entries.first { $0.name == "faces.json" })
            let text = String(decoding: faces.content.array, as: UTF8.self)
            #expect(text.contains("an image has no place in the patient"))
            #expect(text.contains("nothing says which region of the body it shows"))
            // Nothing else: no export.
            var filter = StudyFilter()
            filter.studies = [head[0].study ?? ""]
            await #expect {
                _ = try await test.lake.exports.create(
                    project: "CT", filter: filter, defacing: true, principal: reader)
            } throws: { ($0 as? LakeError)?.code == .invalid }
        }
    }

    @Test func `series from before there were marks are marked, and more images are looked at anew`() async throws {
        try await TestLake.with { test in
            _ = try await test.people()
            let reader = try await test.person("rita", [.researcher])
            let images = Self.chest(10, body: "BRAIN")
            let head = try await test.bring(Array(images.prefix(8)))
            let database = try #require(test.database)
            try await database.execute("UPDATE series SET recognizable = NULL")
            // Until then it counts as unknown.
            var study = try await test.lake.catalog.study(head[0].study ?? "", principal: reader)
            #expect(study.series.map(\.recognizable) == ["unnamed"])
            try await Self.ready(test, StudyFilter(), reader)
            study = try await test.lake.catalog.study(head[0].study ?? "", principal: reader)
            #expect(study.series.map(\.recognizable) == ["head"])
            _ = try await test.bring(Array(images.suffix(2)))
            let progress = try await test.lake.exports.prepareFaces(
                project: "CT", filter: StudyFilter(), limit: .zero, principal: reader)
            #expect(progress.of == 1)
            try await Self.ready(test, StudyFilter(), reader)
            #expect(try await test.count("SELECT count(*) FROM defaced_series") == 2)
        }
    }

    @Test func `two who ask at once come to one result, and nothing is left over`() async throws {
        try await TestLake.with { test in
            _ = try await test.people()
            let reader = try await test.person("rita", [.researcher])
            _ = try await Self.bringHead(test)
            async let one: Void = Self.ready(test, StudyFilter(), reader)
            async let other: Void = Self.ready(test, StudyFilter(), reader)
            _ = try await (one, other)
            #expect(try await test.count("SELECT count(*) FROM defaced_series") == 1)
            #expect(try await test.count("SELECT count(*) FROM defaced_image") == Head.images.count)
            let report = try await test.lake.fsck.run(
                principal: try await test.lake.accounts.operatorPrincipal())
            #expect(report.problems.isEmpty && report.unreferenced == 0)
        }
    }

    @Test func `who may not export may not have faces taken out either`() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let annotator = try await test.person("anna", [.annotator])
            for (principal, code) in [(annotator, LakeError.Code.forbidden), (people.stranger, .notFound)] {
                await #expect {
                    _ = try await test.lake.exports.prepareFaces(
                        project: "CT", filter: StudyFilter(), principal: principal)
                } throws: { ($0 as? LakeError)?.code == code }
            }
        }
    }

    @Test func `with the patient the images without a face are erased`() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            let reader = try await test.person("rita", [.researcher])
            let head = try await Self.bringHead(test)
            try await Self.ready(test, StudyFilter(), reader)
            let export = try await test.lake.exports.create(
                project: "CT", filter: StudyFilter(), defacing: true, principal: reader)
            let subject = try await test.lake.catalog.study(head[0].study ?? "", principal: reader).study.subject
            let tombstone = try await test.lake.erasures.erase(
                subject, project: "CT", reason: "consent withdrawn", confirmation: subject, principal: people.custodian)
            #expect(tombstone.counts.blobs == 3 * head.count)
            #expect(try await test.count("SELECT count(*) FROM defaced_image") == 0)
            #expect(try await test.count("SELECT count(*) FROM defaced_series") == 0)
            #expect(try await test.count("SELECT octet_length(content) FROM export_file") == 0)
            await #expect {
                _ = try await test.lake.exports.archive(export.id, principal: reader)
            } throws: { ($0 as? LakeError)?.code == .gone }
        }
    }
}
