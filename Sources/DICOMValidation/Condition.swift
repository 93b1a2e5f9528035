/// A condition that can be checked, in postfix notation as Docs/Formats/validation.md describes it.
struct Condition: Sendable {
    enum Step: Sendable {
        case present(UInt32)
        case absent(UInt32)
        case isOne(UInt32, index: Int, [String])
        case isNone(UInt32, index: Int, [String])
        case greater(UInt32, index: Int, Double)
        case notDemanded(UInt32)
        case unknown
        case both
        case either
    }

    private let steps: [Step]

    /// `nil` where `text` is empty or none.
    init?(_ text: Substring) {
        var steps: [Step] = []
        for word in text.split(separator: " ") {
            guard let step = Condition.step(word) else { return nil }
            steps.append(step)
        }
        guard !steps.isEmpty else { return nil }
        self.steps = steps
    }

    /// Whether the condition holds among `attributes`; `nil` where that cannot be said.
    func holds(_ attributes: some AttributeLookup) -> Bool? {
        var stack: [Bool?] = []
        for step in steps {
            switch step {
            case .both:
                guard let right = stack.popLast(), let left = stack.popLast() else { return nil }
                stack.append(left == false || right == false ? false : left == nil || right == nil ? nil : true)
            case .either:
                guard let right = stack.popLast(), let left = stack.popLast() else { return nil }
                stack.append(left == true || right == true ? true : left == nil || right == nil ? nil : false)
            default: stack.append(Condition.test(step, attributes))
            }
        }
        return stack.count == 1 ? stack[0] : nil
    }

    private static func test(_ step: Step, _ attributes: some AttributeLookup) -> Bool? {
        switch step {
        case .present(let tag): return attributes.isPresent(tag)
        case .absent(let tag): return !attributes.isPresent(tag)
        case .isOne(let tag, let index, let terms):
            return matches(attributes.values(tag), index: index, terms) ?? false
        case .isNone(let tag, let index, let terms):
            return matches(attributes.values(tag), index: index, terms).map { !$0 }
        case .greater(let tag, let index, let limit):
            guard let value = attributes.values(tag).dropFirst(max(index - 1, 0)).first else { return false }
            return Double(value).map { $0 > limit }
        case .notDemanded(let tag): return !attributes.isDemanded(tag)
        case .unknown, .both, .either: return nil
        }
    }

    /// Whether the value at `index`, or any for 0, is one of `terms`; `nil` where there is no such value.
    private static func matches(_ values: [String], index: Int, _ terms: [String]) -> Bool? {
        let asked = index == 0 ? values[...] : values.dropFirst(index - 1).prefix(1)
        guard !asked.isEmpty else { return nil }
        return asked.contains { value in
            terms.contains { $0 == value || (Double($0) != nil && Double($0) == Double(value)) }
        }
    }

    private static func step(_ word: Substring) -> Step? {
        switch word {
        case "?": return .unknown
        case "&": return .both
        case "|": return .either
        default: break
        }
        let digits = word.dropFirst().prefix(8)
        guard digits.utf8.count == 8, let tag = UInt32(digits, radix: 16) else { return nil }
        let parts = word.dropFirst(9).split(separator: "=", maxSplits: 1)
        switch word.utf8.first {
        case UInt8(ascii: "P"): return .present(tag)
        case UInt8(ascii: "A"): return .absent(tag)
        case UInt8(ascii: "Q"): return .notDemanded(tag)
        default: break
        }
        guard parts.count == 2, let index = Int(parts[0].dropFirst()), index >= 0 else { return nil }
        let terms = parts[1].split(separator: ",").map { spaced($0) }
        switch word.utf8.first {
        case UInt8(ascii: "V"): return .isOne(tag, index: index, terms)
        case UInt8(ascii: "N"): return .isNone(tag, index: index, terms)
        case UInt8(ascii: "G"): return Double(terms.first ?? "").map { .greater(tag, index: index, $0) }
        default: return nil
        }
    }

    static func spaced(_ text: Substring) -> String { String(text.map { $0 == "~" ? " " : $0 }) }
}

/// Where a condition finds the attributes it speaks of.
protocol AttributeLookup {
    func isPresent(_ tag: UInt32) -> Bool
    /// All values as text; empty where there is none.
    func values(_ tag: UInt32) -> [String]
    /// Whether a mandatory module or a functional group macro of the IOD has the attribute as Type 1 or 1C.
    func isDemanded(_ tag: UInt32) -> Bool
}
