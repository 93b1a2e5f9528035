internal import Postgres

extension RoleRequests {
    /// Tells every administrator who has an address. What the person wrote is not in it: a mail of this lake shall
    /// hold no sentence that anybody who signed up could choose.
    func tellAdministrators(_ what: String, _ code: String, _ connection: PostgresConnection) async throws {
        let letter = Letter(
            subject: "Tarn: \(what)",
            text: """
                \(what).

                The reason that was given, and what to answer:
                \(context.configuration.site.publicURL)/projects/\(code)
                """)
        let rows = try await connection.query(
            """
            SELECT email FROM account
            WHERE is_administrator AND NOT is_operator AND disabled_at IS NULL AND email IS NOT NULL ORDER BY id
            """)
        for row in rows { try await context.outbox.put(letter, to: try row.decode("email"), connection) }
    }

    /// Tells the person what was decided, where they have an address.
    func tellPerson(_ id: Int64, _ account: Int64, _ connection: PostgresConnection) async throws {
        let row = try await connection.first(
            "SELECT email FROM account WHERE id = $1 AND disabled_at IS NULL AND email IS NOT NULL", [account])
        guard let address = try row?.decode("email", as: String.self) else { return }
        let request = try RoleRequest(
            try await connection.single(
                "SELECT \(RoleRequest.columns) FROM \(RoleRequest.source) WHERE r.id = $1", [id]))
        let what = "\(request.role.rawValue) in \(request.project)"
        let isGiven = request.state == .approved
        let answer = isGiven ? "You are now \(what)" : "You were not made \(what)"
        let end = request.until.map { " until the end of \($0) (UTC)" } ?? ""
        let note = request.note.map { "\n\n\(request.decidedBy ?? "An administrator") wrote:\n\($0)" } ?? ""
        let letter = Letter(
            subject: "Tarn: \(isGiven ? "approved" : "declined"): \(what)",
            text: """
                \(answer)\(end).\(note)

                \(context.configuration.site.publicURL)/account
                """)
        try await context.outbox.put(letter, to: address, connection)
    }
}
