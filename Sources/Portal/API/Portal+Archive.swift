import HTTPTypes
import Hummingbird
import Lake

extension Portal {
    /// Cold storage: what is there, on its way, brought back; and how long it has to be kept.
    static let archiveRoutes: [Route] = [
        Route(.get, "/api/v1/archive", .permission(.archive)) { call in
            let given = { (name: String) in call.query[name].flatMap { $0.isEmpty ? nil : $0 } }
            return Response.json(
                try await call.lake.archive.list(
                    project: given("project"), local: given("local"), cursor: given("cursor"),
                    limit: call.query.limit(50), principal: call.principal))
        },
        Route(.get, "/api/v1/studies/{uid}/archive", .permission(.view)) { call in
            Response.json(try await call.lake.archive.status(call.parameter("uid"), principal: call.principal))
        },
        Route(.post, "/api/v1/studies/{uid}/archive", .permission(.archive)) { call in
            struct Body: Decodable {
                let backend: String?
                let offload: Bool?
            }
            let body = try await call.body(Body.self)
            return Response.json(
                try await call.lake.archive.archive(
                    call.parameter("uid"), backend: body.backend, offload: body.offload ?? false,
                    principal: call.principal), status: .accepted)
        },
        Route(.post, "/api/v1/studies/{uid}/restore", .permission(.view)) { call in
            Response.json(
                try await call.lake.archive.restore(call.parameter("uid"), principal: call.principal),
                status: .accepted)
        },
        Route(.post, "/api/v1/studies/{uid}/archive/key", .permission(.archive)) { call in
            struct Body: Decodable { let reason: String }
            let body = try await call.body(Body.self)
            return Response.json(
                try await call.lake.archive.key(
                    call.parameter("uid"), reason: body.reason, principal: call.principal))
        },
        Route(.get, "/api/v1/studies/{uid}/retention", .permission(.archive)) { call in
            Response.json(try await call.lake.retention.status(call.parameter("uid"), principal: call.principal))
        },
        Route(.put, "/api/v1/studies/{uid}/retention", .permission(.archive)) { call in
            let body = try await call.body(HoldBody.self)
            return Response.json(
                try await call.lake.retention.setHold(
                    call.parameter("uid"), scope: body.parsedScope(), reason: body.hold?.reason,
                    principal: call.principal))
        },
    ]
}

/// `{"scope": "study", "hold": {"reason": "…"} | null}`
private struct HoldBody: Decodable {
    struct Hold: Decodable { let reason: String }

    let scope: String?
    let hold: Hold?

    /// - Throws: 400 that lists the words.
    func parsedScope() throws(Problem) -> LegalHold.Scope {
        guard let scope = LegalHold.Scope(rawValue: scope ?? "study") else {
            let words = LegalHold.Scope.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(.badRequest, "invalid", "A hold's scope is one of \(words).")
        }
        return scope
    }
}
