internal import Synchronization
internal import Vault

/// Hashing of passwords, which costs 64 MiB and a tenth of a second on purpose: on two threads of its own, and with a
/// short line before them, so that a flood of sign-ins takes neither the memory nor the cores from everything else.
final class Passwords: Sendable {
    private static let longestLine = 32

    private let workers = WorkPool(threads: 2, name: "tarn.password")
    private let waiting = Mutex(0)
    /// Verified against where there is no account, so that the answer takes as long.
    private let decoy = Mutex<String?>(nil)

    func hash(_ password: String) async throws(LakeError) -> String {
        try await inLine { () throws(VaultError) in try PasswordHash.make(password) }
    }

    /// - Parameter hash: `nil` where there is nothing to compare with; then the answer is false, after as long.
    func verify(_ password: String, against hash: String?) async throws(LakeError) -> Bool {
        if let hash {
            return try await inLine { () throws(VaultError) in try PasswordHash.verify(password, against: hash) }
        }
        let decoy: String
        if let made = self.decoy.withLock({ $0 }) {
            decoy = made
        } else {
            decoy = try await self.hash(Secret(prefix: "").text)
            self.decoy.withLock { $0 = decoy }
        }
        _ = try await inLine { () throws(VaultError) in try PasswordHash.verify(password, against: decoy) }
        return false
    }

    private func inLine<Value: Sendable>(
        _ work: @escaping @Sendable () throws(VaultError) -> Value
    ) async throws(LakeError) -> Value {
        let mayEnter = waiting.withLock { waiting in
            guard waiting < Passwords.longestLine else { return false }
            waiting += 1
            return true
        }
        guard mayEnter else { throw LakeError(.unavailable, "too many people sign in at once: try again in a moment") }
        defer { waiting.withLock { $0 -= 1 } }
        do throws(VaultError) { return try await workers.run(work) } catch { throw LakeError(error) }
    }
}
