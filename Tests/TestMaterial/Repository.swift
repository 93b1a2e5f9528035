public import Foundation

/// The checkout in which the tests lie.
public enum Repository {
    public static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// A file of the repository.
    public static func file(_ path: String) -> URL { root.appendingPathComponent(path) }
}
