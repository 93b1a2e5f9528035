/// What `Fsck` found: counts and problems, no values.
public struct FsckReport: Codable, Hashable, Sendable {
    public struct Problem: Codable, Hashable, Sendable {
        /// `instance`, `held`, `conflict`, `segment`, `counter`.
        public let kind: String
        /// New UID, row or address.
        public let subject: String
        public let reason: String
    }

    /// Published, held (waiting or rejected) and conflicting instances whose bytes were read and match.
    public var instances = 0
    public var held = 0
    public var conflicts = 0
    /// Instances whose bytes are in cold storage.
    public var offloaded = 0
    /// Studies with lost bytes that are being brought back from cold storage.
    public var restoring = 0
    /// Originals rebuilt bit for bit (deep only).
    public var rebuilt = 0
    /// Bytes of sealed objects and patches that were read.
    public var bytes: Int64 = 0
    /// Records in segments that no row refers to: left by a crash between append and commit. Harmless.
    public var unreferenced = 0
    public var unreferencedBytes: Int64 = 0
    /// Records whose blobs were erased.
    public var erased = 0
    public var problems: [Problem] = []
    public var isSound: Bool { problems.isEmpty }

    public init() {}
}
