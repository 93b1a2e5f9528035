internal import ByteIO
internal import Foundation
internal import Mail
internal import Postgres
internal import Vault

/// Mail that waits to be sent: put in with the transaction that is its reason, so that there is neither a mail about
/// what never happened nor an act without its mail. Address and text are sealed until it leaves, then gone.
struct Outbox: Sendable {
    /// After this long a mail that nobody takes is given up.
    static let patience: TimeInterval = 3 * 24 * 3600

    private let key: SymmetricKey

    init(_ context: LakeContext) {
        key = context.secrets.mail
    }

    /// A letter and where it goes.
    struct Envelope: Codable, Sendable {
        let address: String
        let letter: Letter
        /// Of the Message-ID: the same for every attempt.
        let identifier: String
        let date: Date
    }

    /// Puts a letter in. It leaves after the commit, within seconds, at least once.
    /// - Parameters:
    ///   - address: one that is verified, or to which a link is sent so that it will be.
    ///   - expires: when it is no longer worth sending; `nil` for some days.
    /// - Throws: `LakeError.invalid` for an address that is none.
    func put(
        _ letter: Letter, to address: String, expires: Date? = nil, _ connection: PostgresConnection
    ) async throws {
        let address = try Naming.address(address)
        let envelope = Envelope(
            address: address.description, letter: letter, identifier: SecureRandom.bytes(16).hexadecimal, date: .now)
        // Known before the row is: the seal is bound to it.
        let id: Int64 = try await connection.single(
            "SELECT nextval(pg_get_serial_sequence('mail', 'id')) AS id"
        ).decode("id")
        let sealed = try SealedObject.seal(
            Bytes([UInt8](try JSONEncoder().encode(envelope))), key: key, context: Outbox.context(id))
        try await connection.execute(
            "INSERT INTO mail (id, sealed, expires_at) OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3)",
            [id, sealed.array, expires ?? Date.now.addingTimeInterval(Outbox.patience)])
    }

    /// What waits in the row `id`.
    func open(_ sealed: [UInt8], id: Int64) throws -> Envelope {
        let bytes = try SealedObject.open(Bytes(sealed), key: key, context: Outbox.context(id))
        return try JSONDecoder().decode(Envelope.self, from: Data(bytes.array))
    }

    private static func context(_ id: Int64) -> SealingContext { SealingContext("mail", "\(id)") }
}
