import HTTPTypes
import Hummingbird
import Lake

extension Portal {
    /// Accounts that people make for themselves, and links in mails. What is asked for here is answered by mail: the
    /// response is the same for addresses that are known and those that are not.
    static let signUpRoutes: [Route] = [
        Route(.get, "/api/v1/site", .anyone) { call in
            Response.json(SiteView(try await call.lake.accounts.site()))
        },
        Route(.post, "/api/v1/sign-up", .anyone) { call in
            struct Body: Decodable {
                let name: String
                let password: String
                let email: String
            }
            let body = try await call.body(Body.self)
            guard try await call.lake.accounts.site().isSignUpOpen else {
                throw Problem(
                    .forbidden, "sign-up-closed", "Accounts are made by an administrator here: ask one for yours.")
            }
            try await call.lake.accounts.signUp(
                name: body.name, password: body.password, email: body.email, source: call.source)
            return Response.json(Nothing(), status: .accepted)
        },
        Route(.post, "/api/v1/sign-up/resend", .anyone) { call in
            let body = try await call.body(AddressBody.self)
            try await call.lake.accounts.resendSignUp(email: body.email, source: call.source)
            return Response.json(Nothing(), status: .accepted)
        },
        Route(.post, "/api/v1/verify", .anyone) { call in
            struct Body: Decodable {
                let token: String
                let name: String?
            }
            struct Verified: Encodable {
                let purpose: Verification.Purpose
                let name: String
            }
            let body = try await call.body(Body.self)
            switch try await call.lake.accounts.verify(token: body.token, name: body.name) {
            case .verified(let purpose, let name): return Response.json(Verified(purpose: purpose, name: name))
            case .nameTaken:
                throw Problem(
                    .conflict, "name-taken", "Somebody has this user name already: choose another one.")
            case .invalid: throw Problem.linkInvalid
            }
        },
        Route(.post, "/api/v1/password-reset", .anyone) { call in
            let body = try await call.body(AddressBody.self)
            try await call.lake.accounts.requestReset(email: body.email, source: call.source)
            return Response.json(Nothing(), status: .accepted)
        },
        Route(.post, "/api/v1/password-reset/complete", .anyone) { call in
            struct Body: Decodable {
                let token: String
                let password: String
            }
            let body = try await call.body(Body.self)
            let isDone = try await call.lake.accounts.completeReset(
                token: body.token, password: body.password, source: call.source)
            guard isDone else { throw Problem.linkInvalid }
            return Response.empty()
        },
        Route(.post, "/api/v1/account/email", .account) { call in
            struct Body: Decodable {
                let email: String
                let password: String
            }
            let body = try await call.body(Body.self)
            try await call.lake.accounts.requestEmail(
                body.email, password: body.password, source: call.source, principal: call.principal)
            return Response.json(Nothing(), status: .accepted)
        },
    ]

    private struct AddressBody: Decodable { let email: String }
    private struct Nothing: Encodable {}
}

/// What anybody may know about the site.
private struct SiteView: Encodable {
    let signUp: String
    let domains: [String]
    let mail: String

    init(_ site: Accounts.Site) {
        signUp = site.isSignUpOpen ? "open" : "closed"
        domains = site.domains
        mail = site.sendsMail ? "smtp" : "directory"
    }
}

extension Problem {
    /// Expired, used or never given.
    fileprivate static let linkInvalid = Problem(
        .badRequest, "link-invalid", "This link has ended or was used already: ask for a new one.")
}
