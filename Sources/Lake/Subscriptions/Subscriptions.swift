internal import Foundation
internal import Postgres

/// What people follow. Everybody sees and changes their own.
public struct Subscriptions: Sendable {
    let context: LakeContext
    private let visibility: Visibility
    static let unknown = LakeError(.notFound, "there is no such subscription")

    /// Of one account.
    public static let most = 50

    init(_ context: LakeContext) {
        self.context = context
        visibility = Visibility(context: context)
    }

    /// What one follows, oldest first.
    public func list(principal: Principal) async throws(LakeError) -> [Subscription] {
        try await LakeError.rethrowing {
            try await context.database.query(
                """
                SELECT \(SubscriptionRow.columns) FROM \(SubscriptionRow.source)
                WHERE s.account_id = $1 AND s.ended_at IS NULL ORDER BY s.id
                """, [principal.accountID]
            ).map { try SubscriptionRow($0).subscription }
        }
    }

    /// Follows a project.
    /// - Throws: `.notFound` where there is no such project for who may browse; `.invalid` without an e-mail address or
    ///   for the name; `.conflict` where one follows too much.
    public func follow(
        project code: String, name: String? = nil, every: Subscription.Interval, principal: Principal
    ) async throws(LakeError) -> Subscription {
        let project = try await self.project(code, principal: principal)
        return try await insert(
            .project, project, nil, name: name ?? code, every: every, principal: principal)
    }

    /// Follows what a filter of the list of studies finds.
    /// - Throws: as above; `.invalid` for a filter that makes no sense or is about one patient.
    public func follow(
        _ filter: StudyFilter, name: String? = nil, every: Subscription.Interval, principal: Principal
    ) async throws(LakeError) -> Subscription {
        try filter.check()
        guard filter.subject == nil, filter.studies == nil else {
            throw LakeError(.invalid, "one patient or chosen studies cannot be followed: a mail names no patient")
        }
        var project: Int64?
        if let code = filter.project {
            project = try await self.project(code, principal: principal)
        } else if try await visibility.projects(.browse, principal: principal).isEmpty {
            throw LakeError(.notFound, "there is no project whose studies you may see")
        }
        return try await insert(
            .filter, project, filter, name: name ?? "A list of studies", every: every, principal: principal)
    }

    /// Changes the name or how often a mail comes; what is `nil` stays.
    /// - Throws: `.notFound` for one that is not one's own; `.invalid`.
    public func change(
        _ id: Int64, name: String? = nil, every: Subscription.Interval? = nil, principal: Principal
    ) async throws(LakeError) -> Subscription {
        let name = try name.map { text throws(LakeError) in try Self.checked(name: text) }
        let changed = try await LakeError.rethrowing {
            try await context.database.execute(
                """
                UPDATE subscription AS s SET name = coalesce($3, s.name), every = coalesce($4, s.every),
                    due_at = \(Self.due("coalesce($4, s.every)"))
                WHERE s.id = $1 AND s.account_id = $2 AND s.ended_at IS NULL
                """, [id, principal.accountID, name, every?.rawValue])
        }
        let found = try await list(principal: principal).first { $0.id == id }
        guard changed == 1, let found else { throw Subscriptions.unknown }
        return found
    }

    /// Ends it.
    /// - Throws: `.notFound` for one that is not one's own.
    public func end(_ id: Int64, principal: Principal) async throws(LakeError) {
        let ended = try await LakeError.rethrowing {
            try await context.database.execute(
                "UPDATE subscription SET ended_at = now() WHERE id = $1 AND account_id = $2 AND ended_at IS NULL",
                [id, principal.accountID])
        }
        guard ended == 1 else { throw Subscriptions.unknown }
    }

    /// Ends the one whose mail had this link; again does no harm. Who has the link needs no account.
    /// - Returns: its name.
    /// - Throws: `.notFound` for a link that was in no mail, or is older than a year.
    public func end(link token: String) async throws(LakeError) -> String {
        let row = try await LakeError.rethrowing {
            try await context.database.first(
                """
                UPDATE subscription SET ended_at = coalesce(ended_at, now())
                WHERE id = (SELECT subscription_id FROM unsubscribe_link WHERE token_hash = $1) RETURNING name
                """, [Secret.hash(of: token)]
            ).map { try $0.decode("name", as: String.self) }
        }
        guard let row else {
            throw LakeError(.notFound, "this link ends nothing: what you follow is listed with your account")
        }
        return row
    }

    // MARK: -

    /// The next six o'clock (UTC), on a Monday for a week: a mail a day stays one a day, whenever the last one left.
    static func due(_ every: String) -> String {
        """
        ((CASE WHEN \(every) = 'week'
            THEN date_trunc('week', now() AT TIME ZONE 'UTC' - interval '6 hours') + interval '7 days 6 hours'
            ELSE date_trunc('day', now() AT TIME ZONE 'UTC' - interval '6 hours') + interval '1 day 6 hours'
            END) AT TIME ZONE 'UTC')
        """
    }

    private static func checked(name: String) throws(LakeError) -> String {
        try Naming.line(name, of: "a name", limit: 100)
    }

    private func project(_ code: String, principal: Principal) async throws(LakeError) -> Int64 {
        let code = code.contains("\0") ? "" : code
        guard let id = try await visibility.projects(.browse, code: code, principal: principal).first else {
            throw LakeError(.notFound, "there is no such project")
        }
        return id
    }

    private func insert(
        _ kind: Subscription.Kind, _ project: Int64?, _ filter: StudyFilter?, name: String,
        every: Subscription.Interval, principal: Principal
    ) async throws(LakeError) -> Subscription {
        let name = try Self.checked(name: name)
        let id = try await LakeError.rethrowing {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            let json = try filter.map { String(decoding: try encoder.encode($0), as: UTF8.self) }
            // A whole second, as some times that it is compared with are.
            return try await context.database.transaction { connection in
                let account = try await connection.single(
                    """
                    SELECT a.email, (SELECT count(*) FROM subscription s
                        WHERE s.account_id = a.id AND s.ended_at IS NULL) AS followed
                    FROM account a WHERE a.id = $1 FOR UPDATE
                    """, [principal.accountID])
                guard try account.decode("email", as: String?.self) != nil else {
                    throw LakeError(.invalid, "add an e-mail address to your account first: that is where news go")
                }
                guard try account.decode("followed", as: Int.self) < Self.most else {
                    throw LakeError(.conflict, "you follow \(Self.most) lists already: end one of them first")
                }
                return try await connection.single(
                    """
                    INSERT INTO subscription (account_id, kind, project_id, filter, name, every, due_at, told_until)
                    VALUES ($1, $2, $3, $4::text::jsonb, $5, $6, \(Self.due("$6")), date_trunc('second', now()))
                    RETURNING id
                    """, [principal.accountID, kind.rawValue, project, json, name, every.rawValue]
                ).decode("id", as: Int64.self)
            }
        }
        guard let made = try await list(principal: principal).first(where: { $0.id == id }) else {
            throw Subscriptions.unknown
        }
        return made
    }
}
