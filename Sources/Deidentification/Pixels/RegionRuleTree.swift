import DICOM

/// Rules by what they ask: what many ask first is asked once, and most of them are out by their modality.
struct RegionRuleTree: Sendable {
    /// What those below it ask together.
    private struct Node: Sendable {
        let clause: RegionRule.Clause
        /// Rules that ask no more.
        var rules: [Int] = []
        var children: [Node] = []

        /// Puts a rule under what it asks.
        static func insert(_ rule: Int, _ clauses: ArraySlice<RegionRule.Clause>, into nodes: inout [Node]) {
            guard let first = clauses.first else { return }
            let place = nodes.firstIndex { $0.clause == first } ?? nodes.endIndex
            if place == nodes.endIndex { nodes.append(Node(clause: first)) }
            if clauses.count == 1 {
                nodes[place].rules.append(rule)
            } else {
                insert(rule, clauses.dropFirst(), into: &nodes[place].children)
            }
        }
    }

    private var roots: [Node] = []

    /// What is asked first, since most images fail it, and since it is short.
    private static let order: [Tag] = [.Modality, .Rows, .Columns, .Manufacturer, .ManufacturerModelName]

    init(_ rules: [RegionRule]) {
        for (number, rule) in rules.enumerated() {
            let sorted = rule.clauses.enumerated().sorted { (Self.place($0), $0.offset) < (Self.place($1), $1.offset) }
            Node.insert(number, sorted.map(\.element)[...], into: &roots)
        }
    }

    private static func place(_ clause: (offset: Int, element: RegionRule.Clause)) -> Int {
        clause.element.alternatives.map { order.firstIndex(of: $0.tag) ?? order.count }.max() ?? order.count
    }

    /// Numbers of the rules that fit a file, ascending.
    func rules(for file: DICOMFile) -> [Int] {
        var values = UpperCaseValues(file)
        var found: [Int] = []
        Self.collect(roots, &values, &found)
        return found.sorted()
    }

    private static func collect(_ nodes: [Node], _ values: inout UpperCaseValues, _ found: inout [Int]) {
        for node in nodes where node.clause.alternatives.contains(where: { $0.holds(for: values[$0.tag]) }) {
            found += node.rules
            if !node.children.isEmpty { collect(node.children, &values, &found) }
        }
    }
}

/// Values of a file in upper case, several joined by "\", each read when it is first asked for.
private struct UpperCaseValues {
    private let file: DICOMFile
    /// So few that a search from the first takes less than a hash.
    private var known: [(tag: Tag, value: [UInt8])] = []

    init(_ file: DICOMFile) { self.file = file }

    subscript(tag: Tag) -> [UInt8] {
        mutating get {
            if let index = known.firstIndex(where: { $0.tag == tag }) { return known[index].value }
            let source = tag.group == 2 ? file.meta : file.dataSet
            let value = Array(source.strings(tag).joined(separator: "\\").uppercased().utf8)
            known.append((tag, value))
            return value
        }
    }
}

extension RegionRule.Condition {
    fileprivate func holds(for bytes: [UInt8]) -> Bool { isWhole ? bytes == value : bytes.span.holds(value.span) }
}
