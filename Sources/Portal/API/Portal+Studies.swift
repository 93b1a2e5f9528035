import HTTPTypes
import Hummingbird
import Lake

extension Portal {
    /// What there is.
    static let studyRoutes: [Route] = [
        Route(.get, "/api/v1/studies", .permission(.browse)) { call in
            let order = try call.query["sort"].flatMap { $0.isEmpty ? nil : $0 }.map { text throws(Problem) in
                guard let order = StudyOrder(rawValue: text) else {
                    throw Problem(.badRequest, "bad-sort", "sort is date or added.")
                }
                return order
            }
            let page = try await call.lake.catalog.studies(
                FilterTexts(call.query).filter(), order: order ?? .date, cursor: call.query["cursor"],
                limit: call.query.limit(50), principal: call.principal)
            return Response.json(page)
        },
        Route(.get, "/api/v1/studies/{uid}", .permission(.browse)) { call in
            Response.json(try await call.lake.catalog.study(call.parameter("uid"), principal: call.principal))
        },
        Route(.get, "/api/v1/studies/{uid}/accesses", .permission(.accessHistory)) { call in
            Response.json(
                Accesses(
                    accesses: try await call.lake.accessLog.accesses(
                        study: call.parameter("uid"), principal: call.principal)))
        },
        Route(.get, "/api/v1/subjects", .permission(.browse)) { call in
            Response.json(
                try await call.lake.catalog.subjects(
                    project: call.query["project"], cursor: call.query["cursor"], limit: call.query.limit(100),
                    principal: call.principal))
        },
        Route(.get, "/api/v1/subjects/{project}/{code}", .permission(.browse)) { call in
            Response.json(
                try await call.lake.catalog.subject(
                    call.parameter("code"), project: call.parameter("project"), principal: call.principal))
        },
    ]

    private struct Accesses<Event: Encodable>: Encodable { let accesses: [Event] }
}
