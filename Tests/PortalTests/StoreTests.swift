import ByteIO
import Foundation
import Lake
import TestMaterial
import Testing

@Suite(.serialized) struct StoreTests {
    static let multipart = "Content-Type: multipart/related; type=\"application/dicom\"; boundary=b"
    static let lines = "Accept: application/x-ndjson"

    static func body(_ parts: [[UInt8]], isComplete: Bool = true) -> [UInt8] {
        var body: [UInt8] = []
        for part in parts { body += Array("\r\n--b\r\nContent-Type: application/dicom\r\n\r\n".utf8) + part }
        return isComplete ? body + Array("\r\n--b--\r\n".utf8) : body
    }

    /// A portal with project P and a technologist's token.
    static func with(_ body: (TestPortal, String) async throws -> Void) async throws {
        try await TestPortal.with { portal in
            let boss = try await portal.lake.accounts.operatorPrincipal()
            try await portal.lake.projects.create(code: "P", name: "P", principal: boss)
            try await portal.lake.accounts.add(name: "tess", password: "a long enough passphrase", principal: boss)
            try await portal.lake.projects.setMember(
                "P", name: "tess", roles: [.technologist, .physician], principal: boss)
            try await body(
                portal, try await portal.lake.accounts.createToken(name: "tess", label: "t", principal: boss))
        }
    }

    static func verdicts(_ answer: RawClient.Answer) -> [String] {
        answer.text.split(separator: "\n").compactMap {
            let line = try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
            return line?["verdict"] as? String ?? (line?["error"] as? String).map { "error: " + $0 }
        }
    }

