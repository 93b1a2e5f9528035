public import ContentAddressing

/// A place where bundles are kept for long: content-addressed archives that are sealed already. Knows nothing of what
/// is in them.
public protocol ColdBackend: Sendable {
    /// Which backend this is, for the administrator.
    var configuration: ColdBackendConfiguration { get }

    /// Brings an archive there; durable when this returns, as far as the backend says. Doing it again does no harm.
    /// - Throws: `unavailable`, `notWhatWasAsked`.
    func store(_ archive: ColdArchive) async throws(ColdStorageError)

    /// Writes an archive with all blocks that `root` leads to into a new file. Every block was compared with its
    /// identifier, and none is missing, when this returns; where it throws, no file is left.
    /// - Parameter limit: The archive's length: no more than it and a little is taken.
    /// - Throws: `missing`, `unavailable`, `notWhatWasAsked`.
    func fetch(_ root: CID, upTo limit: Int, into path: String) async throws(ColdStorageError)

    /// Lets the archive go there. One that is not there is no error.
    /// - Throws: `unavailable`.
    func remove(_ root: CID) async throws(ColdStorageError)
}

extension ColdBackend {
    public var name: String { configuration.name }
}

/// An archive on this machine's disk that is to be stored.
public struct ColdArchive: Sendable {
    public let root: CID
    public let path: String
    /// Length in bytes.
    public let count: Int

    public init(root: CID, path: String, count: Int) {
        self.root = root
        self.path = path
        self.count = count
    }
}
