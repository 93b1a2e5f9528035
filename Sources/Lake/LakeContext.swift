internal import Logging
internal import ObjectStorage
internal import Postgres
internal import Vault

/// What every use case of the lake stands on. One per lake; each folder's type (`Catalog`, `Review`, …) is made
/// from it: `init(_ context: LakeContext)`.
struct LakeContext: Sendable {
    let configuration: LakeConfiguration
    let database: PostgresPool
    let store: SegmentStore
    let master: MasterKeys
    let keyFiles: MasterKeyFiles
    /// Of the lake itself; they do not change with the master key.
    let secrets: LakeSecrets
    /// Image and identity keys of studies, unwrapped and cached.
    let keys: StudyKeys
    /// Sealed objects, opened by range.
    let objects: StoredObjects
    /// Threads for work that would hold up the cooperative pool.
    let workers: WorkPool
    let log: Logger

    var site: SiteConfiguration { configuration.site }
    /// Where mail is put, to be sent after the commit.
    var outbox: Outbox { Outbox(self) }
}
