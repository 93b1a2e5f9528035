import HTTPTypes
import Hummingbird
import Lake

extension Portal {
    /// Signing in and out.
    static let sessionRoutes: [Route] = [
        Route(.post, "/api/v1/session", .anyone) { call in
            let body = try await call.body(Credentials.self)
            return try await call.signedIn(
                try await call.lake.accounts.signIn(name: body.name, password: body.password, source: call.source))
        },
        Route(.post, "/api/v1/first-start", .anyone) { call in
            struct Body: Decodable {
                let token: String
                let name: String
                let password: String
            }
            let body = try await call.body(Body.self)
            return try await call.signedIn(
                try await call.lake.accounts.firstStart(token: body.token, name: body.name, password: body.password))
        },
        Route(.get, "/api/v1/session", .account) { call in
            Response.json(try await SessionView(call.principal, call.lake))
        },
        Route(.delete, "/api/v1/session", .account) { call in
            if let session = call.caller.session { try await call.lake.accounts.signOut(session: session) }
            var response = Response.empty()
            response.headers[.setCookie] = Caller.setCookie(nil, isSecure: call.isSecure)
            return response
        },
    ]

    private struct Credentials: Decodable {
        let name: String
        let password: String
    }
}

extension Call {
    /// The answer to a sign-in: who it is, and the cookie.
    fileprivate func signedIn(_ outcome: SignIn) async throws -> Response {
        switch outcome {
        case .refused: throw Problem(.unauthorized, "wrong-password", "Name or password is wrong.")
        case .wait(let seconds):
            throw Problem(
                .tooManyRequests, "wait", "Too many wrong passwords. Try again in \(seconds) s.",
                headers: ["Retry-After": "\(seconds)"])
        case .accepted(let token, let principal):
            var response = Response.json(try await SessionView(principal, lake))
            response.headers[.setCookie] = Caller.setCookie(token, isSecure: isSecure)
            return response
        }
    }
}

/// Who is signed in, and what they may do where.
struct SessionView: Encodable {
    let account: Account
    /// For the site.
    let permissions: [Permission]
    let projects: [Project]

    struct Account: Encodable {
        let name: String
        let administrator: Bool
        /// Verified; `null` where there is none.
        let email: String?

        private enum CodingKeys: CodingKey { case name, administrator, email }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try container.encode(administrator, forKey: .administrator)
            try container.encode(email, forKey: .email)
        }
    }

    struct Project: Encodable {
        let code: String
        let name: String
        let roles: [Role]
        let permissions: [Permission]
    }

    init(_ principal: Principal, _ lake: Lake) async throws {
        account = Account(
            name: principal.name, administrator: principal.isAdministrator,
            email: try await lake.accounts.email(of: principal))
        permissions = Gate.permissions(of: principal)
        projects = try await lake.projects.list(principal: principal).map { project in
            Project(
                code: project.code, name: project.name, roles: (principal.roles[project.id] ?? []).sorted(),
                permissions: Gate.permissions(of: principal, project: project.id))
        }
    }
}
