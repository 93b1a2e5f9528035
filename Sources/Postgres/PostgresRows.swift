internal import CPostgres

/// What a query gave: its rows, in order, each with its columns in order.
public struct PostgresRows: RandomAccessCollection, Sendable {
    let result: PostgresResult

    public var startIndex: Int { 0 }
    public var endIndex: Int { result.rowCount }
    public subscript(index: Int) -> PostgresRow { PostgresRow(result: result, row: index) }

    /// Names of the columns as the query gave them.
    public var columns: [String] { result.columns.names }

    /// Rows that an INSERT, UPDATE or DELETE touched, or that a SELECT gave.
    public var affected: Int { result.affected }

    /// The only row.
    /// - Throws: `PostgresError.rowCount` for none or several.
    public func single() throws(PostgresError) -> PostgresRow {
        guard count == 1 else { throw PostgresError(.rowCount, reason: "\(count) rows") }
        return self[0]
    }
}

/// One row.
public struct PostgresRow: Sendable {
    let result: PostgresResult
    let row: Int

    /// The cell of a column, by the name the query gave it.
    /// - Throws: `PostgresError.decoding` for an unknown column, NULL for a type that isn't optional, or another type.
    public func decode<Value: PostgresDecodable>(
        _ column: String, as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        guard let index = result.columns.indices[column] else {
            throw PostgresError(.decoding, reason: "there is no column \(column)")
        }
        return try decode(at: index)
    }

    /// The cell of a column, by its place from 0.
    /// - Throws: `PostgresError.decoding` as above.
    public func decode<Value: PostgresDecodable>(
        at index: Int, as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        guard index >= 0, index < result.columns.names.count else {
            throw PostgresError(.decoding, reason: "there is no column \(index)")
        }
        return try Value.decode(PostgresCell(result: result, row: row, column: index))
    }

    /// Whether the cell is NULL.
    public func isNull(_ column: String) throws(PostgresError) -> Bool {
        guard let index = result.columns.indices[column] else {
            throw PostgresError(.decoding, reason: "there is no column \(column)")
        }
        return PostgresCell(result: result, row: row, column: index).isNull
    }
}

/// Names and types of a statement's columns, shared by all its results.
final class PostgresColumns: Sendable {
    let names: [String]
    let types: [UInt32]
    let indices: [String: Int]

    init(names: [String], types: [UInt32]) {
        self.names = names
        self.types = types
        self.indices = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }
}

/// Owner of a libpq result, which is immutable once it has been received: any thread may read it.
final class PostgresResult: @unchecked Sendable {
    private let pointer: OpaquePointer
    let columns: PostgresColumns
    let rowCount: Int
    let affected: Int

    init(_ pointer: OpaquePointer, columns: PostgresColumns?) {
        self.pointer = pointer
        rowCount = Int(PQntuples(pointer))
        affected = PQcmdTuples(pointer).flatMap { Int(String(cString: $0)) } ?? 0
        let count = PQnfields(pointer)
        self.columns =
            columns
            ?? PostgresColumns(
                names: (0..<count).map { PQfname(pointer, $0).map { String(cString: $0) } ?? "" },
                types: (0..<count).map { PQftype(pointer, $0) })
    }

    deinit { PQclear(pointer) }

    func isNull(row: Int, column: Int) -> Bool {
        PQgetisnull(pointer, Int32(truncatingIfNeeded: row), Int32(truncatingIfNeeded: column)) == 1
    }

    func isBinary(column: Int) -> Bool { PQfformat(pointer, Int32(truncatingIfNeeded: column)) == 1 }

    func bytes(row: Int, column: Int) -> UnsafeRawBufferPointer {
        let row = Int32(truncatingIfNeeded: row)
        let column = Int32(truncatingIfNeeded: column)
        guard let start = PQgetvalue(pointer, row, column) else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(pointer, row, column)))
    }
}
