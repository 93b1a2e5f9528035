import ByteIO
import Foundation

/// Asks a lake through its HTTP interface, as every program does.
struct Client: Sendable {
    let server: Server

    /// The answer to a request whose answer fits in memory.
    struct Reply {
        let status: Int
        let headers: [String: String]
        let body: [UInt8]

        /// The body as `type`.
        func decoded<T: Decodable>(_ type: T.Type) throws -> T {
            do { return try JSONDecoder.api.decode(type, from: Data(body)) } catch {
                throw ClientError(status: status, "the server's answer could not be read")
            }
        }
    }

    /// Sends a request and waits, on a thread of its own.
    /// - Parameter headers: further lines, as "If-Match: …".
    /// - Throws: `ClientError` for any status that is not 2xx.
    func send(
        _ method: String, _ target: String, json: (any Encodable & Sendable)? = nil, headers: [String] = []
    ) async throws -> Reply {
        let body = try json.map { Array(try JSONEncoder.api.encode($0)) }
        return try await Self.onThread {
            let transfer = try HTTPTransfer(server)
            var call = HTTPTransfer.Call(method: method, target: target)
            call.headers += ["Accept: application/json"] + headers
            if let body {
                var rest = body[...]
                call.headers.append("Content-Type: application/json")
                call.length = body.count
                call.body = { buffer in
                    let chunk = rest.prefix(buffer.count)
                    buffer.copyBytes(from: chunk)
                    rest = rest.dropFirst(chunk.count)
                    return chunk.count
                }
            }
            var received: [UInt8] = []
            let answer = try transfer.perform(call) { bytes, _ in
                guard received.count + bytes.count <= 256 << 20 else {
                    throw ClientError("the server's answer is too long")
                }
                received.append(contentsOf: bytes)
            }
            guard (200..<300).contains(answer.status) else { throw Self.refusal(answer.status, received) }
            return Reply(status: answer.status, headers: answer.headers, body: received)
        }
    }

    /// What a problem document says.
    static func refusal(_ status: Int, _ body: [UInt8]) -> ClientError {
        struct Problem: Decodable {
            let detail: String?
            let title: String?
            let code: String?
        }
        let problem = try? JSONDecoder.api.decode(Problem.self, from: Data(body))
        let hint = status == 401 ? " (sign in with --token, or use --data on the server's machine)" : ""
        return ClientError(
            status: status, code: problem?.code ?? "",
            (problem?.detail ?? problem?.title ?? "the server answered \(status)") + hint)
    }

    /// Runs blocking work on a thread that is not one of the few that tasks share.
    static func onThread<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            let thread = Thread { continuation.resume(with: Result { try body() }) }
            thread.stackSize = 2 << 20
            thread.start()
        }
    }

    /// `text` for a path segment or a query value.
    static func escaped(_ text: String) -> String {
        var allowed = CharacterSet.alphanumerics
        allowed.insert(charactersIn: "-._~")
        return text.addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
    }
}

extension JSONEncoder {
    /// As the API reads.
    static var api: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}

extension JSONDecoder {
    /// As the API writes.
    static var api: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return decoder
    }
}
