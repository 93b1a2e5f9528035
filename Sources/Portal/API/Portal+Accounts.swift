import Foundation
import HTTPTypes
import Hummingbird
import Lake

extension Portal {
    /// Accounts, passwords and tokens.
    static let accountRoutes: [Route] = [
        Route(.get, "/api/v1/accounts", .permission(.manageAccounts)) { call in
            struct Accounts: Encodable { let accounts: [AccountView] }
            return Response.json(
                Accounts(accounts: try await call.lake.accounts.list(principal: call.principal).map(AccountView.init)))
        },
        Route(.post, "/api/v1/accounts", .permission(.manageAccounts)) { call in
            struct Body: Decodable {
                let name: String
                let password: String
                let administrator: Bool?
                /// Counts once the link is opened that is mailed there.
                let email: String?
            }
            let body = try await call.body(Body.self)
            let name = try await call.lake.accounts.add(
                name: body.name, password: body.password, isAdministrator: body.administrator ?? false,
                email: body.email, principal: call.principal)
            let made = try await call.lake.accounts.list(principal: call.principal).first { $0.name == name }
            guard let made else { throw Problem.notFound }
            return Response.json(AccountView(made), status: .created)
        },
        Route(.post, "/api/v1/accounts/{name}/password", .account) { call in
            struct Body: Decodable {
                let password: String
                let current: String?
            }
            let body = try await call.body(Body.self)
            try await call.lake.accounts.setPassword(
                name: call.parameter("name"), password: body.password, current: body.current, principal: call.principal)
            return Response.empty()
        },
        Route(.post, "/api/v1/accounts/{name}/disable", .permission(.manageAccounts)) { call in
            try await call.lake.accounts.setDisabled(true, name: call.parameter("name"), principal: call.principal)
            return Response.empty()
        },
        Route(.post, "/api/v1/accounts/{name}/enable", .permission(.manageAccounts)) { call in
            try await call.lake.accounts.setDisabled(false, name: call.parameter("name"), principal: call.principal)
            return Response.empty()
        },
        Route(.get, "/api/v1/accounts/{name}/tokens", .account) { call in
            struct Tokens: Encodable { let tokens: [AccessToken] }
            return Response.json(
                Tokens(
                    tokens: try await call.lake.accounts.tokens(
                        name: call.parameter("name"), principal: call.principal)))
        },
        Route(.post, "/api/v1/accounts/{name}/tokens", .account) { call in
            struct Body: Decodable {
                let label: String
                let project: String?
                let expiresDays: Int?
            }
            struct Made: Encodable { let token: String }
            let body = try await call.body(Body.self)
            guard (1...36500).contains(body.expiresDays ?? 1) else {
                throw Problem(.badRequest, "invalid", "A token lives 1 to 36500 days.")
            }
            let token = try await call.lake.accounts.createToken(
                name: call.parameter("name"), label: body.label, project: body.project,
                expires: body.expiresDays.map { Date.now.addingTimeInterval(Double($0) * 86400) },
                principal: call.principal)
            return Response.json(Made(token: token), status: .created)
        },
        Route(.delete, "/api/v1/tokens/{id}", .account) { call in
            guard let id = Int64(try call.parameter("id")) else { throw Problem.notFound }
            try await call.lake.accounts.revokeToken(id: id, principal: call.principal)
            return Response.empty()
        },
    ]
}

/// An account as the API writes it.
struct AccountView: Encodable {
    let name: String
    /// Verified; left out where there is none.
    let email: String?
    let administrator: Bool
    let disabled: Bool
    let createdAt: Date
    let memberships: [Membership]

    struct Membership: Encodable {
        let project: String
        let roles: [Role]
    }

    init(_ account: Account) {
        name = account.name
        email = account.email
        administrator = account.administrator
        disabled = account.disabled
        createdAt = account.createdAt
        memberships = account.roles.sorted { $0.key < $1.key }.map {
            Membership(project: $0.key, roles: $0.value.sorted())
        }
    }
}
