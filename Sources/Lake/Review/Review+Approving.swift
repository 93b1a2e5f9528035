public import DICOMImaging
internal import Deidentification
internal import Foundation
internal import Logging
internal import Postgres

extension Review {
    /// Publishes it as `release`, and does the same to all images of its signature: to those that wait (soon after this
    /// returns) and to those that come later. One in which text is found elsewhere waits for a person all the same.
    /// - Parameters:
    ///   - regions: blacked out in every frame; none where nothing has to go.
    ///   - seen: where text was looked at and left: a scale, a side.
    ///   - note: why, for who looks at the approval later; one line without names, or empty.
    /// - Throws: as `release`; `.invalid` where the instance does not say which device made it, or is held for more than
    ///   its pixels.
    @discardableResult
    public func approve(
        _ id: Int64, redacting regions: [PixelRegion], seen: [PixelRegion] = [], note: String = "",
        principal: Principal
    ) async throws(LakeError) -> HeldItem {
        let row = try await waitingRow(id, regions + seen, principal)
        guard !row.item.alike.isEmpty else {
            throw LakeError(
                .invalid,
                "this image does not say which device made it, or is held for more than its pixels: decide on it alone")
        }
        let note = note.isEmpty ? "" : try Naming.line(note, of: "a note", limit: 500)
        let new = PixelApprovals.New(signature: row.signature, regions: regions, seen: seen, note: note)
        try await LakeError.rethrowing {
            try await Task {
                try await self.publish(row, redacting: regions, principal) { connection in
                    let id = try await PixelApprovals.write(new, project: row.projectID, principal, connection)
                    try await AccessLog.write(
                        .pixelsApprove, project: row.projectID, study: row.item.study, instance: row.item.instance,
                        purpose: note, detail: "approval \(id)", principal, connection)
                    return id
                }
            }.value
        }
        tasks.add { [self] in
            do { try await applyApprovals() } catch {
                context.log.error("approvals failed", metadata: ["reason": "\(LakeError(error))"])
            }
        }
        return try await self.row(id, principal: principal).item
    }

    /// Waits until approvals that were given in this process have been tried on all that waits, for tests and commands.
    public func settle() async { await tasks.settle() }

    func end() async { await tasks.end() }

    /// Tries approvals on what waits, and erases what was superseded: whatever a crash left to do.
    var recurring: [Recurring] {
        [
            Recurring(name: "approvals of pixels", interval: .seconds(30)) {
                try await self.superseded.erase()
                try await self.applyApprovals()
            }
        ]
    }

    // MARK: What waits

    /// Releases what waits under an approval that came after it. What fails is tried again once its lease has ended.
    func applyApprovals() async throws {
        while !tasks.isEnded, !Task.isCancelled, let (id, approval) = try await lease() {
            do throws(LakeError) { try await apply(approval, to: id) } catch {
                context.log.error(
                    "an approval could not be applied", metadata: ["held": "\(id)", "reason": "\(error)"])
            }
        }
    }

    /// The next one that waits and has not been tried under the newest approval of its signature. Servers that do this
    /// at once get different ones.
    private func lease() async throws -> (held: Int64, approval: Int64)? {
        let row = try await context.database.first(
            """
            UPDATE held SET leased_until = now() + interval '60 seconds' WHERE id = (
                SELECT h.id FROM held h WHERE h.state = 'waiting' AND \(Self.isUntried)
                    AND (h.leased_until IS NULL OR h.leased_until < now())
                ORDER BY h.id LIMIT 1 FOR UPDATE OF h SKIP LOCKED)
            RETURNING id, (SELECT a.id FROM pixel_approval a WHERE a.project_id = held.project_id
                AND md5(a.signature) = md5(held.signature) ORDER BY a.version DESC LIMIT 1) AS approval
            """)
        return try row.map { (try $0.decode("id"), try $0.decode("approval")) }
    }

    /// Publishes the instance under the approval, or notes why it still waits.
    private func apply(_ approval: Int64, to id: Int64) async throws(LakeError) {
        let found = try await LakeError.rethrowing {
            let row = try await context.database.first(
                "SELECT \(HeldRow.columns) FROM \(HeldRow.source) WHERE h.id = $1 AND h.state = 'waiting'", [id]
            ).map { try HeldRow($0) }
            let account = try await context.database.single(
                "SELECT created_by FROM pixel_approval WHERE id = $1", [approval])
            return (row: row, account: try account.decode("created_by", as: Int64.self))
        }
        guard let row = found.row else { return }
        let principal = Principal(
            accountID: found.account, name: "", isAdministrator: false, isOperator: false, roles: [:],
            credential: .approval(approval))
        do throws(LakeError) {
            try await pipeline.weighed(row.addresses) { () async throws(LakeError) in
                let prepared = try await remake(row, redacting: nil)
                guard case .none = prepared.risk, prepared.entry.instance.pixelApproval == approval else {
                    return try await keep(row, prepared, tried: approval)
                }
                let made = try await store(prepared, of: row)
                try await commit(row, prepared.entry, made.addresses, prepared.redacted, principal) { _ in approval }
            }
        } catch {
            // Decided meanwhile, or it cannot be made anew: a person sees to it.
            guard error.code == .invalid || error.code == .conflict else { throw error }
            try await keep(row, nil, tried: approval)
        }
    }

    /// It waits on, with what was seen in it now.
    private func keep(_ row: HeldRow, _ prepared: Prepared?, tried: Int64) async throws(LakeError) {
        var reason = row.item.reason
        if case .review(let text) = prepared?.risk { reason = text }
        // Where approvals changed meanwhile it is tried again.
        let tried = prepared?.pixels.triedApproval ?? tried
        try await LakeError.rethrowing {
            try await context.database.execute(
                """
                UPDATE held SET approval_tried = $2, reason = $3, proposed = $4::jsonb, found = $5::jsonb,
                    leased_until = NULL
                WHERE id = $1 AND state = 'waiting'
                """,
                [
                    row.item.id, tried, reason, try (prepared?.pixels.proposed ?? row.item.proposed).json,
                    try (prepared?.pixels.found ?? row.item.found).json,
                ])
        }
    }
}
