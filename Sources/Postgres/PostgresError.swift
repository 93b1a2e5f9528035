/// Why the database did not do what was asked. Never carries a parameter, a row or a password.
public struct PostgresError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong.
    public enum Code: String, Sendable {
        /// The connection string cannot be read.
        case invalidURL = "the connection string is not valid"
        /// No connection could be made, or it broke while in use. What was asked may or may not have been done.
        case connection = "the connection to the database failed"
        /// Every connection was busy for longer than the pool waits.
        case poolTimeout = "no database connection became free in time"
        /// The pool was closed, or a connection was used after its lease had ended.
        case closed = "the connection is closed"
        /// The task was cancelled; a transaction was rolled back.
        case cancelled = "the query was cancelled"
        /// The server answered with an error: see `sqlState`.
        case server = "the database refused the query"
        /// A parameter cannot be sent (text with U+0000).
        case invalidParameter = "a query parameter cannot be sent"
        /// No such column, or a cell does not hold the type that was asked for.
        case decoding = "a column does not hold what was expected"
        /// Zero rows or several, where one was expected.
        case rowCount = "the query did not give exactly one row"
        /// A migration file is missing, out of order, or changed after it was applied.
        case migration = "the database and its migration files disagree"
        /// The private server cannot be started or has stopped.
        case privateServer = "the private PostgreSQL server is not available"
    }

    public let code: Code
    /// The server's five characters (PostgreSQL, appendix A), where it gave any.
    public let sqlState: String?
    /// The constraint that was violated, where the server named one.
    public let constraint: String?
    /// Names of things and sizes, never values.
    public let reason: String

    public init(_ code: Code, sqlState: String? = nil, constraint: String? = nil, reason: String) {
        self.code = code
        self.sqlState = sqlState
        self.constraint = constraint
        self.reason = reason
    }

    public var description: String {
        let state = sqlState.map { " (SQLSTATE \($0))" } ?? ""
        return "\(code.rawValue)\(state): \(reason)"
    }

    /// A unique constraint refused the row (23505).
    public var isUniqueViolation: Bool { sqlState == "23505" }

    /// A foreign key refused the row (23503).
    public var isForeignKeyViolation: Bool { sqlState == "23503" }

    /// The same transaction may succeed when it is run again: serialization failure or deadlock (class 40).
    public var isRetryable: Bool { sqlState == "40001" || sqlState == "40P01" }

    /// The database cannot be reached just now; the same request may succeed later.
    public var isUnavailable: Bool {
        switch code {
        case .connection, .poolTimeout, .closed, .privateServer: true
        default: sqlState?.hasPrefix("53") == true || sqlState?.hasPrefix("57P") == true
        }
    }
}
