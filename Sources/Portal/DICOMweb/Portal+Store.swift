import Foundation
import HTTPTypes
import Hummingbird
import Lake

extension Portal {
    /// STOW-RS (PS3.18 §10.5): the one way in for all programs.
    static let storeRoutes: [Route] = [
        Route(.post, "/dicom-web/studies", .permission(.upload), store),
        // With a study in the path, instances of another study have to fail (PS3.18 §10.5). Which one is meant can not be
        // told: the original UID is not kept in the clear, and the new one is not what the instances carry.
        Route(.post, "/dicom-web/studies/{study}", .account) { _ in
            throw Problem(
                .badRequest, "study-in-path",
                "Instances get new UIDs here, so a study cannot be named: POST to /dicom-web/studies.")
        },
    ]

    private static let dicomJSON = MediaType("application", "dicom+json")
    private static let plainJSON = MediaType("application", "json")
    private static let lines = MediaType("application", "x-ndjson")

    @Sendable private static func store(_ call: Call) async throws -> Response {
        let body = try StoreBody(call.request.headers)
        guard let type = Accept(call.request.headers[.accept]).best(of: [dicomJSON, plainJSON, lines]) else {
            throw Problem(
                .notAcceptable, "not-acceptable", "The answer is application/dicom+json or application/x-ndjson.")
        }
        let project = try await call.uploadProject()
        let batch = try await call.lake.ingest.batch(
            project: project, upload: call.query["upload"], principal: try call.principal)
        try await call.continueBody()
        if type == lines { return storeLines(call, body, batch) }
        let failure = await body.receive(call.request, into: batch)
        var answer = StoreResponse(base: call.base)
        for await verdict in batch.verdicts { answer.verdicts.append(verdict) }
        if let failure, answer.verdicts.isEmpty {
            throw Problem(.badRequest, "bad-body", "Nothing was stored: \(failure).")
        }
        var response = Response.data(try answer.json(), type: type.essence, status: answer.status)
        if let failure {
            response.status = answer.status == .ok ? .accepted : answer.status
            if let warning = HTTPField.Name("Warning") { response.headers[warning] = "299 tarn \"\(failure)\"" }
        }
        return response
    }

    /// Verdicts while they come. The reader never waits for the writer: a client that sends all before it reads
    /// anything is served too.
    private static func storeLines(_ call: Call, _ body: StoreBody, _ batch: IngestBatch) -> Response {
        Response.stream(headers: [.contentType: lines.essence, .cacheControl: "no-store"]) { stream in
            async let failure = body.receive(call.request, into: batch)
            var index = 0
            var isOpen = true
            for await verdict in batch.verdicts {
                let line = try JSONEncoder.portal.encode(StoreLine(index, verdict))
                index += 1
                // A client that is gone does not undo what is stored; the rest of its verdicts go nowhere.
                if isOpen { isOpen = await stream.send(line) }
            }
            if let failure = await failure {
                _ = await stream.send(try JSONEncoder.portal.encode(StoreLine.Failure(error: failure)))
            }
        }
    }
}

extension ResponseStream {
    /// One line, at once; whether it could be written.
    fileprivate mutating func send(_ line: Data) async -> Bool {
        do {
            try await write(String(decoding: line, as: UTF8.self) + "\n")
            try await flush()
            return true
        } catch {
            return false
        }
    }
}

extension Call {
    /// `http://host/dicom-web` as the client sees it.
    var base: String {
        let forwarded = HTTPField.Name("X-Forwarded-Proto").flatMap { request.headers[$0] }
        let scheme = forwarded == "https" ? "https" : "http"
        let host = request.head.authority ?? "localhost"
        let isPlain = host.utf8.allSatisfy { byte in
            (0x30...0x3A).contains(byte) || (0x41...0x5D).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
        }
        return "\(scheme)://\(isPlain ? host : "localhost")/dicom-web"
    }
}
