internal import Foundation
internal import Postgres

/// Originals of whole studies, given back to who may know who the patients are.
///
/// A few studies within a day one person may have alone, with a reason. For more, somebody else who may know it too has
/// to approve the list. Either way there is one download within a day, and the ledger says who asked, who approved and
/// what was taken.
public struct OriginalsRequests: Sendable {
    /// Studies and instances of one request at most.
    public static let mostStudies = 10_000
    public static let mostInstances = 100_000
    /// A download that breaks off may be begun again.
    static let mostDownloads = 3
    /// What one person had alone counts for so long, in SQL.
    static let countsFor = "interval '24 hours'"
    private static let waitsFor = "interval '7 days'"
    private static let downloadFor = "interval '24 hours'"

    let context: LakeContext
    private let visibility: Visibility

    init(_ context: LakeContext) {
        self.context = context
        visibility = Visibility(context: context)
    }

    private static let missing = LakeError(.notFound, "there is no such request")

    // MARK: Asking

    /// Asks for the originals of the studies that `filter` finds in a project.
    /// - Parameter reason: one line, for who has to decide and for the ledger; name nobody.
    /// - Returns: approved where it is few; else waiting for a second person.
    /// - Throws: `.notFound` where there is no such project for who may read identities, or a named study is not in it;
    ///   `.invalid` without a reason, or where nothing is found; `.conflict` where an identity was destroyed, or nobody
    ///   else is there to approve it; `.offloaded` where bytes are in cold storage; `.tooLarge`.
    public func ask(
        project code: String, filter: StudyFilter, reason: String, principal: Principal
    ) async throws(LakeError) -> OriginalsRequest {
        try filter.check()
        guard let project = try await visibility.projects(.identityRead, code: code, principal: principal).first else {
            throw LakeError(.notFound, "there is no such project")
        }
        let reason = try Naming.line(reason, of: "a reason", limit: 500)
        if filter.report != nil, !Gate.permits(principal, .readReports, project: project) {
            throw LakeError(.forbidden, "your roles in this project do not let you search its reports")
        }
        return try await LakeError.rethrowing {
            let id = try await context.database.transaction(attempts: 4) { connection in
                let chosen = try await self.choose(filter, project: project, connection)
                let isMuch = try await self.exceeds(chosen.studies, principal, connection)
                if isMuch { try await self.requireSecond(project: project, principal, connection) }
                let id: Int64 = try await connection.single(
                    """
                    INSERT INTO originals_request (project_id, asked_by, reason, needs_second, instances, state, ends_at)
                    VALUES ($1, $2, $3, $4, $5, $6, now() + \(isMuch ? Self.waitsFor : Self.downloadFor)) RETURNING id
                    """,
                    [
                        project, principal.accountID, reason, isMuch, chosen.instances,
                        isMuch ? "waiting" : "approved",
                    ]
                ).decode("id")
                try await connection.query(
                    "INSERT INTO originals_request_study SELECT $1, s FROM unnest($2::bigint[]) s",
                    [id, chosen.studies])
                try await AccessLog.write(
                    .originalsAsk, project: project, purpose: reason,
                    detail: "request \(id), \(chosen.studies.count) studies", principal, connection)
                if isMuch {
                    try await self.tellOthers(id, chosen.studies.count, project: project, principal, connection)
                }
                return id
            }
            return try await request(id, principal)
        }
    }

    private func choose(
        _ filter: StudyFilter, project: Int64, _ connection: PostgresConnection
    ) async throws -> (studies: [Int64], instances: Int64) {
        var conditions = Conditions()
        let scope = conditions.parameter(project)
        conditions.add(filter, visible: "ARRAY[\(scope)]")
        let rows = try await connection.query(
            """
            SELECT s.id, s.instance_count, s.anonymous,
                NOT EXISTS (SELECT 1 FROM instance i WHERE i.study_id = s.id AND NOT (i.object_here AND i.patch_here))
                    AS is_here
            FROM study s WHERE s.project_id = \(scope)\(conditions.conjunction) ORDER BY s.id
            LIMIT \(Self.mostStudies + 1)
            """, conditions.parameters)
        guard rows.first != nil else { throw LakeError(.invalid, "nothing was chosen: no study meets the filter") }
        let named = Set(filter.studies ?? [])
        guard named.isEmpty || named.count == rows.count else {
            throw LakeError(.notFound, "\(named.count - rows.count) of these studies are not in the project")
        }
        let anonymous = try rows.filter { try $0.decode("anonymous") }.count
        guard anonymous == 0 else {
            throw LakeError(
                .conflict, "the identity of \(anonymous) of these studies was destroyed for good: leave them out")
        }
        guard try rows.allSatisfy({ try $0.decode("is_here") }) else { throw LakeError.offloaded }
        let instances = try rows.reduce(Int64(0)) { $0 + (try $1.decode("instance_count", as: Int64.self)) }
        guard rows.count <= Self.mostStudies, instances <= Int64(Self.mostInstances) else {
            throw LakeError(
                .tooLarge, "one request has at most \(Self.mostStudies) studies and \(Self.mostInstances) images")
        }
        return (try rows.map { try $0.decode("id") }, instances)
    }

