internal import Postgres

/// The first studies of the list that meet some conditions.
///
/// Conditions that many studies meet are found at once by walking along the list's index; those that few or none meet
/// would make that walk long, whatever the planner thinks of them. So it goes a short way first, and what did not show
/// up there is gathered through the indexes of the conditions instead.
struct StudyWalk {
    private let conditions: Conditions
    private let visible: String
    private let order: StudyOrder
    private let limit: Int
    private let offset: Int

    init(_ conditions: Conditions, visible: String, order: StudyOrder = .date, limit: Int, offset: Int = 0) {
        self.conditions = conditions
        self.visible = visible
        self.order = order
        self.limit = limit
        self.offset = offset
    }

    /// `columns` of the studies (`s`) with `joins`, in order.
    func rows(_ columns: String, joins: String, _ database: PostgresPool) async throws -> PostgresRows {
        if !conditions.others.isEmpty {
            if !conditions.isSelective {
                let near = try await database.query(statement(near, columns, joins), conditions.parameters)
                if near.count >= limit { return near }
            }
            return try await database.query(statement(gathered, columns, joins), conditions.parameters)
        }
        return try await database.query(statement(walked(limit + offset), columns, joins), conditions.parameters)
    }

    private func sort(_ table: String) -> String {
        order == .date ? "\(table).list_date DESC, \(table).id DESC" : "\(table).id DESC"
    }

    private func statement(_ found: String, _ columns: String, _ joins: String) -> String {
        """
        SELECT \(columns) FROM (
            SELECT k.id FROM (\(found)) k ORDER BY \(sort("k")) LIMIT \(limit) OFFSET \(offset)) found
        JOIN study s ON s.id = found.id \(joins) ORDER BY \(sort("s"))
        """
    }

    /// The first `count` in the list's order. One walk a project, since an index that begins with the project serves
    /// each, however many may be seen.
    private func walked(_ count: Int) -> String {
        """
        SELECT w.* FROM unnest(\(visible)::bigint[]) AS visible (project_id) CROSS JOIN LATERAL (
            SELECT * FROM study s WHERE s.project_id = visible.project_id\(Conditions.conjunction(conditions.ordered))
            ORDER BY \(sort("s")) LIMIT \(count)) w ORDER BY \(sort("w")) LIMIT \(count)
        """
    }

    /// Those of the first that meet the other conditions too.
    private var near: String {
        let window = max(600, 6 * (limit + offset))
        return """
            WITH near AS MATERIALIZED (\(walked(window)))
            SELECT s.id, s.list_date FROM near s WHERE true\(Conditions.conjunction(conditions.others))
            """
    }

    /// All that meet the conditions.
    private var gathered: String {
        """
        WITH gathered AS MATERIALIZED (
            SELECT s.id, s.list_date FROM study s WHERE s.project_id = ANY(\(visible)::bigint[])\(conditions.conjunction))
        SELECT id, list_date FROM gathered
        """
    }
}
