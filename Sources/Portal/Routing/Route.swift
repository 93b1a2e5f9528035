import HTTPTypes
import Hummingbird
public import Lake

/// Who may call a route. There is no default: a route without one cannot be made.
public enum Access: Hashable, Sendable {
    /// Public, by decision: the page itself, signing in, health.
    case anyone
    /// Anyone who is signed in, about themselves or about what the lake filters for them.
    case account
    /// Who holds the permission for the site or in at least one project. For a thing of a project the lake asks the
    /// same gate again, with that project.
    case permission(Permission)
}

/// One method of one path: what it needs and what it does.
public struct Route: Sendable {
    typealias Handler = @Sendable (Call) async throws -> Response

    let method: HTTPRequest.Method
    /// `GET`, `POST`, …
    public var methodName: String { method.rawValue }
    public let pattern: RoutePattern
    public let access: Access
    let action: Action

    /// What a route does.
    enum Action: Sendable {
        /// Asks the lake, for a caller.
        case lake(Handler)
        /// Needs no lake: pages, health, the API's description.
        case open(@Sendable (Request, [String: String], Portal) async throws -> Response)
    }

    init(
        _ method: HTTPRequest.Method, _ pattern: String, _ access: Access, _ handler: @escaping Handler
    ) {
        self.method = method
        self.pattern = RoutePattern(pattern)
        self.access = access
        action = .lake(handler)
    }

    private init(open pattern: String, _ action: Action) {
        method = .get
        self.pattern = RoutePattern(pattern)
        access = .anyone
        self.action = action
    }

    /// GET of something public that does not come from the lake.
    static func open(
        _ pattern: String, _ body: @escaping @Sendable (Request, [String: String], Portal) async throws -> Response
    ) -> Route {
        Route(open: pattern, .open(body))
    }
}

/// All routes, found by path and method.
struct RouteTable: Sendable {
    let routes: [Route]
    private let trie: RouteTrie<[HTTPRequest.Method: Route]>

    init(_ routes: [Route]) {
        self.routes = routes
        var trie = RouteTrie<[HTTPRequest.Method: Route]>()
        for route in routes {
            trie.update(route.pattern) { methods in
                var methods = methods ?? [:]
                precondition(methods[route.method] == nil, "two routes for \(route.method) \(route.pattern)")
                methods[route.method] = route
                return methods
            }
        }
        self.trie = trie
    }

    /// What answers `method` at `path`.
    enum Match {
        case found(Route, parameters: [String: String])
        /// Something is there, for these methods.
        case otherMethods([HTTPRequest.Method])
        case nothing
    }

    func find(_ method: HTTPRequest.Method, _ path: Substring) -> Match {
        guard let match = trie.find(path) else { return .nothing }
        // HEAD is GET without the content (RFC 9110 §9.3.2).
        if let route = match.value[method] ?? (method == .head ? match.value[.get] : nil) {
            return .found(route, parameters: match.parameters)
        }
        return .otherMethods(match.value.keys.sorted { $0.rawValue < $1.rawValue })
    }
}
