internal import Foundation
internal import Postgres

/// Mail that waits to be sent: put in with the transaction that is its reason, so that there is neither a mail about
/// what never happened nor an act without its mail.
struct Outbox: Sendable {
    let context: LakeContext

    init(_ context: LakeContext) { self.context = context }

    /// Puts a letter in. It leaves after the commit, within seconds, at least once.
    /// - Parameters:
    ///   - address: one that is verified, or to which a link is sent to be.
    ///   - expires: when it is no longer worth sending; `nil` for some days.
    /// - Throws: `LakeError.invalid` for an address that is none.
    func put(
        _ letter: Letter, to address: String, expires: Date? = nil, _ connection: PostgresConnection
    ) async throws {}
}
