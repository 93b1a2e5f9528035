import HTTPTypes
import Hummingbird
import Lake

extension Portal {
    /// What was brought in, what became of it, and what did not get in.
    static let evidenceRoutes: [Route] = [
        // Of the projects where one brings in, reviews or audits: the lake filters.
        Route(.get, "/api/v1/uploads", .account) { call in
            let limit = call.query["limit"].flatMap { Int($0) } ?? 50
            return Response.json(
                try await call.lake.uploads.list(
                    project: call.query["project"], cursor: call.query["cursor"], limit: limit,
                    principal: call.principal))
        },
        Route(.get, "/api/v1/uploads/{id}", .account) { call in
            Response.json(try await call.lake.uploads.upload(try call.parameter("id"), principal: call.principal))
        },
        Route(.get, "/api/v1/quarantine", .permission(.review)) { call in
            Response.json(
                try await call.lake.quarantine.overview(project: call.query["project"], principal: call.principal))
        },
        Route(.get, "/api/v1/conflicts/{id}", .permission(.review)) { call in
            Response.json(try await call.lake.quarantine.conflict(try call.conflictID, principal: call.principal))
        },
        Route(.get, "/api/v1/conflicts/{id}/differences", .permission(.review)) { call in
            Response.json(try await call.lake.quarantine.comparison(try call.conflictID, principal: call.principal))
        },
        Route(.post, "/api/v1/conflicts/{id}/keep", .permission(.review)) { call in
            let body = try await call.body(Decision.self)
            return Response.json(
                try await call.lake.quarantine.keep(
                    try call.conflictID, reason: body.reason, principal: call.principal))
        },
        Route(.post, "/api/v1/conflicts/{id}/dismiss", .permission(.review)) { call in
            let body = try await call.body(Decision.self)
            return Response.json(
                try await call.lake.quarantine.dismiss(
                    try call.conflictID, reason: body.reason, principal: call.principal))
        },
    ]

    private struct Decision: Decodable { let reason: String }
}

extension Call {
    fileprivate var conflictID: Int64 {
        get throws {
            guard let id = Int64(try parameter("id")) else { throw Problem.notFound }
            return id
        }
    }
}
