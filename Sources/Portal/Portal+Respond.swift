import Foundation
import HTTPTypes
import Hummingbird
import Lake
import Logging
import NIOCore

/// Answers requests of one listener.
struct PortalResponder: HTTPResponder {
    /// What a request comes with: its connection.
    struct Context: InitializableFromSource {
        let channel: any Channel

        init(source: ApplicationRequestContextSource) { channel = source.channel }
    }

    let portal: Portal
    /// Whether it listens on the private socket, where the operator's token counts.
    let isPrivate: Bool

    func respond(to request: Request, context: Context) async throws -> Response {
        let began = ContinuousClock.now
        let path = (request.head.path ?? "/").prefix { $0 != "?" }
        let match = portal.table.find(request.method, path)
        var response: Response
        do {
            response = try await answer(request, match, channel: context.channel)
        } catch {
            response = refusal(error).response()
        }
        SecurityHeaders.add(to: &response.headers)
        if request.method == .head {
            let length = response.headers[.contentLength]
            response = response.createHeadResponse()
            response.headers[.contentLength] = length
        }
        record(request, match, response, since: began)
        return response
    }

    private func answer(_ request: Request, _ match: RouteTable.Match, channel: any Channel) async throws -> Response {
        let route: Route
        let parameters: [String: String]
        switch match {
        case .found(let found, let named): (route, parameters) = (found, named)
        case .otherMethods(let methods):
            throw Problem(
                .methodNotAllowed, "method-not-allowed", "This address does not take that method.",
                headers: ["Allow": methods.map(\.rawValue).joined(separator: ", ")])
        case .nothing: throw Problem.notFound
        }
        let query = QueryItems(request.head.path?.split(separator: "?", maxSplits: 1).dropFirst().first ?? "")
        let handler: Route.Handler
        switch route.action {
        case .open(let body): return try await body(request, parameters, portal)
        case .lake(let body): handler = body
        }
        guard let lake = portal.lake else {
            throw Problem(.serviceUnavailable, "starting", "The lake is starting.", headers: ["Retry-After": "2"])
        }
        let caller = try await Caller.of(request, lake: lake, operatorToken: isPrivate ? portal.operatorToken : nil)
        try Self.admit(caller, to: route, lake)
        let call = Call(
            request: request, lake: lake, route: route, parameters: parameters, query: query, caller: caller,
            channel: channel)
        return try await handler(call)
    }

    /// The gate at the door: who has no business here is not told that there is a here.
    static func admit(_ caller: Caller, to route: Route, _ lake: Lake) throws {
        switch route.access {
        case .anyone: return
        case .account: guard caller.principal != nil else { throw Problem.signInFirst }
        case .permission(let permission):
            guard let principal = caller.principal else { throw Problem.signInFirst }
            guard Gate.permitsAnywhere(principal, permission) else { throw Problem.notFound }
        }
    }

    private func refusal(_ error: any Error) -> Problem {
        switch error {
        case let error as Problem: error
        case let error as LakeError: Problem(error)
        case let error as MultipartError: Problem(.badRequest, "bad-multipart", error.description)
        default: unexpected(error)
        }
    }

    /// The type only: what an unknown error says may hold a value.
    private func unexpected(_ error: any Error) -> Problem {
        portal.log.error("a request failed with an error of type \(type(of: error))")
        return Problem(.internalServerError, "internal", "The server failed; its log says more.")
    }

    /// One line a request: the template of its route, never the path, whose segments and query may name things.
    private func record(
        _ request: Request, _ match: RouteTable.Match, _ response: Response, since began: ContinuousClock.Instant
    ) {
        let template = if case .found(let route, _) = match { route.pattern.description } else { "-" }
        let took = ContinuousClock.now - began
        let milliseconds = took.components.seconds * 1000 + took.components.attoseconds / 1_000_000_000_000_000
        let isRead = request.method == .get || request.method == .head
        // What this program asks itself, and who waits for it to be ready, is no news.
        let isQuiet = response.status.code < 400 ? isRead || isPrivate : template == "/readyz"
        portal.log.log(
            level: isQuiet
                ? .debug : response.status.code == 503 ? .notice : response.status.code >= 500 ? .error : .info,
            "\(request.method.rawValue) \(template) \(response.status.code) \(milliseconds) ms")
    }
}
