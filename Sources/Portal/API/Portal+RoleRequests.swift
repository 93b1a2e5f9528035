import HTTPTypes
import Hummingbird
import Lake

extension Portal {
    /// Roles that people ask for.
    static let roleRequestRoutes: [Route] = [
        Route(.get, "/api/v1/projects/listed", .account) { call in
            struct Projects: Encodable { let projects: [ListedProject] }
            return Response.json(Projects(projects: try await call.lake.projects.listed(principal: call.principal)))
        },
        Route(.post, "/api/v1/role-requests", .account) { call in
            struct Body: Decodable {
                let project: String
                let role: String
                let reason: String
            }
            let body = try await call.body(Body.self)
            let request = try await call.lake.roleRequests.ask(
                project: body.project, role: Role(named: body.role), reason: body.reason, principal: call.principal)
            return Response.json(request, status: .created)
        },
        Route(.get, "/api/v1/role-requests", .account) { call in
            Response.json(Requests(requests: try await call.lake.roleRequests.own(principal: call.principal)))
        },
        Route(.get, "/api/v1/role-requests/open", .permission(.manageAccounts)) { call in
            Response.json(
                Requests(
                    requests: try await call.lake.roleRequests.open(
                        project: call.query["project"].flatMap { $0.isEmpty ? nil : $0 }, principal: call.principal)))
        },
        Route(.delete, "/api/v1/role-requests/{id}", .account) { call in
            try await call.lake.roleRequests.withdraw(Int64(call.number("id")), principal: call.principal)
            return Response.empty()
        },
        Route(.post, "/api/v1/role-requests/{id}/approve", .permission(.manageAccounts)) { call in
            struct Body: Decodable {
                let until: String?
                let note: String?
            }
            let body = try await call.body(Body.self)
            return Response.json(
                try await call.lake.roleRequests.approve(
                    Int64(call.number("id")), until: body.until.flatMap { $0.isEmpty ? nil : $0 }, note: body.note,
                    principal: call.principal))
        },
        Route(.post, "/api/v1/role-requests/{id}/decline", .permission(.manageAccounts)) { call in
            struct Body: Decodable { let note: String? }
            let body = try await call.body(Body.self)
            return Response.json(
                try await call.lake.roleRequests.decline(
                    Int64(call.number("id")), note: body.note, principal: call.principal))
        },
    ]

    private struct Requests: Encodable { let requests: [RoleRequest] }
}

extension Role {
    /// - Throws: 400 that lists the roles.
    init(named text: String) throws(Problem) {
        guard let role = Role(rawValue: text) else {
            throw Problem(
                .badRequest, "invalid", "Roles are \(Role.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        self = role
    }
}
