/// Work that is done again and again while a server runs. Several servers do it at once: `work` takes what it does by
/// `FOR UPDATE SKIP LOCKED` or another lock of the database.
struct Recurring: Sendable {
    /// For the log.
    let name: String
    /// From the end of one run to the beginning of the next.
    let interval: Duration
    let work: @Sendable () async throws -> Void
}
