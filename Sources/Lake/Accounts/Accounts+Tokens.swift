public import Foundation
internal import Postgres

/// Bearer tokens. Everyone makes their own: a token made for another would be that person's eyes.
extension Accounts {
    private static let unknown = LakeError(.notFound, "there is no such account or token")

    /// Makes a token.
    /// - Parameters:
    ///   - name: whose; one's own, or anybody's for the operator.
    ///   - project: code of the project it is bound to; `nil` for all that the account may.
    ///   - expires: when it ends; `nil` for never.
    /// - Returns: the token. It cannot be shown again.
    /// - Throws: `.invalid` for a label or an expiry that makes no sense; `.forbidden` where a token asks for one;
    ///   `.notFound` for an account that is not one's own, or a project in which it has no role.
    public func createToken(
        name: String, label: String, project: String? = nil, expires: Date? = nil, principal: Principal
    ) async throws(LakeError) -> String {
        let name = try Naming.account(name)
        let label = try Naming.line(label, of: "a token's label", limit: 100)
        if case .token = principal.credential { throw LakeError(.forbidden, "a token cannot make tokens: sign in") }
        guard name == principal.name || principal.isOperator else { throw Accounts.unknown }
        if let expires, expires <= Date.now { throw LakeError(.invalid, "the token would have expired already") }
        let secret = Secret(prefix: "tarn_")
        try await LakeError.rethrowing {
            try await database.transaction { connection in
                guard
                    let account = try await connection.first(
                        "SELECT id FROM account WHERE name = $1 AND NOT is_operator AND disabled_at IS NULL", [name]
                    )?.decode("id", as: Int64.self)
                else { throw Accounts.unknown }
                var projectID: Int64?
                if let project {
                    projectID = try await connection.first(
                        """
                        SELECT p.id FROM project p WHERE lower(p.code) = lower($1)
                            AND EXISTS (SELECT FROM current_membership m WHERE m.project_id = p.id AND m.account_id = $2)
                        """, [project, account]
                    )?.decode("id")
                    guard projectID != nil else {
                        throw LakeError(.notFound, "there is no such project for this account")
                    }
                }
                let id = try await connection.single(
                    """
                    INSERT INTO token (token_hash, account_id, project_id, label, expires_at)
                    VALUES ($1, $2, $3, $4, $5)
                    RETURNING id
                    """, [secret.hash, account, projectID, label, expires]
                ).decode("id", as: Int64.self)
                try await AccessLog.write(
                    .tokenCreate, project: projectID, detail: "token \(id) of \(name)", principal, connection)
            }
        }
        return secret.text
    }

    /// The tokens of an account that have not been revoked, newest last.
    /// - Throws: `.notFound` for an account that is not one's own, but for who may manage accounts.
    public func tokens(name: String, principal: Principal) async throws(LakeError) -> [AccessToken] {
        let name = try Naming.account(name)
        guard name == principal.name || Gate.permits(principal, .manageAccounts) else { throw Accounts.unknown }
        return try await LakeError.rethrowing {
            let rows = try await database.query(
                """
                SELECT t.id, t.label, p.code, t.created_at, t.last_used_at, t.expires_at
                FROM token t JOIN account a ON a.id = t.account_id LEFT JOIN project p ON p.id = t.project_id
                WHERE a.name = $1 AND t.revoked_at IS NULL ORDER BY t.id
                """, [name])
            return try rows.map { row in
                AccessToken(
                    id: try row.decode("id"), label: try row.decode("label"), project: try row.decode("code"),
                    createdAt: try row.decode("created_at"), lastUsedAt: try row.decode("last_used_at"),
                    expiresAt: try row.decode("expires_at"))
            }
        }
    }

    /// Revokes a token, at once.
    /// - Throws: `.notFound` for one that is not one's own, but for who may manage accounts.
    public func revokeToken(id: Int64, principal: Principal) async throws(LakeError) {
        let mayManage = Gate.permits(principal, .manageAccounts)
        try await LakeError.rethrowing {
            try await database.transaction { connection in
                let row = try await connection.first(
                    """
                    UPDATE token SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL AND (account_id = $2 OR $3)
                    RETURNING project_id
                    """, [id, principal.accountID, mayManage])
                guard let row else { throw Accounts.unknown }
                try await AccessLog.write(
                    .tokenRevoke, project: try row.decode("project_id"), detail: "token \(id)", principal, connection)
            }
        }
        cache.forgetAll()
    }
}
