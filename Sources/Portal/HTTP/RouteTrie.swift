/// Finds what stands at a path. Literal segments win over parameters.
public struct RouteTrie<Value: Sendable>: Sendable {
    private struct Node: Sendable {
        var literals: [String: Int] = [:]
        var parameter: (name: String, node: Int)?
        var rest: (name: String, value: Value)?
        var value: Value?
    }

    private var nodes = [Node()]

    public init() {}

    /// What `path` found.
    public struct Match: Sendable {
        public let value: Value
        /// Decoded segments by their names in the pattern.
        public let parameters: [String: String]
    }

    /// Puts the outcome of `change` at `pattern`; it is given what stands there already.
    public mutating func update(_ pattern: RoutePattern, _ change: (Value?) -> Value) {
        var index = 0
        for segment in pattern.segments {
            switch segment {
            case .literal(let name):
                if let next = nodes[index].literals[name] {
                    index = next
                } else {
                    nodes.append(Node())
                    nodes[index].literals[name] = nodes.count - 1
                    index = nodes.count - 1
                }
            case .parameter(let name):
                if let next = nodes[index].parameter {
                    precondition(next.name == name, "two names for one segment: \(next.name), \(name)")
                    index = next.node
                } else {
                    nodes.append(Node())
                    nodes[index].parameter = (name, nodes.count - 1)
                    index = nodes.count - 1
                }
            case .rest(let name):
                nodes[index].rest = (name, change(nodes[index].rest?.value))
                return
            }
        }
        nodes[index].value = change(nodes[index].value)
    }

    /// What stands at `path` (percent-encoded, without query); `nil` where nothing does or a segment is no text.
    public func find(_ path: Substring) -> Match? {
        var index = 0
        var parameters: [String: String] = [:]
        var best: Match?
        var rest = path.drop { $0 == "/" }
        while !rest.isEmpty {
            if let wild = nodes[index].rest {
                var taken = parameters
                taken[wild.name] = QueryItems.decode(rest, plusIsBlank: false)
                best = Match(value: wild.value, parameters: taken)
            }
            let segment = rest.prefix { $0 != "/" }
            rest = rest[segment.endIndex...].dropFirst()
            // An empty segment in the middle is another path, not this one.
            guard !segment.isEmpty, let name = QueryItems.decode(segment, plusIsBlank: false) else { return best }
            if let next = nodes[index].literals[name] {
                index = next
            } else if let next = nodes[index].parameter {
                parameters[next.name] = name
                index = next.node
            } else {
                return best
            }
        }
        if let value = nodes[index].value { return Match(value: value, parameters: parameters) }
        return best
    }
}
