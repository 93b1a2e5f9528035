import ByteIO
import Foundation
import Lake
import TestMaterial
import Testing

@Suite(.serialized) struct RetrieveTests {
    /// A portal with one series of three images, and a researcher's token.
    private static func with(_ body: (TestPortal, String, String, StudyDetail) async throws -> Void) async throws {
        try await TestPortal.with { portal in
            let lake = portal.lake
            let boss = try await lake.accounts.operatorPrincipal()
            try await lake.projects.create(code: "P", name: "P", principal: boss)
            try await lake.accounts.add(name: "rosa", password: "a long enough passphrase", principal: boss)
            try await lake.projects.setMember("P", name: "rosa", roles: [.researcher], principal: boss)
            let token = try await lake.accounts.createToken(name: "rosa", label: "t", principal: boss)
            for image in SyntheticImage.series(3, study: SyntheticImage.uid()) {
                _ = try await lake.ingest.instance(image.bytes, project: "P", principal: boss)
            }
            let study = try await lake.catalog.studies(StudyFilter(), principal: boss).studies[0].uid
            let detail = try await lake.catalog.study(study, principal: boss)
            let instance = try #require(detail.series[0].firstInstance)
            let path = "/dicom-web/studies/\(study)/series/\(detail.series[0].uid)/instances/\(instance)"
            try await body(portal, token, path, detail)
        }
    }

    @Test func `a series comes as parts whose lengths add up to what was announced`() async throws {
        try await Self.with { portal, token, path, detail in
            let series = path.components(separatedBy: "/instances/")[0]
            let answer = try await portal.ask("GET", series, token: token)
            #expect(answer.status == 200)
            #expect(answer.headers["content-length"] == "\(answer.body.count)")
            let type = try #require(answer.headers["content-type"])
            let boundary = try #require(type.components(separatedBy: "boundary=").last)
            let parts = try MultipartParserTests.parse(answer.body, boundary: boundary)
            #expect(parts.count == 3)
            #expect(
                parts.allSatisfy { $0.type == "application/dicom" && $0.body[128..<132].elementsEqual("DICM".utf8) })
            for (accept, status) in [
                ("text/html", 406),
                ("multipart/related; type=\"application/dicom\"; transfer-syntax=1.2.840.10008.1.2.4.70", 406),
                ("multipart/related; type=\"application/dicom\"; transfer-syntax=1.2.840.10008.1.2.4.80", 200),
                ("multipart/related; type=\"application/dicom\"; transfer-syntax=*", 200),
                ("multipart/related; type=\"application/dicom\"", 200),
                ("multipart/related; type=\"application/dicom\"; transfer-syntax=1.2.840.10008.1.2.1", 200),
                ("*/*", 200),
            ] {
                let other = try await portal.ask("GET", series, token: token, headers: ["Accept: \(accept)"])
                #expect(other.status == status, "\(accept)")
            }
            let wrong = try await portal.ask(
                "GET", series.replacingOccurrences(of: "/series/", with: "/series/9"), token: token)
            #expect(wrong.status == 404)
        }
    }

    @Test func `frames, bulk data and pictures are negotiated and revalidated`() async throws {
        try await Self.with { portal, token, path, _ in
            let single = try await portal.ask(
                "GET", path + "/frames/1", token: token, headers: ["Accept: application/octet-stream"])
            #expect(single.status == 200 && single.body.count == 32 * 32 * 2)
            let bulk = try await portal.ask("GET", path + "/bulkdata/7FE00010", token: token)
            #expect(bulk.body == single.body)
            let cases = [
                ("/frames/2", "*/*", 404), ("/frames/0", "*/*", 400), ("/frames/1", "image/gif", 406),
                ("/rendered?window=1", "*/*", 400), ("/rendered?quality=0", "*/*", 400),
                ("/rendered", "image/tiff", 406), ("/bulkdata/x", "*/*", 404),
            ]
            for (end, accept, status) in cases {
                let answer = try await portal.ask("GET", path + end, token: token, headers: ["Accept: \(accept)"])
                #expect(answer.status == status, "\(end) \(accept)")
            }
            let jpeg = try await portal.ask("GET", path + "/rendered?window=2048,4096", token: token)
            #expect(jpeg.headers["content-type"] == "image/jpeg" && jpeg.body.starts(with: [0xFF, 0xD8]))
            let png = try await portal.ask(
                "GET", path + "/frames/1/rendered?window=2048,4096,linear", token: token, headers: ["Accept: image/png"]
            )
            #expect(png.headers["content-type"] == "image/png" && png.body.starts(with: [0x89, 0x50]))
            let tag = try #require(png.headers["etag"])
            let again = try await portal.ask(
                "GET", path + "/frames/1/rendered?window=2048,4096,linear", token: token,
                headers: ["Accept: image/png", "If-None-Match: \(tag)"])
            #expect(again.status == 304)
            #expect(tag != jpeg.headers["etag"])
        }
    }

    @Test func `an archive resumes in the middle and is the same bytes`() async throws {
        try await Self.with { portal, token, _, _ in
            let made = try await portal.ask("POST", "/api/v1/exports", token: token, json: #"{"project":"P"}"#)
            #expect(made.status == 201)
            let id = try #require(made.object["id"] as? String)
            let path = "/api/v1/exports/\(id)/archive.zip"
            let whole = try await portal.ask("GET", path, token: token)
            let tag = try #require(whole.headers["etag"])
            #expect(whole.headers["accept-ranges"] == "bytes")
            let middle = whole.body.count / 3
            let rest = try await portal.ask(
                "GET", path, token: token, headers: ["Range: bytes=\(middle)-", "If-Range: \(tag)"])
            #expect(rest.status == 206)
            #expect(rest.headers["content-range"] == "bytes \(middle)-\(whole.body.count - 1)/\(whole.body.count)")
            #expect(Array(whole.body[middle...]) == rest.body)
            let changed = try await portal.ask(
                "GET", path, token: token, headers: ["Range: bytes=\(middle)-", "If-Range: \"other\""])
            #expect(changed.status == 200 && changed.body == whole.body)
            let beyond = try await portal.ask("GET", path, token: token, headers: ["Range: bytes=\(whole.body.count)-"])
            #expect(beyond.status == 416)
            let head = try await portal.ask("HEAD", path, token: token)
            #expect(head.status == 200 && head.headers["content-length"] == "\(whole.body.count)")
        }
    }
}