    @Test func `each part gets its verdict in its place, and bad parts do not stop good ones`() async throws {
        try await Self.with { portal, token in
            let images = SyntheticImage.series(3, study: SyntheticImage.uid())
            var changed = images[0]
            changed.seed = 99
            let parts = [
                images[0].bytes.array, Array("not dicom at all".utf8), images[1].bytes.array, images[0].bytes.array,
                SyntheticImage.capture(SyntheticImage.uid()).bytes.array, changed.bytes.array, [],
                images[2].bytes.array,
            ]
            func post(_ parts: [[UInt8]]) async throws -> RawClient.Answer {
                try await portal.ask(
                    "POST", "/dicom-web/studies?project=P", token: token, headers: [Self.multipart, Self.lines],
                    body: Self.body(parts))
            }
            // The first is there before: parts of one upload are worked on at the same time.
            #expect(Self.verdicts(try await post([parts[0]])) == ["accepted"])
            let answer = try await post(parts)
            #expect(answer.status == 200)
            let found = Self.verdicts(answer)
            #expect(found.count == 8)
            #expect(
                found[0] == "alreadyThere" && found[1] == "rejected" && found[2] == "accepted" && found[7] == "accepted"
            )
            #expect(
                found[3] == "alreadyThere" && found[4] == "held" && found[5] == "conflict" && found[6] == "rejected")
        }
    }

    @Test func `the DICOM answer is 200 for all, 202 for some and 409 for none`() async throws {
        try await Self.with { portal, token in
            func post(_ parts: [[UInt8]]) async throws -> RawClient.Answer {
                // The only project there is need not be named.
                try await portal.ask(
                    "POST", "/dicom-web/studies", token: token, headers: [Self.multipart], body: Self.body(parts))
            }
            let image = SyntheticImage().bytes.array
            let all = try await post([image])
            #expect(all.status == 200)
            #expect(all.headers["content-type"] == "application/dicom+json")
            let stored = (all.object["00081199"] as? [String: Any])?["Value"] as? [[String: Any]]
            #expect(stored?.count == 1)
            #expect(
                ((stored?.first?["00081150"] as? [String: Any])?["Value"] as? [String]) == ["1.2.840.10008.5.1.4.1.1.2"]
            )
            let some = try await post([image, [1, 2, 3]])
            #expect(some.status == 202)
            #expect(((some.object["0008119A"] as? [String: Any])?["Value"] as? [Any])?.count == 1)
            #expect(try await post([[1, 2, 3]]).status == 409)
            let single = try await portal.ask(
                "POST", "/dicom-web/studies", token: token, headers: ["Content-Type: application/dicom"], body: image)
            #expect(single.status == 200)
        }
    }

    @Test func `what cannot be an upload is refused before anything is read`() async throws {
        try await Self.with { portal, token in
            let refused: [(Int, String, [String])] = [
                (415, "/dicom-web/studies?project=P", ["Content-Type: text/plain"]),
                (
                    415, "/dicom-web/studies?project=P",
                    ["Content-Type: multipart/related; type=\"application/dicom+json\"; boundary=b"]
                ),
                (400, "/dicom-web/studies?project=P", ["Content-Type: multipart/related; type=\"application/dicom\""]),
                (404, "/dicom-web/studies?project=NONE", [Self.multipart]),
                (406, "/dicom-web/studies?project=P", [Self.multipart, "Accept: application/dicom+xml"]),
            ]
            for (status, target, headers) in refused {
                let answer = try await portal.ask(
                    "POST", target, token: token, headers: headers, body: Self.body([[1]]))
                #expect(answer.status == status, "\(headers)")
                #expect(answer.headers["content-type"] == "application/problem+json")
            }
            #expect(try await portal.ask("POST", "/dicom-web/studies?project=P", body: []).status == 401)
            #expect(
                try await portal.ask("POST", "/dicom-web/studies?project=P", token: "wrong", body: []).status == 401)
        }
    }

    @Test func `a client that vanishes keeps what was acknowledged and leaves nothing else`() async throws {
        try await Self.with { portal, token in
            let images = SyntheticImage.series(2, study: SyntheticImage.uid())
            let (port, target) = (portal.port, "/dicom-web/studies?project=P")
            let whole = Self.body([images[0].bytes.array]).dropLast(9)
            let half = Self.body([images[1].bytes.array], isComplete: false).dropLast(300)
            try await TestPortal.onThread {
                let client = try RawClient(port: port)
                let head =
                    "POST \(target) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n\(Self.multipart)\r\n"
                    + "\(Self.lines)\r\nContent-Length: 1000000\r\n\r\n"
                try client.send(Array(head.utf8) + whole + half)
                Thread.sleep(forTimeInterval: 1.5)
            }
            let boss = try await portal.lake.accounts.operatorPrincipal()
            for _ in 0..<50 {
                if try await portal.lake.catalog.studies(StudyFilter(), principal: boss).studies.first?.instanceCount
                    == 1
                {
                    break
                }
                try await Task.sleep(for: .milliseconds(100))
            }
            let studies = try await portal.lake.catalog.studies(StudyFilter(), principal: boss).studies
            #expect(studies.map(\.instanceCount) == [1])
            #expect(try await portal.lake.fsck.run(deep: true, principal: boss).problems == [])
        }
    }

    @Test func `a truncated body says so after the verdicts of its whole parts`() async throws {
        try await Self.with { portal, token in
            let images = SyntheticImage.series(2, study: SyntheticImage.uid())
            let body = Self.body(images.map(\.bytes.array)).dropLast(40)
            let answer = try await portal.ask(
                "POST", "/dicom-web/studies?project=P", token: token, headers: [Self.multipart, Self.lines],
                body: Array(body))
            let found = Self.verdicts(answer)
            #expect(found.first == "accepted")
            #expect(found.count == 2 && found[1].hasPrefix("error: "))
        }
    }

    @Test func `a client that waits with its body is told to go on`() async throws {
        try await Self.with { portal, token in
            let (port, image) = (portal.port, SyntheticImage().bytes.array)
            let status = try await TestPortal.onThread {
                let client = try RawClient(port: port)
                let head =
                    "POST /dicom-web/studies?project=P HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n"
                    + "Content-Type: application/dicom\r\nExpect: 100-continue\r\nContent-Length: \(image.count)\r\n\r\n"
                try client.send(Array(head.utf8))
                try client.awaitInterim()
                try client.send(image)
                return try client.answer().status
            }
            #expect(status == 200)
        }
    }
}
