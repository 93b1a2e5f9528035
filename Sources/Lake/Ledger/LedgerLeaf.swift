internal import ByteIO
internal import Postgres
internal import Vault

/// One leaf: what an access event is to the world. Format: Docs/Formats/ledger.md.
///
/// Whoever gets the log learns which account did what when; not of whom or why, which are keyed hashes.
struct LedgerLeaf: Sendable {
    let event: Int64
    /// Canonical JSON, one line.
    let body: Bytes

    /// - Parameters:
    ///   - row: of `LedgerSequencer.events`.
    ///   - texts: commits to texts of events that are about no subject.
    init(_ row: PostgresRow, subject: LedgerSubject?, texts: SymmetricKey) throws {
        event = try row.decode("id")
        let key = subject?.key ?? texts
        let salt = SecureRandom.bytes(16).hexadecimal
        let purpose: String = try row.decode("purpose")
        let study: String? = try row.decode("study_uid")
        body = Bytes(
            utf8: CanonicalJSON.object([
                ("v", .integer(1)), ("t", .string(try row.decode("t"))), ("type", .string(try row.decode("kind"))),
                ("actor", .string(try row.decode("account"))),
                ("project", Self.optional(try row.decode("project", as: String?.self))),
                ("subject", Self.optional(subject.map { Self.name("subject", $0.code, key: $0.key) })),
                (
                    "study",
                    Self.optional(
                        subject.flatMap { subject in study.map { Self.name("study", $0, key: subject.key) } })
                ),
                (
                    "purpose",
                    Self.optional(purpose.isEmpty ? nil : Self.commitment("purpose", purpose, salt: salt, key: key))
                ),
                ("outcome", .string("done")),
                (
                    "object",
                    Self.optional(try Self.object(row).map { Self.commitment("object", $0, salt: salt, key: key) })
                ),
                ("previous", subject?.last.map { .integer(Int($0)) } ?? .null), ("salt", .string(salt)),
            ]).text)
    }

    private static func optional(_ text: String?) -> CanonicalJSON { text.map { .string($0) } ?? .null }

    /// What the event was done to, beside the study: words of administration, an instance, an export.
    private static func object(_ row: PostgresRow) throws -> String? {
        let detail: String = try row.decode("detail")
        let instance: String? = try row.decode("instance_uid")
        let export: Int64? = try row.decode("export_id")
        guard !detail.isEmpty || instance != nil || export != nil else { return nil }
        return CanonicalJSON.array([
            .string(detail), optional(instance), export.map { .integer(Int($0)) } ?? .null,
        ]).text
    }

    /// The same for the same thing, so that who holds the key finds all leaves about it.
    static func name(_ what: String, _ value: String, key: SymmetricKey) -> String {
        HMACSHA256.code(Bytes(utf8: "\(what)\n\(value)"), key: key).hexadecimal
    }

    /// Another one each time: two events with the same reason do not look alike.
    private static func commitment(_ what: String, _ text: String, salt: String, key: SymmetricKey) -> String {
        HMACSHA256.code(Bytes(utf8: "\(what)\n\(salt)\n\(text)"), key: key).hexadecimal
    }
}
