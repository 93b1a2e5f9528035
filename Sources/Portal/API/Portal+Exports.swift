import ByteIO
import HTTPTypes
import Hummingbird
import Lake
import NIOCore

extension Portal {
    /// Batch export.
    static let exportRoutes: [Route] = [
        Route(.get, "/api/v1/exports", .permission(.export)) { call in
            struct Exports: Encodable { let exports: [Export] }
            return Response.json(
                Exports(
                    exports: try await call.lake.exports.list(project: call.query["project"], principal: call.principal)
                ))
        },
        Route(.post, "/api/v1/exports", .permission(.export)) { call in
            struct Body: Decodable {
                let project: String
                let filter: FilterTexts?
                let studies: [String]?
                let labels: [LabelChoice]?
                let deface: Bool?
            }
            let body = try await call.body(Body.self)
            var filter = try (body.filter ?? FilterTexts()).filter()
            filter.project = body.project
            filter.studies = body.studies
            if body.deface == true {
                let progress = try await call.lake.exports.prepareFaces(
                    project: body.project, filter: filter, principal: call.principal)
                // As long as no proxy waits; asked again, it goes on.
                guard progress.isDone else { return Response.json(progress, status: .accepted) }
            }
            let export = try await call.lake.exports.create(
                project: body.project, filter: filter, labels: body.labels ?? [], defacing: body.deface ?? false,
                principal: call.principal)
            return Response.json(export, status: .created)
        },
        Route(.get, "/api/v1/exports/{id}", .permission(.export)) { call in
            Response.json(try await call.lake.exports.export(call.parameter("id"), principal: call.principal))
        },
        Route(.get, "/api/v1/exports/{id}/manifest.json", .permission(.export)) { call in
            let manifest = try await call.lake.exports.manifest(call.parameter("id"), principal: call.principal)
            return call.ranged(manifest.count, EntityTag(manifest.tag), type: "application/json", name: nil) {
                range, body in
                try await manifest.forEachRun(range, body)
            }
        },
        Route(.get, "/api/v1/exports/{id}/archive.zip", .permission(.export)) { call in
            let id = try call.parameter("id")
            let archive = try await call.lake.exports.archive(id, principal: call.principal)
            return call.ranged(
                archive.count, EntityTag(archive.tag), type: "application/zip",
                name: "\(archive.export.project)-\(id).zip"
            ) { range, body in
                try await archive.forEachRun(range, body)
            }
        },
    ]
}

extension Call {
    /// A representation of which a part can be had (RFC 9110 §14).
    /// - Parameters:
    ///   - name: what a browser saves it as.
    ///   - read: hands the bytes of a range to the closure it is given.
    fileprivate func ranged(
        _ length: Int64, _ tag: EntityTag, type: String, name: String?,
        _ read: @escaping @Sendable (Range<Int64>, (Bytes) async throws -> Void) async throws -> Void
    ) -> Response {
        var headers: HTTPFields = [
            .contentType: type, .eTag: tag.description, .acceptRanges: "bytes", .cacheControl: "private, no-cache",
        ]
        if let name { headers[.contentDisposition] = "attachment; filename=\"\(name)\"" }
        if tag.isNamed(by: request.headers[.ifNoneMatch]) { return Response(status: .notModified, headers: headers) }
        let asked = tag.allowsRange(request.headers[.ifRange]) ? request.headers[.range] : nil
        var range = 0..<length
        var status = HTTPResponse.Status.ok
        switch ByteRange(asked, length: Int(length)) {
        case .whole: break
        case .unsatisfiable:
            headers[.contentRange] = "bytes */\(length)"
            return Response(status: .rangeNotSatisfiable, headers: headers)
        case .part(let part):
            range = Int64(part.lowerBound)..<Int64(part.upperBound)
            headers[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(length)"
            status = .partialContent
        }
        return Response.stream(status, headers: headers, length: Int(range.count)) { [range] stream in
            try await read(range) { try await stream.write($0) }
        }
    }
}
