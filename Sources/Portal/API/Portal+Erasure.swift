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
            let body = try await call.body(ConfirmedReason.self)
            return Response.json(
                try await call.lake.erasures.erase(
                    try call.parameter("code"), project: try call.parameter("project"), reason: body.reason ?? "",
                    confirmation: body.confirm ?? "", principal: call.principal))
        },
        Route(.post, "/api/v1/subjects/{project}/{code}/anonymise", .permission(.erase)) { call in
            let body = try await call.body(ConfirmedReason.self)
            return Response.json(
                try await call.lake.anonymisations.anonymise(
                    subject: try call.parameter("code"), project: try call.parameter("project"),
                    reason: body.reason ?? "", confirmation: body.confirm ?? "", principal: call.principal))
        },
        Route(.post, "/api/v1/studies/{uid}/anonymise", .permission(.erase)) { call in
            let body = try await call.body(ConfirmedReason.self)
            return Response.json(
                try await call.lake.anonymisations.anonymise(
                    study: try call.parameter("uid"), reason: body.reason ?? "", confirmation: body.confirm ?? "",
                    principal: call.principal))
        },
        Route(.get, "/api/v1/anonymisations", .permission(.erase)) { call in
            struct Anonymisations: Encodable { let anonymisations: [Anonymisation] }
            return Response.json(
                Anonymisations(
                    anonymisations: try await call.lake.anonymisations.list(
                        project: call.query["project"], principal: call.principal)))
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

/// `{"reason": "…", "confirm": "the subject's code"}`
private struct ConfirmedReason: Decodable {
    let reason: String?
    let confirm: String?
}
