internal import Postgres

/// Where a page of studies ended: the last row's place in the order. Keyset, so that deep pages cost what first ones do.
struct StudyCursor {
    let order: StudyOrder
    /// `YYYY-MM-DD` of `study.list_date`.
    let date: String
    let id: Int64

    init(order: StudyOrder, date: String, id: Int64) {
        self.order = order
        self.date = date
        self.id = id
    }

    var text: String { order == .date ? "d\(StudyFilter.dashless(date) ?? "")-\(id)" : "a\(id)" }

    /// - Throws: `.invalid` for a cursor of another order, or none.
    init(_ text: String, _ order: StudyOrder) throws(LakeError) {
        let parts = text.dropFirst().split(separator: "-", omittingEmptySubsequences: false)
        let refused = LakeError(.invalid, "the cursor is not one of this list")
        switch order {
        case .date:
            guard text.first == "d", parts.count == 2, parts[0].utf8.count == 8, let id = Int64(parts[1]) else {
                throw refused
            }
            let day = parts[0]
            date = "\(day.prefix(4))-\(day.dropFirst(4).prefix(2))-\(day.suffix(2))"
            self.id = id
            guard StudyFilter.dashless(date) != nil else { throw refused }
        case .added:
            guard text.first == "a", parts.count == 1, let id = Int64(parts[0]) else { throw refused }
            date = ""
            self.id = id
        }
        self.order = order
    }

    func add(to conditions: inout Conditions) {
        switch order {
        case .date:
            let date = conditions.parameter(date)
            conditions.add("(s.list_date, s.id) < (\(date)::date, %::bigint)", id, isOrdered: true)
        case .added: conditions.add("s.id < %::bigint", id, isOrdered: true)
        }
    }
}
