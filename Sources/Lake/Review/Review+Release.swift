public import DICOMImaging
internal import Foundation
internal import Logging
internal import ObjectStorage
internal import Postgres

extension Review {
    /// Boxes that one image may have.
    public static let maximumRegions = 200

    /// Publishes it, in one transaction, and blacks out `regions` of every frame before.
    ///
    /// With regions a new object and a new patch are made from the original, which was compared byte for byte, and what
    /// they take the place of is erased. It cannot be undone: the original is kept, sealed with the patch.
    /// - Parameter regions: in pixels of the image, from 0; none where nothing has to go.
    /// - Throws: `.notFound`; `.invalid` for regions outside of the image; `.conflict` where it was decided already, or
    ///   something else stands where it belongs.
    @discardableResult
    public func release(
        _ id: Int64, redacting regions: [PixelRegion] = [], principal: Principal
    ) async throws(LakeError) -> HeldItem {
        let row = try await waitingRow(id, regions, principal)
        // Whoever asked may go away: what was begun is ended.
        try await LakeError.rethrowing {
            try await Task { try await self.publish(row, redacting: regions, principal) { _ in nil } }.value
        }
        return try await self.row(id, principal: principal).item
    }

    /// One that waits, and regions that lie in it.
    func waitingRow(
        _ id: Int64, _ regions: [PixelRegion], _ principal: Principal
    ) async throws(LakeError) -> HeldRow {
        let row = try await row(id, principal: principal)
        guard row.item.state == .waiting else { throw Self.decidedAlready }
        guard regions.count <= Self.maximumRegions else {
            throw LakeError(.invalid, "an image has at most \(Self.maximumRegions) boxes: draw one around several")
        }
        for region in regions {
            guard region.x + region.width <= row.item.columns, region.y + region.height <= row.item.rows else {
                throw LakeError(
                    .invalid, "a box lies outside of the image of \(row.item.columns) × \(row.item.rows) pixels")
            }
        }
        return row
    }

    /// Publishes what a person decided on.
    /// - Parameter approving: writes what was decided for images like it, in the same transaction; gives its number.
    func publish(
        _ row: HeldRow, redacting regions: [PixelRegion], _ principal: Principal,
        approving: @Sendable @escaping (PostgresConnection) async throws -> Int64?
    ) async throws(LakeError) {
        guard let made = try await made(row, redacting: regions) else {
            let entry = try await entry(of: row)
            return try await commit(row, entry, row.addresses, [], principal, approving: approving)
        }
        try await commit(
            row, made.prepared.entry, made.addresses, made.prepared.redacted, principal, approving: approving)
    }

    /// The instance with `regions` blacked out; `nil` where it is published as it is: without an image there is nothing
    /// to be said about pixels.
    private func made(_ row: HeldRow, redacting regions: [PixelRegion]) async throws(LakeError) -> Remade? {
        guard row.item.rows > 0, row.item.columns > 0 else { return nil }
        do throws(LakeError) {
            return try await pipeline.weighed(row.addresses) { () async throws(LakeError) in
                try await store(try await remake(row, redacting: regions), of: row)
            }
        } catch {
            // A person has seen that there is nothing to be blacked out: then what is there can be published.
            guard regions.isEmpty, error.code == .invalid || error.code == .conflict else { throw error }
            return nil
        }
    }

    /// The one transaction; then what it put something else in the place of is erased.
    func commit(
        _ row: HeldRow, _ entry: CatalogueEntry, _ addresses: StoredAddresses, _ redacted: [PixelRegion],
        _ principal: Principal, approving: @Sendable (PostgresConnection) async throws -> Int64?
    ) async throws(LakeError) {
        let isNew = addresses != row.addresses
        do {
            try await context.database.transaction(attempts: 4) { connection in
                // First of all, as everybody does who adds to a study or erases it.
                try await connection.query("SELECT 1 FROM study_key WHERE id = $1 FOR NO KEY UPDATE", [row.studyID])
                let approval = try await approving(connection)
                try await decide(
                    row, .init(state: .released, redacted: redacted, approval: approval), principal, connection)
                if isNew { try await replace(row, entry, addresses, connection) }
                try await catalogue(row, entry, addresses, connection)
            }
        } catch {
            // Only what was certainly not committed: of a connection that broke nobody knows.
            if isNew, error is LakeError {
                try? await context.store.erase([addresses.object.blob, addresses.patch.blob])
            }
            throw LakeError(error)
        }
        guard isNew else { return }
        // What fails here is done by `recurring`.
        do { try await superseded.erase() } catch {
            context.log.error("a superseded object is not erased yet", metadata: ["reason": "\(LakeError(error))"])
        }
    }

    /// Puts the new object in the place of the one that was held.
    private func replace(
        _ row: HeldRow, _ entry: CatalogueEntry, _ addresses: StoredAddresses, _ connection: PostgresConnection
    ) async throws {
        try await SupersededBlobs.add(row.addresses, connection)
        try await connection.execute(
            """
            UPDATE held SET object_segment = $2, object_offset = $3, object_length = $4, patch_segment = $5,
                patch_offset = $6, patch_length = $7, stored_size = $8, stored_sha256 = $9 WHERE id = $1
            """,
            [
                row.item.id, addresses.object.segment, addresses.object.offset, addresses.object.length,
                addresses.patch.segment, addresses.patch.offset, addresses.patch.length, entry.instance.storedSize,
                entry.instance.storedSHA256,
            ])
    }

    private func catalogue(
        _ row: HeldRow, _ entry: CatalogueEntry, _ addresses: StoredAddresses, _ connection: PostgresConnection
    ) async throws {
        let receipt = Receipt(
            projectID: row.projectID, accountID: row.receivedBy, batchID: row.batchID, studyID: row.studyID,
            subjectID: row.subjectID, entry: entry, addresses: addresses, intent: .publish)
        var transaction = CatalogueTransaction([receipt], connection)
        guard try await transaction.run() == [.accepted] else {
            throw LakeError(.conflict, "something else stands where this instance belongs")
        }
    }
}
