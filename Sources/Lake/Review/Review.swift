public import ByteIO
internal import DICOMImaging
internal import Foundation
internal import Postgres
internal import Vault

/// The queue of what may show a patient's name in its pixels. Nothing of it is in the catalogue before a person
/// has looked and released it. Every look is in the access log.
public struct Review: Sendable {
    let context: LakeContext
    let accessLog: AccessLog

    init(_ context: LakeContext, accessLog: AccessLog) {
        self.context = context
        self.accessLog = accessLog
    }

    /// What waits, oldest first, in the projects where the principal may review (`project` narrows to one).
    public func list(project: String? = nil, principal: Principal) async throws(LakeError) -> [HeldItem] {
        try await LakeError.rethrowing {
            let rows = try await context.database.query(
                """
                SELECT \(HeldRow.columns) FROM \(HeldRow.source)
                WHERE h.state = 'waiting' AND ($1::text IS NULL OR p.code = $1) ORDER BY h.id LIMIT 1000
                """, [project])
            return try rows.map { try HeldRow($0) }
                .filter { Gate.permits(principal, .review, project: $0.projectID) }.map(\.item)
        }
    }

    /// One held instance.
    /// - Throws: `.notFound`.
    public func held(_ id: Int64, principal: Principal) async throws(LakeError) -> HeldItem {
        try await row(id, principal: principal).item
    }

    /// A frame as PNG, to look at.
    /// - Parameter frame: from 1.
    /// - Throws: `.notFound`; `.invalid` where it has no such frame or no pixels that can be shown.
    public func rendered(_ id: Int64, frame: Int, principal: Principal) async throws(LakeError) -> Bytes {
        let row = try await row(id, principal: principal)
        try await accessLog.record(
            .review, project: row.projectID, study: row.item.study, count: 1, principal: principal)
        let blob = try await context.objects.object(row.addresses.object, uid: row.item.instance, study: row.studyID)
        guard blob.count <= HeldPicture.maximumBytes else {
            throw LakeError(.tooLarge, "the instance is too large to be shown here")
        }
        let object = try await blob.read(0..<blob.count)
        return try await context.workers.run { () throws(LakeError) in
            try HeldPicture(object: object, frame: frame).png
        }
    }

    /// Publishes it, in one transaction.
    /// - Throws: `.notFound`; `.conflict` where it was decided already, or something else stands where it belongs.
    public func release(_ id: Int64, principal: Principal) async throws(LakeError) -> HeldItem {
        let row = try await row(id, principal: principal)
        let keys = try await context.keys.pair(study: row.studyID)
        return try await LakeError.rethrowing {
            let encoded = try SealedObject.open(
                Bytes(row.entry), key: keys.image, context: StoredObjects.entryContext(row.item.instance))
            let entry = try JSONDecoder().decode(CatalogueEntry.self, from: Data(encoded.array))
            let receipt = Receipt(
                projectID: row.projectID, accountID: row.receivedBy, batchID: row.batchID, studyID: row.studyID,
                subjectID: row.subjectID, entry: entry, addresses: row.addresses, intent: .publish)
            try await context.database.transaction(attempts: 4) { connection in
                try await decide(row, .released, reason: nil, principal, connection)
                var transaction = CatalogueTransaction([receipt], connection)
                guard try await transaction.run() == [.accepted] else {
                    throw LakeError(.conflict, "something else stands where this instance belongs")
                }
            }
            return try await self.row(id, principal: principal).item
        }
    }

    /// Refuses it: it stays sealed and recorded, and is never published.
    /// - Throws: `.notFound`; `.invalid` without a reason; `.conflict` where it was decided already.
    public func reject(_ id: Int64, reason: String, principal: Principal) async throws(LakeError) -> HeldItem {
        let reason = reason.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !reason.isEmpty, reason.utf8.count <= 2000, !reason.contains("\0") else {
            throw LakeError(.invalid, "a reason of 1 to 2000 characters is needed")
        }
        let row = try await row(id, principal: principal)
        return try await LakeError.rethrowing {
            try await context.database.transaction { connection in
                try await decide(row, .rejected, reason: reason, principal, connection)
            }
            return try await self.row(id, principal: principal).item
        }
    }

    /// Only one decision counts: the row's condition sees to it.
    private func decide(
        _ row: HeldRow, _ state: HeldItem.State, reason: String?, _ principal: Principal,
        _ connection: PostgresConnection
    ) async throws {
        let changed = try await connection.execute(
            """
            UPDATE held SET state = $2, decided_by = $3, decided_at = now(), decision_reason = $4
            WHERE id = $1 AND state = 'waiting'
            """, [row.item.id, state.rawValue, principal.accountID, reason])
        guard changed == 1 else { throw LakeError(.conflict, "this instance was decided on already") }
        // Committed with the decision, or not at all.
        try await AccessLog.write(
            state == .released ? .release : .reject, project: row.projectID, study: row.item.study,
            instance: row.item.instance, purpose: reason ?? "", principal, connection)
    }

    private func row(_ id: Int64, principal: Principal) async throws(LakeError) -> HeldRow {
        let row = try await LakeError.rethrowing {
            try await context.database.first(
                "SELECT \(HeldRow.columns) FROM \(HeldRow.source) WHERE h.id = $1", [id]
            ).map { try HeldRow($0) }
        }
        guard let row, Gate.permits(principal, .review, project: row.projectID) else {
            throw LakeError(.notFound, "there is no such held instance")
        }
        return row
    }
}
