import HTTPTypes
import Hummingbird
import Lake

extension Portal {
    /// Keys that change, and patients that are forgotten.
    static let erasureRoutes: [Route] = [
        Route(.post, "/api/v1/keys/rotate", .permission(.operate)) { call in
            Response.json(try await call.lake.keyRotation.rotate(principal: call.principal))
        },
        Route(.post, "/api/v1/subjects/{project}/{code}/erase", .permission(.erase)) { call in
            struct Body: Decodable {
                let reason: String?
                let confirm: String?
            }
            let body = try await call.body(Body.self)
            return Response.json(
                try await call.lake.erasures.erase(
                    try call.parameter("code"), project: try call.parameter("project"), reason: body.reason ?? "",
                    confirmation: body.confirm ?? "", principal: call.principal))
        },
        Route(.get, "/api/v1/erasures", .permission(.erase)) { call in
            struct Erasures: Encodable { let erasures: [Tombstone] }
            return Response.json(
                Erasures(
                    erasures: try await call.lake.erasures.list(
                        project: call.query["project"], principal: call.principal)))
        },
    ]
}
