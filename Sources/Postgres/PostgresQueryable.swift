/// A pool or a connection: where a statement can be run.
///
/// Functions that take part in a transaction of their caller's take `some PostgresQueryable`.
public protocol PostgresQueryable: Sendable {
    /// Runs one statement with its parameters `$1`, `$2`, ….
    /// - Throws: `PostgresError`; `.cancelled` when the task is cancelled, with the statement stopped on the server.
    @discardableResult
    func query(_ sql: String, _ parameters: [any PostgresEncodable]) async throws(PostgresError) -> PostgresRows
}

extension PostgresQueryable {
    /// Runs one statement without parameters.
    @discardableResult
    public func query(_ sql: String) async throws(PostgresError) -> PostgresRows { try await query(sql, []) }

    /// Runs one statement.
    /// - Returns: how many rows it touched.
    @discardableResult
    public func execute(
        _ sql: String, _ parameters: [any PostgresEncodable] = []
    ) async throws(PostgresError) -> Int {
        try await query(sql, parameters).affected
    }

    /// The first row, if there is any.
    public func first(
        _ sql: String, _ parameters: [any PostgresEncodable] = []
    ) async throws(PostgresError) -> PostgresRow? {
        try await query(sql, parameters).first
    }

    /// The only row.
    /// - Throws: `PostgresError.rowCount` for none or several.
    public func single(
        _ sql: String, _ parameters: [any PostgresEncodable] = []
    ) async throws(PostgresError) -> PostgresRow {
        try await query(sql, parameters).single()
    }
}
