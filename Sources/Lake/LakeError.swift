internal import ByteIO
internal import ColdStorage
internal import ContentAddressing
internal import Deidentification
internal import KeyManagement
internal import ObjectStorage
internal import Postgres
internal import TransparencyLog
internal import Vault

/// Why the lake did not do what it was asked. Knows nothing of HTTP and carries no value of any header.
public struct LakeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of refusal it is.
    public enum Code: String, Sendable {
        /// It is not there, or the asker may not know that it is.
        case notFound
        /// The asker may know that it is there, and may not do this.
        case forbidden
        /// What was given does not make sense.
        case invalid
        /// It cannot be given in the form that was asked for; in another it can.
        case otherForm
        /// It stands against something that is already there.
        case conflict
        /// Its bytes are in cold storage; once brought back, it can be read.
        case offloaded
        /// It was made from a version that is no longer the newest; nothing was changed.
        case stale
        /// Asked too often; later it may be asked again.
        case tooMany
        /// It was there and was erased.
        case gone
        /// It is larger than the configuration allows.
        case tooLarge
        /// The database, the disk or the store fails; trying again later may help.
        case unavailable
    }

    public let code: Code
    /// One sentence for the one who asked; never a patient's value.
    public let reason: String
    /// Whether stored bytes are not what was once sealed: trying again does not help, and what else is stored may be
    /// whole.
    public let isDamage: Bool

    public init(_ code: Code, _ reason: String, isDamage: Bool = false) {
        self.code = code
        self.reason = reason
        self.isDamage = isDamage
    }

    public var description: String { reason }
}

extension LakeError {
    /// A failure of a room beneath, in the lake's words. Details stay where they cannot leak a value: errors of
    /// the database keep their SQLSTATE only.
    public init(_ error: any Error) {
        switch error {
        case let error as LakeError: self = error
        case let error as PostgresError: self.init(.unavailable, "the database failed: \(error)")
        case let error as StorageError where error.code == .erased: self.init(.gone, "it was erased")
        case let error as StorageError: self.init(.unavailable, "the object store failed: \(error)")
        case let error as VaultError where error.code == .notAuthentic:
            self.init(
                .unavailable,
                "stored bytes were changed, or belong to something else: \(error). `tarn fsck --deep` says what else is "
                    + "damaged; bring it back from a backup", isDamage: true)
        case let error as DeidentificationError:
            self.init(.unavailable, "the original cannot be rebuilt: \(error.reason)", isDamage: true)
        case let error as VaultError: self.init(.unavailable, "a seal could not be opened or made: \(error)")
        case let error as KeyManagementError: self.init(.unavailable, error.reason)
        case let error as TransparencyLogError: self.init(.unavailable, "the ledger failed: \(error)")
        case let error as ByteIOError: self.init(.unavailable, "bytes could not be had: \(error)")
        case let error as ColdStorageError: self.init(.unavailable, error.reason)
        case let error as ContentAddressingError: self.init(.unavailable, "an archive is damaged: \(error)")
        case is CancellationError: self.init(.unavailable, "the request was cancelled")
        default: self.init(.unavailable, "an unexpected failure of type \(type(of: error))")
        }
    }

    /// Runs `body` and restates whatever it throws.
    @discardableResult
    static func rethrowing<T>(_ body: () async throws -> T) async throws(LakeError) -> T {
        do { return try await body() } catch { throw LakeError(error) }
    }
}
