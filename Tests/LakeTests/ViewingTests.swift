import ByteIO
import DICOM
import DICOMImaging
import Foundation
import Lake
import TestMaterial
import Testing
import Vault

/// What is shown of a stored study.
@Suite(.serialized) struct ViewingTests {
    @Test func objectFramesAndPicturesComeFromTheSameBytes() async throws {
        try await TestLake.with { test in
            _ = try await test.people()
            let reader = try await test.person("phil", [.physician])
            var image = SyntheticImage.series(1, study: SyntheticImage.uid())[0]
            image.frames = 3
            let verdict = try await test.bring([image])[0]
            let uid = try #require(verdict.instance)
            let object = try await test.lake.viewing.object(uid, principal: reader)
            let whole = try await collect { try await object.forEachRun(nil, $0) }
            #expect(SHA256.of(whole).array == object.instance.sha256 && whole.count == object.instance.size)
            #expect(try await object.read(10..<300) == whole[clamping: 10..<300])
            let file = try DICOMFile.read(whole)
            let pixels = try PixelData(file)
            for number in 1...3 {
                let frame = try await test.lake.viewing.frame(uid, number, principal: reader)
                #expect(frame.bytes == (try pixels.bytes(ofFrame: number)) && !frame.isEncapsulated)
                let stored = try pixels.frame(number)
                let sent = try await test.lake.viewing.transport(uid, number, gzip: false, principal: reader)
                #expect(sent == (try SixteenBitTransport.encode(stored)))
                let picture = try await test.lake.viewing.rendered(
                    uid, frame: number, PictureRequest(), principal: reader)
                let expected = try PNGEncoder.encode(Renderer.render(stored, DisplayParameters(file, frame: number)))
                #expect(picture.bytes == expected && picture.mediaType == "image/png")
                let tag = try await test.lake.viewing.pictureTag(
                    uid, frame: number, PictureRequest(), principal: reader)
                #expect(tag == picture.tag)
            }
            for number in [0, 4, -1, Int.max] {
                let missing = await #expect(throws: LakeError.self) {
                    try await test.lake.viewing.frame(uid, number, principal: reader)
                }
                #expect(missing?.code == .notFound)
            }
            var narrow = PictureRequest(.jpeg(quality: 90))
            narrow.window = try Window(center: 40, width: 400)
            narrow.viewport = "16,16"
            let jpeg = try await test.lake.viewing.rendered(uid, frame: 2, narrow, principal: reader)
            #expect(jpeg.bytes.prefix(2).elementsEqual([0xFF, 0xD8]) && jpeg.mediaType == "image/jpeg")
            narrow.viewport = "0,16"
            let wrong = await #expect(throws: LakeError.self) {
                try await test.lake.viewing.rendered(uid, frame: 2, narrow, principal: reader)
            }
            #expect(wrong?.code == .invalid)
            for scope in [
                RetrieveScope(study: verdict.study), RetrieveScope(series: verdict.series),
                RetrieveScope(instance: uid),
            ] {
                let small = try await test.lake.viewing.thumbnail(scope, principal: reader)
                #expect(small.bytes.prefix(2).elementsEqual([0xFF, 0xD8]))
            }
        }
    }

    @Test func metadataIsOneArrayWithReferencesThatLeadSomewhere() async throws {
        try await TestLake.with { test in
            _ = try await test.people()
            let reader = try await test.person("phil", [.physician])
            let brought = try await test.bring(SyntheticImage.series(5, study: SyntheticImage.uid()))
            let scope = RetrieveScope(study: brought[0].study)
            var pages = try await test.lake.viewing.metadata(scope, baseURL: "https://h/dicom-web", principal: reader)
            var bytes: [UInt8] = []
            while let run = try await pages.next() { bytes += run.array }
            let objects = try #require(
                try JSONSerialization.jsonObject(with: Data(bytes)) as? [[String: [String: Any]]])
            #expect(
                objects.compactMap { ($0["00080018"]?["Value"] as? [String])?.first } == brought.compactMap(\.instance))
            let reference = objects[2]["7FE00010"]?["BulkDataURI"] as? String
            let uids = brought[2]
            #expect(
                reference
                    == "https://h/dicom-web/studies/\(uids.study ?? "")/series/\(uids.series ?? "")/instances/\(uids.instance ?? "")/bulkdata/7FE00010"
            )
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(!text.contains("PLANTED") && !text.contains("Planted"))
            let wrong = RetrieveScope(study: "1.2.3", instance: brought[0].instance)
            let missing = await #expect(throws: LakeError.self) {
                try await test.lake.viewing.metadata(wrong, baseURL: "", principal: reader)
            }
            #expect(missing?.code == .notFound)
        }
    }

    @Test func theDisplayHasEveryFrameInOrder() async throws {
        try await TestLake.with { test in
            _ = try await test.people()
            let reader = try await test.person("phil", [.physician])
            let brought = try await test.bring(SyntheticImage.series(4, study: SyntheticImage.uid()).reversed())
            let series = try #require(brought[0].series)
            let display = try await test.lake.viewing.seriesDisplay(series, principal: reader)
            #expect(display.frames.map(\.number) == [1, 2, 3, 4])
            #expect(
                display.frames.allSatisfy { $0.rows == 32 && $0.bitsStored == 12 && $0.photometric == "MONOCHROME2" })
            #expect(display.windows.count == 1, "made from the pixels, since the files name none")
            #expect(display.series.study == brought[0].study && !display.series.subject.isEmpty)
            // One more instance: the display of before is not served again.
            var more = SyntheticImage.series(5, study: "x")[4]
            more.study = SyntheticImage.uid()
            _ = try await test.bring([more])
            #expect(try await test.lake.viewing.seriesDisplay(series, principal: reader) == display)
        }
    }

    @Test func aRealSeriesIsSortedAlongItsNormal() async throws {
        guard let corpus = Corpus.directory else {
            withKnownIssue("the corpus is not beside the repository") { Issue.record("skipped") }
            return
        }
        let folder = corpus.appendingPathComponent("01_series_ct/philips_phantom_1mm_100of140")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().prefix(20)
        try await TestLake.with { test in
            _ = try await test.people()
            let reader = try await test.person("phil", [.physician])
            let master = try await test.lake.accounts.operatorPrincipal()
            func bring(_ name: String) async throws -> String? {
                let bytes = Bytes([UInt8](try Data(contentsOf: folder.appendingPathComponent(name))))
                let verdict = try await test.lake.ingest.instance(bytes, project: "CT", principal: master)
                try #require(verdict.kind == .accepted, "\(verdict.reason ?? "")")
                return verdict.series
            }
            let late = try #require(names.dropFirst(7).first)
            var series: String?
            for name in names.shuffled() where name != late { series = try await bring(name) }
            let lacking = try await test.lake.viewing.seriesDisplay(try #require(series), principal: reader)
            #expect(lacking.geometry?.stacks.map(\.missing) == [1] && lacking.spacing == nil)
            _ = try await bring(late)
            let display = try await test.lake.viewing.seriesDisplay(try #require(series), principal: reader)
            #expect(display.frames.count == names.count)
            let heights = display.frames.compactMap { $0.position?[2] }
            #expect(heights.count == names.count && heights == heights.sorted())
            #expect(display.spacing?.count == 3 && !display.windows.isEmpty)
            let stack = try #require(display.geometry?.stacks.first)
            #expect(stack.plane == "transverse" && stack.volumes == 1 && stack.isEven && stack.tilt == nil)
            #expect(stack.missing == 0 && stack.duplicates == 0 && display.spacing?.last == stack.sliceSpacing)
        }
    }

    @Test func everyLookIsInTheAccessLog() async throws {
        try await TestLake.with { test in
            _ = try await test.people()
            let reader = try await test.person("phil", [.physician])
            let verdict = try await test.bring(SyntheticImage.series(1, study: SyntheticImage.uid()))[0]
            let uid = try #require(verdict.instance)
            let before = try await test.count("SELECT count(*) FROM access_event WHERE kind IN ('view', 'download')")
            _ = try await test.lake.viewing.frame(uid, 1, principal: reader)
            _ = try await test.lake.viewing.frame(uid, 1, principal: reader)
            #expect(try await test.count("SELECT count(*) FROM access_event WHERE kind = 'view'") == before + 1)
            _ = try await test.lake.viewing.object(uid, principal: reader)
            #expect(try await test.count("SELECT count(*) FROM access_event WHERE kind = 'download'") == 1)
        }
    }
}
