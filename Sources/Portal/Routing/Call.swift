import ByteIO
import Foundation
import HTTPTypes
import Hummingbird
import Lake
import Logging
import NIOCore
import NIOHTTPTypes

/// One request on its way through its route, with who asks.
struct Call: Sendable {
    let request: Request
    let lake: Lake
    let route: Route
    /// Decoded segments of the path by their names in the route's pattern.
    let parameters: [String: String]
    let query: QueryItems
    let caller: Caller
    let channel: any Channel

    /// Who asks: the principal of a route that is not public.
    /// - Throws: 401 where nobody is signed in.
    var principal: Principal {
        get throws {
            guard let principal = caller.principal else { throw Problem.signInFirst }
            return principal
        }
    }

    /// Whether the browser reached us through TLS, as the proxy before us says.
    var isSecure: Bool { HTTPField.Name("X-Forwarded-Proto").flatMap { request.headers[$0] } == "https" }

    /// Where the request came from. A proxy on this machine says so in X-Forwarded-For; nobody else is believed.
    var source: String {
        let peer = channel.remoteAddress?.ipAddress ?? "local"
        guard peer == "local" || peer == "::1" || peer.hasPrefix("127."),
            let name = HTTPField.Name("X-Forwarded-For"), let last = request.headers[name]?.split(separator: ",").last
        else { return peer }
        return String(HeaderList.trim(last).prefix(64))
    }

    /// A segment of the path.
    /// - Throws: 404 where the route has no such segment.
    func parameter(_ name: String) throws -> String {
        guard let value = parameters[name] else { throw Problem.notFound }
        return value
    }

    /// A segment of the path that is a number from 1.
    /// - Throws: 404 where it is none.
    func number(_ name: String) throws -> Int {
        guard let value = parameters[name].flatMap({ Int($0) }), value > 0 else { throw Problem.notFound }
        return value
    }

    /// The version that a change is made from: the one entity tag of `If-Match` (RFC 9110 §13.1.1).
    /// - Throws: 428 (RFC 6585 §3) where there is none: a change of what has versions says which one it saw.
    func ifMatch() throws -> String {
        guard let header = request.headers[.ifMatch], let tag = EntityTag(field: header) else {
            throw Problem(
                .preconditionRequired, "if-match-first", "Send If-Match with the ETag of the version that you changed.")
        }
        return tag.value
    }

    /// The body as JSON of `type`, at most 1 MiB where nothing else is said.
    /// - Throws: 415, 413 or 400.
    func body<T: Decodable>(_ type: T.Type, upTo limit: Int = 1 << 20) async throws -> T {
        guard let media = request.headers[.contentType].flatMap(MediaType.init), media.essence == "application/json"
        else { throw Problem(.unsupportedMediaType, "not-json", "The body has to be application/json.") }
        let buffer: ByteBuffer
        do { buffer = try await request.body.collect(upTo: limit) } catch {
            throw Problem(.contentTooLarge, "too-large", "The body is longer than \(limit >> 20) MiB.")
        }
        do { return try JSONDecoder.portal.decode(type, from: Data(buffer.readableBytesView)) } catch {
            // What the decoder says may quote the body.
            throw Problem(.badRequest, "bad-json", "The body is not the JSON that this address takes.")
        }
    }

    /// Tells a client that waits with its body (`Expect: 100-continue`, RFC 9110 §10.1.1) to send it.
    func continueBody() async throws {
        guard let field = HTTPField.Name("Expect"), request.headers[field]?.lowercased() == "100-continue" else {
            return
        }
        try await channel.writeAndFlush(HTTPResponsePart.head(HTTPResponse(status: .continue)))
    }
}

extension Problem {
    static let signInFirst = Problem(
        .unauthorized, "sign-in-first", "Sign in, or send a token.",
        headers: ["WWW-Authenticate": "Bearer realm=\"tarn\""])

    /// A refusal of the lake in HTTP's words.
    init(_ error: LakeError) {
        let (status, code): (HTTPResponse.Status, String) =
            switch error.code {
            case .notFound: (.notFound, "not-found")
            case .forbidden: (.forbidden, "forbidden")
            case .invalid: (.badRequest, "invalid")
            case .otherForm: (.notAcceptable, "other-form")
            case .conflict: (.conflict, "conflict")
            case .offloaded: (.conflict, "offloaded")
            case .stale: (.preconditionFailed, "stale")
            case .gone: (.gone, "erased")
            case .tooMany: (.tooManyRequests, "too-many")
            case .tooLarge: (.contentTooLarge, "too-large")
            case .unavailable: (.serviceUnavailable, "unavailable")
            }
        let wait: [HTTPResponse.Status: String] = [.serviceUnavailable: "5", .tooManyRequests: "60"]
        self.init(status, code, error.reason, headers: wait[status].map { ["Retry-After": $0] } ?? [:])
    }
}
