internal import Postgres

/// Slows down guessing. Each attempt is counted before the password is looked at, so that many at once gain nothing;
/// a right one takes the count back.
struct SignInThrottle: Sendable {
    private let throttle: Throttle

    init(database: PostgresPool) { throttle = Throttle(database: database) }

    /// One account from one source: a person with a forgotten password, or a simple attack.
    private func pair(_ name: String, _ source: String) -> Throttle.Counter {
        Throttle.Counter("pair", "\(name)\0\(source)", forgiven: 5, longestWait: 900)
    }

    /// One account from everywhere. Waits stay short: nobody shall be able to lock another out.
    private func account(_ name: String) -> Throttle.Counter {
        Throttle.Counter("account", name, forgiven: 30, longestWait: 30)
    }

    /// One source trying many accounts.
    private func source(_ source: String) -> Throttle.Counter {
        Throttle.Counter("source", source, forgiven: 50, longestWait: 900)
    }

    /// Counts an attempt.
    /// - Returns: seconds to wait where the attempt is not to be made, else `nil`.
    func begin(name: String, source: String) async throws -> Int? {
        try await throttle.begin([pair(name, source), account(name), self.source(source)])
    }

    /// Takes back what `begin` counted: the password was right.
    func succeed(name: String, source: String) async throws {
        try await forget(name: name, source: source)
        try await throttle.takeBack(self.source(source))
    }

    /// Forgets what stands against an account: its owner proved themselves in another way.
    func forget(name: String, source: String) async throws {
        try await throttle.forget([pair(name, source), account(name)])
    }

    /// Forgets what is old.
    func sweep() async throws { try await throttle.sweep() }
}
