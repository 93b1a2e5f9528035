internal import ByteIO
internal import Foundation
internal import Glibc
public import Vault

/// The file of a master key: the key itself on one line, or the key wrapped by a service (`KeyService`). All calls
/// block, for a service over the network up to half a minute. Format: Docs/Formats/keys.md.
public struct KeyFile: Sendable {
    public let path: String

    public init(_ path: String) { self.path = path }

    /// What a key file gives.
    public struct Loaded: Sendable {
        public let master: MasterKey
        /// What wraps it; `nil` where the file holds the key itself.
        public let service: KeyService?
        /// The file that others than its owner can read and should not: the key's own, or what signs in to its service.
        public let exposed: String?
    }

    /// The key in the file, unwrapped by its service where it is wrapped.
    /// - Throws: `file` where there is no such file or it is no key; the service's errors.
    public func load() throws(KeyManagementError) -> Loaded {
        let path = path
        let file = try KeyManagementError.of { () throws(VaultError) in
            try SecretFile.read(path, upTo: WrappedMasterKey.maximumCount)
        }
        guard let wrapped = try wrapped(file) else {
            let master = try KeyManagementError.of { () throws(VaultError) in
                try MasterKey(parsing: file.bytes, isOpenToOthers: file.isOpenToOthers)
            }
            return Loaded(master: master, service: nil, exposed: file.isOpenToOthers ? path : nil)
        }
        let master = try wrapped.unwrap()
        let credential = wrapped.service.encryption.credentialFile
        let isExposed = (try? Credential(credential, name: "file"))?.isOpenToOthers ?? false
        return Loaded(master: master, service: wrapped.service, exposed: isExposed ? credential : nil)
    }

    /// Name of the key and its service, as the file says, without asking the service. The name of a key that is not
    /// wrapped follows from it.
    public func describe() throws(KeyManagementError) -> (id: String, service: KeyService?) {
        let path = path
        let file = try KeyManagementError.of { () throws(VaultError) in
            try SecretFile.read(path, upTo: WrappedMasterKey.maximumCount)
        }
        if let wrapped = try wrapped(file) { return (wrapped.id, wrapped.service) }
        let master = try KeyManagementError.of { () throws(VaultError) in try MasterKey(parsing: file.bytes) }
        return (master.id, nil)
    }

    private func wrapped(_ file: SecretFile) throws(KeyManagementError) -> WrappedMasterKey? {
        let bytes = file.bytes
        guard bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") else { return nil }
        // The file names code that is loaded, and whom to send what is unwrapped.
        guard !file.isWritableByOthers else {
            throw KeyManagementError(
                .invalid, "others than its owner can change this file, which names what unwraps the key: chmod 600 it")
        }
        return try WrappedMasterKey(parsing: bytes)
    }

    /// A new random key in a new file, wrapped by `service` where one is given: then it is never written as it is.
    /// - Parameter journal: where that is said, for the ledger.
    /// - Throws: `file(.keyFileExists)`; the service's errors.
    @discardableResult
    public func create(
        under service: KeyService? = nil, journal: KeyJournal? = nil
    ) throws(KeyManagementError) -> MasterKey {
        let (path, master) = (path, MasterKey(SymmetricKey()))
        guard access(path, F_OK) != 0 else { throw KeyManagementError(VaultError(.keyFileExists)) }
        let text = try text(master, service)
        let write = { () throws(KeyManagementError) in
            try KeyManagementError.of { () throws(VaultError) in try SecretFile.write(text, to: path) }
        }
        guard let journal else {
            try write()
            return master
        }
        try KeyManagementError.of { () throws(VaultError) in try SecretFile.makeFolder(of: path) }
        let entry = KeyJournalEntry(.create, key: master.id, service: service)
        try journal.record(entry, under: try KeyFolderLock(of: path), write)
        return master
    }

    /// Says that the key itself is kept elsewhere, too, and has `body` do so.
    /// - Parameters:
    ///   - master: the key in this file.
    ///   - journal: where that is said, for the ledger.
    /// - Throws: `file(.keyFileUnwritable)` where it cannot be said: then nothing was done.
    public func backUp(
        _ master: MasterKey, journal: KeyJournal, _ body: () throws(KeyManagementError) -> Void
    ) throws(KeyManagementError) {
        let service = try describe().service
        let entry = KeyJournalEntry(.backup, key: master.id, service: service)
        try journal.record(entry, under: try KeyFolderLock(of: path), body)
    }

    /// Puts the same key into the same file in another form: wrapped by `service`, or as it is. The new form was opened
    /// once before it takes the place of the old one.
    /// - Parameter journal: where that is said, for the ledger.
    /// - Throws: `busy` while the key is being changed; `file` where the folder cannot be written.
    @discardableResult
    public func move(
        under service: KeyService?, journal: KeyJournal? = nil
    ) throws(KeyManagementError) -> MasterKey {
        let lock = try KeyFolderLock(of: path)
        defer { withExtendedLifetime(lock) {} }
        guard access(path + ".next", F_OK) != 0 else {
            throw KeyManagementError(
                .busy, "\(path).next is there: a change of the key was cut off. `tarn keys rotate` ends it")
        }
        let (path, old) = (path, try load())
        let text = try text(old.master, service)
        let descriptor = old.service == nil && service != nil ? open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW) : -1
        defer { if descriptor >= 0 { close(descriptor) } }
        let write = { () throws(KeyManagementError) in
            try KeyManagementError.of { () throws(VaultError) in
                try SecretFile.write(text, to: path, replaces: true)
            }
        }
        if let journal {
            let act = service == nil ? KeyJournalEntry.Act.unwrap : .wrap
            try journal.record(KeyJournalEntry(act, key: old.master.id, service: service), under: lock, write)
        } else {
            try write()
        }
        Self.overwrite(descriptor)
        return old.master
    }

    private func text(_ master: MasterKey, _ service: KeyService?) throws(KeyManagementError) -> [UInt8] {
        guard let service else { return Array((master.backup + "\n").utf8) }
        try service.encryption.checkKey()
        return try WrappedMasterKey(master, by: service).text
    }

    /// Writes zeros over a key that has no name any more, as far as the file system lets.
    private static func overwrite(_ descriptor: Int32) {
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0, status.st_nlink == 0 else { return }
        let zeros = [UInt8](repeating: 0, count: min(Int(status.st_size), WrappedMasterKey.maximumCount))
        _ = pwrite(descriptor, zeros, zeros.count, 0)
        fsync(descriptor)
    }
}
