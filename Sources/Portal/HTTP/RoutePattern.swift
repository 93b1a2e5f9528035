/// A path with named segments: `/api/v1/studies/{study}`; `{path...}` at the end takes all that is left.
public struct RoutePattern: Hashable, Sendable, CustomStringConvertible {
    /// One segment.
    public enum Segment: Hashable, Sendable {
        case literal(String)
        case parameter(String)
        case rest(String)
    }

    public let segments: [Segment]

    public init(_ text: String) {
        segments = text.split(separator: "/").map { segment in
            guard segment.first == "{", segment.last == "}" else { return .literal(String(segment)) }
            let name = segment.dropFirst().dropLast()
            return name.hasSuffix("...") ? .rest(String(name.dropLast(3))) : .parameter(String(name))
        }
    }

    /// The template, which is what logs name instead of the path.
    public var description: String {
        guard !segments.isEmpty else { return "/" }
        return segments.reduce(into: "") { text, segment in
            switch segment {
            case .literal(let name): text += "/" + name
            case .parameter(let name): text += "/{\(name)}"
            case .rest(let name): text += "/{\(name)...}"
            }
        }
    }
}
