import ByteIO
import HTTPTypes
import Hummingbird
import Lake
import NIOCore

extension Portal {
    /// Label sets, their versions and their files.
    static let labelRoutes: [Route] = labelSetRoutes + annotationRoutes + draftRoutes + labelFileRoutes

    /// Bytes of a body with annotations at most: 2,000 of them, with notes.
    private static let longestBody = 12 << 20

    private static let labelSetRoutes: [Route] = [
        Route(.get, "/api/v1/label-sets", .permission(.view)) { call in
            struct Sets: Encodable { let labelSets: [LabelSet] }
            return Response.json(
                Sets(
                    labelSets: try await call.lake.labels.sets(
                        project: call.query["project"].flatMap { $0.isEmpty ? nil : $0 }, principal: call.principal)))
        },
        Route(.post, "/api/v1/label-sets", .permission(.annotate)) { call in
            struct Body: Decodable {
                let project: String
                let name: String
                let description: String?
            }
            let body = try await call.body(Body.self)
            return Response.json(
                try await call.lake.labels.create(
                    project: body.project, name: body.name, description: body.description ?? "",
                    principal: call.principal), status: .created)
        },
        Route(.get, "/api/v1/label-sets/{id}", .permission(.view)) { call in
            Response.json(try await call.lake.labels.set(call.parameter("id"), principal: call.principal))
        },
        Route(.get, "/api/v1/label-sets/{id}/commits", .permission(.view)) { call in
            Response.json(
                try await call.lake.labels.commits(
                    of: call.parameter("id"), study: call.query["study"].flatMap { $0.isEmpty ? nil : $0 },
                    cursor: call.query["cursor"], limit: call.query.limit(50), principal: call.principal))
        },
        Route(.post, "/api/v1/label-sets/{id}/tags", .permission(.annotate)) { call in
            struct Body: Decodable {
                let name: String
                let version: Int?
                let message: String?
            }
            let set = try await call.labelSet()
            let body = try await call.body(Body.self)
            return Response.json(
                try await call.lake.labels.tag(
                    body.name, in: set, version: body.version, message: body.message ?? "", principal: call.principal),
                status: .created)
        },
    ]

    private static let annotationRoutes: [Route] = [
        Route(.get, "/api/v1/label-sets/{id}/studies/{uid}", .permission(.view)) { call in
            let state = try await call.lake.labels.study(
                call.parameter("uid"), in: call.parameter("id"), at: call.moment, principal: call.principal)
            return .tagged(state, EntityTag(state.tag), call)
        },
        Route(.put, "/api/v1/label-sets/{id}/studies/{uid}", .permission(.annotate)) { call in
            struct Body: Decodable {
                let message: String?
                let annotations: [Annotation]
            }
            let set = try await call.labelSet()
            let tag = try call.ifMatch()
            let body = try await call.body(Body.self, upTo: longestBody)
            let saved = try await call.lake.labels.save(
                body.annotations, of: call.parameter("uid"), in: set, message: body.message ?? "", ifMatch: tag,
                principal: call.principal)
            return .tagged(saved, EntityTag(saved.state.tag), call)
        },
        Route(.post, "/api/v1/label-sets/{id}/studies/{uid}/restore", .permission(.annotate)) { call in
            struct Body: Decodable {
                let version: Int
                let message: String?
            }
            let set = try await call.labelSet()
            let tag = try call.ifMatch()
            let body = try await call.body(Body.self)
            let saved = try await call.lake.labels.restore(
                version: body.version, of: call.parameter("uid"), in: set, message: body.message ?? "", ifMatch: tag,
                principal: call.principal)
            return .tagged(saved, EntityTag(saved.state.tag), call)
        },
    ]

    private static let draftRoutes: [Route] = [
        Route(.get, "/api/v1/label-sets/{id}/studies/{uid}/draft", .permission(.annotate)) { call in
            let draft = try await call.lake.labels.draft(
                of: call.parameter("uid"), in: call.parameter("id"), principal: call.principal)
            return Response.json(DraftView(draft: draft))
        },
        Route(.put, "/api/v1/label-sets/{id}/studies/{uid}/draft", .permission(.annotate)) { call in
            struct Body: Decodable {
                let base: String
                let annotations: [Annotation]
            }
            let set = try await call.labelSet()
            let body = try await call.body(Body.self, upTo: longestBody)
            try await call.lake.labels.keepDraft(
                body.annotations, base: body.base, of: call.parameter("uid"), in: set, principal: call.principal)
            return Response.empty()
        },
        Route(.delete, "/api/v1/label-sets/{id}/studies/{uid}/draft", .permission(.annotate)) { call in
            try await call.lake.labels.dropDraft(
                of: call.parameter("uid"), in: call.parameter("id"), principal: call.principal)
            return Response.empty()
        },
    ]

    private static let labelFileRoutes: [Route] = [
        Route(.get, "/api/v1/label-sets/{id}/annotations.json", .permission(.view)) { call in
            try await call.labelFile(.json, type: "application/json")
        },
        Route(.get, "/api/v1/label-sets/{id}/annotations.csv", .permission(.view)) { call in
            try await call.labelFile(.csv, type: "text/csv; charset=utf-8; header=present")
        },
    ]

    /// Null where there is none.
    private struct DraftView: Encodable {
        let draft: LabelDraft?

        private enum Key: CodingKey { case draft }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(draft, forKey: .draft)
        }
    }
}

extension Call {
    /// The version or tag that is asked for.
    fileprivate var moment: String? { query["at"].flatMap { $0.isEmpty ? nil : $0 } }

    /// The label set of the path. Asked for before anything is said about the request: who may not see it is not told
    /// what is wrong with what they sent.
    fileprivate func labelSet() async throws -> String {
        try await lake.labels.set(parameter("id"), principal: principal).id
    }

    fileprivate func labelFile(_ format: Labels.FileFormat, type: String) async throws -> Response {
        let file = try await lake.labels.file(format, of: parameter("id"), at: moment, principal: principal)
        return Response(
            status: .ok,
            headers: [
                .contentType: type, .cacheControl: "no-store",
                .contentDisposition: "attachment; filename=\"\(file.name)\"",
            ], body: ResponseBody(byteBuffer: ByteBuffer(file.bytes)))
    }
}
