import HTTPTypes
import Hummingbird
import Lake

/// Who sent a request, by which credential.
struct Caller: Sendable {
    /// `nil`: anonymous.
    let principal: Principal?
    /// The session cookie's value, where that is how they signed in.
    let session: String?

    static let cookie = "tarn_session"

    /// Finds out who sent `request`. A bearer token counts before a cookie.
    /// - Parameter operatorToken: the operator's, on the private socket only.
    /// - Throws: 401 for a token that is wrong or has ended; 403 for a cookie without the header that no other site's
    ///   page can send.
    static func of(_ request: Request, lake: Lake, operatorToken: String?) async throws -> Caller {
        if let header = request.headers[.authorization] {
            let words = header.split(separator: " ", maxSplits: 1)
            guard words.count == 2, words[0].lowercased() == "bearer" else { throw Problem.signInFirst }
            let token = String(words[1])
            if let operatorToken, isSame(token, operatorToken) {
                return Caller(principal: try await lake.accounts.operatorPrincipal(), session: nil)
            }
            guard let principal = try await lake.accounts.principal(bearer: token) else {
                throw Problem(
                    .unauthorized, "bad-token", "The token is unknown, or has ended.",
                    headers: ["WWW-Authenticate": "Bearer realm=\"tarn\", error=\"invalid_token\""])
            }
            return Caller(principal: principal, session: nil)
        }
        guard let session = session(in: request.headers) else { return Caller(principal: nil, session: nil) }
        guard let principal = try await lake.accounts.principal(session: session) else {
            return Caller(principal: nil, session: nil)
        }
        try refuseForgery(request)
        return Caller(principal: principal, session: session)
    }

    /// A page of another site can make a browser send the cookie (though SameSite=Strict forbids it), but not this
    /// header without our consent.
    private static func refuseForgery(_ request: Request) throws {
        switch request.method {
        case .get, .head, .options: return
        default:
            guard let name = HTTPField.Name("X-Tarn"), request.headers[name] == "1" else {
                throw Problem(
                    .forbidden, "no-header", "With a cookie, a request that changes something needs X-Tarn: 1.")
            }
        }
    }

    private static func session(in headers: HTTPFields) -> String? {
        for header in headers[values: .cookie] {
            for pair in header.split(separator: ";") {
                let pair = HeaderList.trim(pair)
                if pair.hasPrefix(cookie + "=") { return String(pair.dropFirst(cookie.utf8.count + 1)) }
            }
        }
        return nil
    }

    /// Compares without telling by its time how much agrees.
    private static func isSame(_ left: String, _ right: String) -> Bool {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// The field that sets the cookie, or takes it away.
    static func setCookie(_ token: String?, isSecure: Bool) -> String {
        let end = token == nil ? "; Max-Age=0" : ""
        return "\(cookie)=\(token ?? ""); Path=/; HttpOnly; SameSite=Strict\(isSecure ? "; Secure" : "")\(end)"
    }
}
