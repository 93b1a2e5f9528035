public import ColdStorage

/// Where bundles go for long, and how long things have to be kept. Off by default: nothing leaves without it.
public struct ArchiveConfiguration: Sendable {
    public var backends: [any ColdBackend] = []
    /// Which retention rules apply; none where nobody says which law this lake is under.
    public var retention = RetentionPolicy()

    public init() {}

    /// Reads the backends and the retention policy from files, where they are named.
    /// - Throws: `.invalid`, with a sentence that says what to change.
    public init(backendsFile: String?, retentionFile: String?) throws(LakeError) {
        do {
            if let backendsFile {
                backends = try ColdBackendConfiguration.load(from: backendsFile).map { try $0.backend() }
            }
        } catch {
            throw LakeError(.invalid, "\(error)")
        }
        if let retentionFile { retention = try RetentionPolicy.load(from: retentionFile) }
    }

    func backend(_ name: String) -> (any ColdBackend)? { backends.first { $0.name == name } }
}

extension LakeError {
    static let offloaded = LakeError(
        .offloaded, "the images of this study are in cold storage: ask to bring it back, then try again")
}
