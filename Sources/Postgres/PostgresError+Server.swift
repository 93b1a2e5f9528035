internal import CPostgres

extension PostgresError {
    /// What the server said, without what it said about values.
    ///
    /// DETAIL, HINT, CONTEXT and the statement are never taken: they repeat values. The primary message is taken only
    /// for classes of SQLSTATE whose messages name objects of the schema; data exceptions (class 22) quote their input.
    init(result: OpaquePointer, isBroken: Bool) {
        func field(_ code: Character) -> String? {
            guard let ascii = code.asciiValue, let text = PQresultErrorField(result, Int32(ascii)) else { return nil }
            return String(cString: text)
        }
        // The letters are those of postgres_ext.h, PG_DIAG_*, which are casts that Swift does not import.
        let state = field("C")
        let message = field("M") ?? "the server closed the connection"
        var parts: [String] = []
        if state.map(PostgresError.namesNoValues) ?? true {
            parts.append(message.split(separator: "\n").first.map(String.init) ?? message)
        } else {
            parts.append("message withheld, it may quote a value")
        }
        if let table = field("t") { parts.append("table \(table)") }
        if let column = field("c") { parts.append("column \(column)") }
        if let constraint = field("n") { parts.append("constraint \(constraint)") }
        let code: Code =
            switch state {
            case "57014": .cancelled
            default: isBroken ? .connection : .server
            }
        self.init(code, sqlState: state, constraint: field("n"), reason: parts.joined(separator: ", "))
    }

    private static func namesNoValues(_ state: String) -> Bool {
        ["08", "0A", "23", "25", "26", "28", "3D", "3F", "40", "42", "53", "54", "55", "57", "58", "P0"]
            .contains(state.prefix(2))
    }
}
