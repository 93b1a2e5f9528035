import Deidentification
import Foundation
import HTTPTypes
import Hummingbird
import Lake

extension Portal {
    /// What de-identification takes out of a project's images and what it leaves.
    static let profileRoutes: [Route] = [
        Route(.get, "/api/v1/projects/{code}/profile", .permission(.profile)) { call in
            let (code, principal) = (try call.parameter("code"), try call.principal)
            let project = try await call.lake.projects.profile(code, principal: principal)
            return try await ProfileView.response(project, call)
        },
        Route(.get, "/api/v1/projects/{code}/profile/{version}", .permission(.profile)) { call in
            let profile = try await call.lake.projects.profile(
                call.parameter("code"), version: call.number("version"), principal: call.principal)
            return Response.json(ProfileText(document: ProfileText.text(profile)))
        },
        Route(.put, "/api/v1/projects/{code}/profile", .permission(.profile)) { call in
            struct Body: Decodable {
                let document: String
                let note: String?
            }
            let (code, principal) = (try call.parameter("code"), try call.principal)
            // Whether there is such a project is said before anything about the request.
            _ = try await call.lake.projects.profile(code, principal: principal)
            guard let seen = Int(try call.ifMatch()) else { throw Problem(LakeError(.stale, "look at it again")) }
            let body = try await call.body(Body.self)
            let project = try await call.lake.projects.setProfile(
                code, document: Data(body.document.utf8), note: body.note ?? "", after: seen, principal: principal)
            return try await ProfileView.response(project, call)
        },
        Route(.post, "/api/v1/projects/{code}/profile/try", .permission(.profile)) { call in
            struct Body: Decodable {
                let document: String
                /// Base64.
                let file: Data?
            }
            let (code, principal) = (try call.parameter("code"), try call.principal)
            _ = try await call.lake.projects.profile(code, principal: principal)
            let body = try await call.body(Body.self, upTo: Projects.largestTrial / 3 * 4 + (1 << 20))
            var response = Response.json(
                try await call.lake.projects.tryProfile(
                    code, document: Data(body.document.utf8), file: body.file.map { Array($0) },
                    principal: principal))
            // It shows who the patient is.
            response.headers[.cacheControl] = "no-store"
            return response
        },
    ]
}

/// A profile as its document.
private struct ProfileText: Encodable {
    let document: String

    static func text(_ profile: Profile) -> String { String(decoding: ProfileDocument.data(profile), as: UTF8.self) }
}

/// The profile in force and its versions, as the API writes them.
private struct ProfileView: Encodable {
    let version: Int
    let document: String
    /// Names of the options that there are.
    let options: [String]
    let versions: [ProfileVersion]

    static func response(_ project: Project, _ call: Call) async throws -> Response {
        let view = ProfileView(
            version: project.profileVersion, document: ProfileText.text(project.profile),
            options: Profile.Option.allCases.map(\.rawValue),
            versions: try await call.lake.projects.profileVersions(project.code, principal: call.principal))
        var response = Response.json(view)
        response.headers[.eTag] = EntityTag("\(project.profileVersion)").description
        response.headers[.cacheControl] = "private, no-cache"
        return response
    }
}
