internal import ByteIO
internal import DICOMImaging
internal import Foundation
internal import Vault

/// A held instance made anew from its original, with regions blacked out, and durable: object and patch stand in the
/// store, and nothing refers to them yet.
struct Remade: Sendable {
    let prepared: Prepared
    let addresses: StoredAddresses
}

extension Review {
    /// What the catalogue will say of the held instance if it is published as it is.
    func entry(of row: HeldRow) async throws(LakeError) -> CatalogueEntry {
        let keys = try await context.keys.pair(study: row.studyID)
        return try await LakeError.rethrowing {
            let encoded = try SealedObject.open(
                Bytes(row.entry), key: keys.image, context: StoredObjects.entryContext(row.item.instance))
            return try JSONDecoder().decode(CatalogueEntry.self, from: Data(encoded.array))
        }
    }

    /// De-identifies the original of a held instance once more, under the profile that it was taken in under: the same
    /// UIDs, codes and dates, so that it fits to what is published of its study.
    /// - Parameter regions: what a person wants blacked out; `nil` where only the rules and approvals are asked.
    /// - Throws: `.conflict` where its identity was destroyed and no original is to be had; `.invalid` where the
    ///   regions cannot be blacked out of it.
    func remake(_ row: HeldRow, redacting regions: [PixelRegion]?) async throws(LakeError) -> Prepared {
        guard try await context.keys.pair(study: row.studyID).identity != nil else {
            throw LakeError(.conflict, "the identity of this study was destroyed: it cannot be made anew")
        }
        let version = try await entry(of: row).instance.profileVersion ?? 1
        let project = try await IngestProject.load(id: row.projectID, profileVersion: version, projects)
        let original = try await context.objects.namedOriginal(
            row.addresses, uid: row.item.instance, study: row.studyID, in: context)
        // Of a file that was in conflict they are not those that follow from its own.
        let uids = ObjectUIDs(study: row.item.study, series: row.item.series, instance: row.item.instance)
        let prepared = try await pipeline.prepare(original, project: project, redacting: regions, as: uids)
        guard prepared.entry.instance.originalDigest == row.originalDigest else {
            throw LakeError(.conflict, "made anew, it would be another instance")
        }
        return prepared
    }

    /// Seals it and makes it durable.
    func store(_ prepared: Prepared, of row: HeldRow) async throws(LakeError) -> Remade {
        let keys = try await context.keys.pair(study: row.studyID)
        return Remade(prepared: prepared, addresses: try await pipeline.store(prepared, keys: keys))
    }
}
