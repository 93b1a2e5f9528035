public import HTTPTypes
public import Hummingbird
import NIOCore

/// A refusal as `application/problem+json` (RFC 9457). Its words never hold a patient's value.
public struct Problem: Error, Sendable, Hashable {
    public let status: Int
    /// For programs: stable, lower case, words joined by hyphens.
    public let code: String
    /// For people: one sentence.
    public let detail: String
    /// Further header fields, such as `Allow` or `Retry-After`.
    public var headers: [String: String] = [:]

    public init(_ status: HTTPResponse.Status, _ code: String, _ detail: String, headers: [String: String] = [:]) {
        self.status = status.code
        self.code = code
        self.detail = detail
        self.headers = headers
    }

    /// What is not there, or is not to be known of.
    public static let notFound = Problem(.notFound, "not-found", "There is nothing here that you may see.")

    /// The answer that says it.
    public func response() -> Response {
        let status = HTTPResponse.Status(code: status)
        let body = Body(
            type: "about:blank", title: Self.title(self.status), status: self.status, detail: detail, code: code)
        var response = Response.json(body, status: status, type: "application/problem+json")
        response.headers[.cacheControl] = "no-store"
        for (name, value) in headers {
            if let name = HTTPField.Name(name) { response.headers[name] = value }
        }
        return response
    }

    /// The status in the words of RFC 9110 §15: what stands for the type `about:blank` (RFC 9457 §4.2.1).
    private static func title(_ status: Int) -> String {
        let known: [HTTPResponse.Status] = [
            .badRequest, .unauthorized, .forbidden, .notFound, .methodNotAllowed, .notAcceptable, .conflict,
            .contentTooLarge, .preconditionFailed, .preconditionRequired, .unsupportedMediaType, .rangeNotSatisfiable,
            .tooManyRequests, .gone, .internalServerError,
            .serviceUnavailable,
        ]
        return known.first { $0.code == status }?.reasonPhrase ?? "Error"
    }

    private struct Body: Encodable {
        let type: String
        let title: String
        let status: Int
        let detail: String
        let code: String
    }
}