    /// Whether `studies`, with what the principal had alone within a day, are more than one person alone may have. Holds
    /// others of the same person off until the transaction ends.
    func exceeds(_ studies: [Int64], _ principal: Principal, _ connection: PostgresConnection) async throws -> Bool {
        try await connection.query(
            "SELECT pg_advisory_xact_lock(hashtextextended('originals', $1))", [principal.accountID])
        let count = try await connection.single(
            """
            SELECT count(*) AS n FROM (
                SELECT o.study_id FROM originals_request r JOIN originals_request_study o ON o.request_id = r.id
                WHERE r.asked_by = $1 AND NOT r.needs_second AND r.asked_at > now() - \(Self.countsFor)
                UNION SELECT study_id FROM identity_look WHERE account_id = $1 AND at > now() - \(Self.countsFor)
                UNION SELECT unnest($2::bigint[])) had
            """, [principal.accountID, studies]
        ).decode("n", as: Int.self)
        return count > context.site.originalsAlone
    }

    // MARK: The second person

    /// Roles that may read identities.
    private static var roles: [String] {
        Role.allCases.filter { Gate.table[$0]?.contains(.identityRead) == true }.map(\.rawValue)
    }

    private func requireSecond(
        project: Int64, _ principal: Principal, _ connection: PostgresConnection
    ) async throws {
        let others = try await connection.query(
            """
            SELECT 1 AS one FROM membership m JOIN account a ON a.id = m.account_id
            WHERE m.project_id = $1 AND m.role = ANY($2) AND a.id <> $3 AND a.disabled_at IS NULL LIMIT 1
            """, [project, Self.roles, principal.accountID])
        guard others.isEmpty else { return }
        throw LakeError(
            .conflict,
            "more than \(context.site.originalsAlone) studies within a day need the approval of a second person, and "
                + "nobody else may read identities in this project: ask an administrator to give somebody that role")
    }

    /// What was asked for and why is not in the mail.
    private func tellOthers(
        _ id: Int64, _ studies: Int, project: Int64, _ principal: Principal, _ connection: PostgresConnection
    ) async throws {
        let rows = try await connection.query(
            """
            SELECT DISTINCT a.id, a.email FROM membership m JOIN account a ON a.id = m.account_id
            WHERE m.project_id = $1 AND m.role = ANY($2) AND a.id <> $3 AND a.disabled_at IS NULL
                AND a.email IS NOT NULL ORDER BY a.id LIMIT 100
            """, [project, Self.roles, principal.accountID])
        let letter = Letter(
            subject: "Tarn: somebody asks for original files",
            text: """
                Somebody asks for the original files of \(studies) studies, with who the patients are. That needs the approval of a
                second person.

                Who asks, why, and what to answer:
                \(context.site.publicURL)/originals/\(id)
                """)
        for row in rows { try await context.outbox.put(letter, to: try row.decode("email"), connection) }
    }

    /// Approves a request of somebody else: from now on there is one download within a day.
    /// - Throws: `.notFound` where there is none for who may read identities; `.conflict` for one's own, and where it is
    ///   decided, or too old.
    public func approve(_ id: Int64, principal: Principal) async throws(LakeError) -> OriginalsRequest {
        try await decide(id, .approved, reason: nil, principal)
    }

    /// Declines a request of somebody else.
    /// - Throws: as `approve`; `.invalid` without a reason.
    public func decline(
        _ id: Int64, reason: String, principal: Principal
    ) async throws(LakeError) -> OriginalsRequest {
        _ = try await visible(id, principal)
        return try await decide(id, .declined, reason: try Naming.line(reason, of: "a reason", limit: 500), principal)
    }

