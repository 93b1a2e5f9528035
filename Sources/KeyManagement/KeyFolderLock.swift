internal import Glibc
internal import Vault

/// Held by who changes a key file or those beside it: a command that moves the key into a service must not meet a
/// rotation, or one would put the former key in the place of the next.
public final class KeyFolderLock: Sendable {
    private let descriptor: Int32

    /// Hundredths of a second to wait for who has it for a moment only: a server that takes a journal.
    private static let patience = 20

    /// - Parameters:
    ///   - path: of the key file.
    ///   - waits: a moment, for who has it for a moment.
    /// - Throws: `busy` while another process or another caller has it.
    public init(of path: String, waits: Bool = true) throws(KeyManagementError) {
        let folder = SecretFile.parent(of: path)
        descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw KeyManagementError(VaultError(.keyFileMissing)) }
        var turns = waits ? Self.patience : 0
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            turns -= 1
            if turns >= 0 {
                usleep(10_000)
                continue
            }
            close(descriptor)
            throw KeyManagementError(.busy, "another command is changing the keys in \(folder): wait for its end")
        }
    }

    deinit { close(descriptor) }
}
