import ByteIO
import CCurl
import Foundation

/// Why a server could not be asked, or what it refused.
struct ClientError: Error, CustomStringConvertible {
    /// HTTP status; 0 where no answer came.
    let status: Int
    /// The server's code (`not-found`), empty where it gave none.
    let code: String
    let reason: String

    init(status: Int = 0, code: String = "", _ reason: String) {
        self.status = status
        self.code = code
        self.reason = reason
    }

    var description: String { reason }

    /// Code of an error where no connection could be made.
    static let unreachable = "unreachable"
}

/// One HTTP exchange on a connection of its own that is kept alive. Blocking: give each a thread.
final class HTTPTransfer {
    private let handle: UnsafeMutableRawPointer
    private let server: Server

    /// - Throws: `ClientError` when memory is short.
    init(_ server: Server) throws {
        guard let handle = tarn_curl_open() else { throw ClientError("libcurl could not be started") }
        self.handle = handle
        self.server = server
    }

    deinit { tarn_curl_close(handle) }

    /// What is sent.
    struct Call {
        var method = "GET"
        /// Path and query, encoded.
        var target: String
        var headers: [String] = []
        /// Fills the buffer and returns how many bytes; 0 ends the body.
        var body: ((UnsafeMutableRawBufferPointer) throws -> Int)?
        /// `nil`: unknown, sent in chunks.
        var length: Int?
    }

    /// What came back, without the body.
    struct Answer {
        var status = 0
        /// Names in lower case.
        var headers: [String: String] = [:]
    }

    /// Sends `call`; hands the body of the answer to `receive` as it comes.
    /// - Throws: what the closures throw; `ClientError` where the server cannot be reached or breaks off.
    func perform(_ call: Call, _ receive: @escaping (UnsafeRawBufferPointer, Answer) throws -> Void) throws -> Answer {
        let state = State(call.body, receive)
        let context = Unmanaged.passUnretained(state).toOpaque()
        let headers = call.headers + (server.token.map { ["Authorization: Bearer \($0)"] } ?? [])
        let strings = headers.map { strdup($0) }
        defer { for string in strings { free(string) } }
        var status = 0
        var message = [CChar](repeating: 0, count: 256)
        let code = withExtendedLifetime(state) {
            strings.map { UnsafePointer($0) }.withUnsafeBufferPointer { lines in
                (server.base + call.target).withCString { url in
                    call.method.withCString { method in
                        Self.withOptional(server.socket) { socket in
                            Self.withOptional(server.authorities) { authorities in
                                var request = tarn_curl_request()
                                request.url = url
                                request.method = method
                                request.unix_socket = socket
                                request.headers = lines.baseAddress
                                request.header_count = lines.count
                                request.read = call.body == nil ? nil : Self.onRead
                                request.body_length = Int64(call.length ?? -1)
                                request.write = Self.onWrite
                                request.header = Self.onHeader
                                request.context = context
                                request.ca_file = authorities
                                return tarn_curl_perform(handle, &request, &status, &message)
                            }
                        }
                    }
                }
            }
        }
        if let failure = state.failure { throw failure }
        guard code == 0 else {
            let length = message.firstIndex(of: 0) ?? message.count
            let text = String(decoding: message[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            // CURLE_COULDNT_RESOLVE_PROXY, …_HOST, CURLE_COULDNT_CONNECT
            throw ClientError(code: (5...7).contains(code) ? ClientError.unreachable : "", "\(server.name): \(text)")
        }
        state.answer.status = status
        return state.answer
    }

    /// What the callbacks share during one transfer.
    private final class State {
        let body: ((UnsafeMutableRawBufferPointer) throws -> Int)?
        let receive: (UnsafeRawBufferPointer, Answer) throws -> Void
        var answer = Answer()
        var failure: (any Error)?

        init(
            _ body: ((UnsafeMutableRawBufferPointer) throws -> Int)?,
            _ receive: @escaping (UnsafeRawBufferPointer, Answer) throws -> Void
        ) {
            self.body = body
            self.receive = receive
        }

        static func of(_ context: UnsafeMutableRawPointer?) -> State? {
            context.map { Unmanaged<State>.fromOpaque($0).takeUnretainedValue() }
        }
    }

    private static let onRead: tarn_curl_read = { context, buffer, size in
        guard let state = State.of(context), let body = state.body, let buffer else { return -1 }
        do {
            return try body(UnsafeMutableRawBufferPointer(start: buffer, count: size))
        } catch {
            state.failure = error
            return -1
        }
    }

    private static let onWrite: tarn_curl_write = { context, bytes, size in
        guard let state = State.of(context) else { return 0 }
        do {
            try state.receive(UnsafeRawBufferPointer(start: bytes, count: size), state.answer)
            return size
        } catch {
            state.failure = error
            return size == 0 ? 1 : 0
        }
    }

    private static let onHeader: tarn_curl_header = { context, line, size in
        guard let state = State.of(context), let line else { return }
        let text = String(decoding: UnsafeRawBufferPointer(start: line, count: size), as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        if text.hasPrefix("HTTP/") {
            state.answer = Answer()
            state.answer.status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        } else if let colon = text.firstIndex(of: ":") {
            let value = text[text.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            state.answer.headers[text[..<colon].lowercased()] = value
        }
    }

    private static func withOptional<R>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> R) -> R {
        guard let text else { return body(nil) }
        return text.withCString(body)
    }
}
