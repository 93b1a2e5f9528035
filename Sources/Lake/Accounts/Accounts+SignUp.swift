internal import Foundation
internal import Mail
internal import Postgres

/// What people ask for who have not proved who they are: an account, a link, a new password. Each is noted and answered
/// by mail a moment later (`answerRequests`). Only there it is found out whether the address is known, so the answer
/// to the asker is the same, and takes as long, whether it is or not.
extension Accounts {
    /// What anybody may know about the site.
    public struct Site: Sendable, Hashable {
        /// Whether people may make accounts: as configured, and not before there is an administrator.
        public let isSignUpOpen: Bool
        /// Domains of addresses that are taken; empty for all.
        public let domains: [String]
        public let sendsMail: Bool
    }

    public func site() async throws(LakeError) -> Site {
        let policy = context.site.signUp
        let hasAccounts = try await LakeError.rethrowing {
            try await database.first("SELECT FROM account WHERE NOT is_operator LIMIT 1") != nil
        }
        let sends = if case .smtp = context.site.transport { true } else { false }
        return Site(isSignUpOpen: policy.isOpen && hasAccounts, domains: policy.domains, sendsMail: sends)
    }

    /// Asks for an account. It is made when the link is opened that is mailed to the address.
    /// - Parameter source: where the request came from, to slow down who asks too often; kept as a hash only.
    /// - Throws: `.forbidden` where people cannot make accounts; `.invalid` for a name, password or address that is not
    ///   taken; `.tooMany`. Never because name or address is known.
    public func signUp(name: String, password: String, email: String, source: String = "") async throws(LakeError) {
        let site = try await site()
        guard site.isSignUpOpen else {
            throw LakeError(.forbidden, "accounts are made by an administrator here; ask one")
        }
        let name = try Naming.ownAccount(name)
        let password = try Naming.password(password, for: name)
        let address = try acceptable(email)
        try await limit(address, source: source)
        let hash = try await passwords.hash(password)
        try await note("sign-up", address, name: name, hash: hash)
    }

    /// Asks for the link of a sign-up again.
    /// - Throws: `.invalid` for what is no address; `.tooMany`.
    public func resendSignUp(email: String, source: String = "") async throws(LakeError) {
        let address = try Naming.address(email)
        try await limit(address, source: source)
        try await note("resend", address)
    }

    /// Asks for a link with which a new password is set.
    /// - Throws: `.invalid` for what is no address; `.tooMany`.
    public func requestReset(email: String, source: String = "") async throws(LakeError) {
        let address = try Naming.address(email)
        try await limit(address, source: source)
        try await note("reset", address)
    }

    /// Asks to have another address; it counts when the link is opened that is mailed there. The present address is
    /// told.
    /// - Throws: `.forbidden` for a wrong password; `.invalid` for an address that is not taken; `.tooMany`.
    public func requestEmail(
        _ email: String, password: String, source: String = "", principal: Principal
    ) async throws(LakeError) {
        guard !principal.isOperator else { throw LakeError(.invalid, "the operator has no address") }
        let address = try acceptable(email)
        try await limit(address, source: source)
        try await checkOwn(password, principal)
        try await note("email", address, account: principal.accountID)
    }

    /// The verified address of an account.
    public func email(of principal: Principal) async throws(LakeError) -> String? {
        try await LakeError.rethrowing {
            try await database.first("SELECT email FROM account WHERE id = $1", [principal.accountID])?.decode("email")
        }
    }

    // MARK: -

    /// An address of a domain that the site takes.
    private func acceptable(_ email: String) throws(LakeError) -> EmailAddress {
        let address = try Naming.address(email)
        let domains = context.site.signUp.domains
        guard domains.isEmpty || domains.contains(address.domain) else {
            throw LakeError(.invalid, "addresses of these domains are taken here: \(domains.joined(separator: ", "))")
        }
        return address
    }

    /// Mail is sent to strangers here, so both count: who asks, and whom it would reach.
    private func limit(_ address: EmailAddress, source: String) async throws(LakeError) {
        let counters = [
            Throttle.Counter("mail from", source, forgiven: 20, longestWait: 900),
            Throttle.Counter("mail to", address.description, forgiven: 5, firstWait: 60, longestWait: 3600),
        ]
        let wait = try await LakeError.rethrowing { try await Throttle(database: database).begin(counters) }
        guard let wait else { return }
        throw LakeError(.tooMany, "too many requests: try again in \(wait) s")
    }

    private func note(
        _ kind: String, _ address: EmailAddress, name: String? = nil, hash: String? = nil, account: Int64? = nil
    ) async throws(LakeError) {
        try await LakeError.rethrowing {
            try await database.execute(
                """
                INSERT INTO account_request (kind, email, name, password_hash, account_id) VALUES ($1, $2, $3, $4, $5)
                """, [kind, address.description, name, hash, account])
        }
    }
}
