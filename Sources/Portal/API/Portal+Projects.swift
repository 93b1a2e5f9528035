import Deidentification
import Foundation
import HTTPTypes
import Hummingbird
import Lake

extension Portal {
    /// Projects and who is what in them.
    static let projectRoutes: [Route] = [
        Route(.get, "/api/v1/projects", .account) { call in
            struct Projects: Encodable { let projects: [ProjectView] }
            return Response.json(
                Projects(
                    projects: try await call.lake.projects.list(principal: call.principal).map {
                        ProjectView($0, members: nil)
                    }))
        },
        Route(.post, "/api/v1/projects", .permission(.manageProjects)) { call in
            struct Body: Decodable {
                let code: String
                let name: String?
                let options: [String]?
            }
            let body = try await call.body(Body.self)
            var profile = Profile.projectDefault
            if let names = body.options {
                do { profile = try Profile(names: names.joined(separator: ",")) } catch {
                    throw Problem(
                        .badRequest, "invalid",
                        "The options of de-identification are not known, or exclude one another.")
                }
            }
            let project = try await call.lake.projects.create(
                code: body.code, name: body.name ?? body.code, profile: profile, principal: call.principal)
            return Response.json(ProjectView(project, members: nil), status: .created)
        },
        Route(.get, "/api/v1/projects/{code}", .account) { call in
            let principal = try call.principal
            let project = try await call.lake.projects.project(call.parameter("code"), principal: principal)
            let members: [Member]? =
                Gate.permits(principal, .manageAccounts)
                ? try await call.lake.projects.members(project.code, principal: principal) : nil
            return Response.json(ProjectView(project, members: members))
        },
        Route(.put, "/api/v1/projects/{code}/members/{name}", .permission(.manageAccounts)) { call in
            struct Body: Decodable {
                let roles: [String]
                let until: String?
            }
            let body = try await call.body(Body.self)
            let roles = try body.roles.map { text throws(Problem) in try Role(named: text) }
            try await call.lake.projects.setMember(
                call.parameter("code"), name: call.parameter("name"), roles: Set(roles),
                until: body.until.flatMap { $0.isEmpty ? nil : $0 }, principal: call.principal)
            return Response.empty()
        },
        Route(.put, "/api/v1/projects/{code}/settings", .permission(.manageProjects)) { call in
            struct Body: Decodable {
                let listed: Bool?
                let name: String?
            }
            let body = try await call.body(Body.self)
            let project = try await call.lake.projects.setSettings(
                call.parameter("code"), isListed: body.listed, name: body.name, principal: call.principal)
            return Response.json(ProjectView(project, members: nil))
        },
    ]
}

/// A project as the API writes it.
struct ProjectView: Encodable {
    let code: String
    let name: String
    let createdAt: Date
    /// Names of the options applied to the Basic Profile.
    let options: [String]
    /// Whether everyone who signed in may see that it exists.
    let listed: Bool
    /// For who may manage accounts.
    let members: [Member]?

    init(_ project: Project, members: [Member]?) {
        code = project.code
        name = project.name
        createdAt = project.createdAt
        options = project.profile.options.sorted().map(\.rawValue)
        listed = project.isListed
        self.members = members
    }
}

extension Call {
    /// The project of an upload: the one that is named, or the only one there is for this caller.
    /// - Throws: 400 where it has to be named.
    func uploadProject() async throws -> String {
        if let named = query["project"], !named.isEmpty { return named }
        let principal = try principal
        let candidates = try await lake.projects.list(principal: principal).filter {
            Gate.permits(principal, .upload, project: $0.id)
        }
        guard candidates.count == 1, let only = candidates.first else {
            throw Problem(.badRequest, "which-project", "Name the project: ?project=CODE.")
        }
        return only.code
    }
}