    private func decide(
        _ id: Int64, _ state: OriginalsRequest.State, reason: String?, _ principal: Principal
    ) async throws(LakeError) -> OriginalsRequest {
        let found = try await visible(id, principal)
        guard found.asker != principal.accountID else {
            throw LakeError(.conflict, "somebody else has to decide on what you asked for")
        }
        return try await LakeError.rethrowing {
            try await context.database.transaction { connection in
                let changed = try await connection.execute(
                    """
                    UPDATE originals_request SET state = $2, decided_by = $3, decided_at = now(), decision_reason = $4,
                        ends_at = CASE WHEN $2 = 'approved' THEN now() + \(Self.downloadFor) ELSE ends_at END
                    WHERE id = $1 AND state = 'waiting' AND ends_at > now() AND asked_by <> $3
                    """, [id, state.rawValue, principal.accountID, reason])
                guard changed == 1 else {
                    throw LakeError(.conflict, "this request was decided on, withdrawn, or is too old")
                }
                try await AccessLog.write(
                    state == .approved ? .originalsApprove : .originalsDecline, project: found.project,
                    purpose: reason ?? "", detail: "request \(id)", principal, connection)
                try await self.tellAsker(id, state, found.asker, connection)
            }
            return try await request(id, principal)
        }
    }

    private func tellAsker(
        _ id: Int64, _ state: OriginalsRequest.State, _ asker: Int64, _ connection: PostgresConnection
    ) async throws {
        let row = try await connection.first(
            "SELECT email FROM account WHERE id = $1 AND disabled_at IS NULL AND email IS NOT NULL", [asker])
        guard let address = try row?.decode("email", as: String.self) else { return }
        let hint = state == .approved ? " It can be downloaded once, within a day." : ""
        let letter = Letter(
            subject: "Tarn: original files \(state.rawValue)",
            text: """
                What you asked for was \(state.rawValue).\(hint)

                \(context.site.publicURL)/originals/\(id)
                """)
        try await context.outbox.put(letter, to: address, connection)
    }

    /// Takes one's own request back.
    public func withdraw(_ id: Int64, principal: Principal) async throws(LakeError) -> OriginalsRequest {
        let found = try await visible(id, principal)
        guard found.asker == principal.accountID else {
            throw LakeError(.conflict, "only who asked for it can withdraw it")
        }
        return try await LakeError.rethrowing {
            try await context.database.transaction { connection in
                let changed = try await connection.execute(
                    "UPDATE originals_request SET state = 'withdrawn' WHERE id = $1 AND state = 'waiting'", [id])
                guard changed == 1 else { throw LakeError(.conflict, "this request was decided on already") }
                try await AccessLog.write(
                    .originalsWithdraw, project: found.project, detail: "request \(id)", principal, connection)
            }
            return try await request(id, principal)
        }
    }

    // MARK: Looking

    /// Requests of the projects in which the principal may read identities, newest first.
    public func list(project: String? = nil, principal: Principal) async throws(LakeError) -> [OriginalsRequest] {
        let projects = try await visibility.projects(.identityRead, code: project, principal: principal)
        return try await LakeError.rethrowing {
            try await context.database.query(
                """
                SELECT \(OriginalsRequest.columns) FROM \(OriginalsRequest.source) WHERE r.project_id = ANY($1)
                ORDER BY r.id DESC LIMIT 500
                """, [projects]
            ).map { try OriginalsRequest($0, principal) }
        }
    }

    /// One request with its studies.
    /// - Throws: `.notFound`.
    public func detail(_ id: Int64, principal: Principal) async throws(LakeError) -> OriginalsRequestDetail {
        _ = try await visible(id, principal)
        return try await LakeError.rethrowing {
            let uids = try await context.database.query(
                """
                SELECT s.uid FROM originals_request_study o JOIN study s ON s.id = o.study_id WHERE o.request_id = $1
                ORDER BY s.id
                """, [id]
            ).map { try $0.decode("uid", as: String.self) }
            return OriginalsRequestDetail(request: try await request(id, principal), uids: uids)
        }
    }

    func request(_ id: Int64, _ principal: Principal) async throws -> OriginalsRequest {
        try OriginalsRequest(
            try await context.database.single(
                "SELECT \(OriginalsRequest.columns) FROM \(OriginalsRequest.source) WHERE r.id = $1", [id]),
            principal)
    }

    func visible(_ id: Int64, _ principal: Principal) async throws(LakeError) -> (project: Int64, asker: Int64) {
        let found = try await LakeError.rethrowing {
            try await context.database.first(
                "SELECT project_id, asked_by FROM originals_request WHERE id = $1", [id]
            ).map { row in
                (
                    project: try row.decode("project_id", as: Int64.self),
                    asker: try row.decode("asked_by", as: Int64.self)
                )
            }
        }
        guard let found, Gate.permits(principal, .identityRead, project: found.project) else { throw Self.missing }
        return found
    }
}
