internal import CCurl
internal import Glibc
internal import Vault

/// One HTTP exchange with a key service. Blocking; ends when nothing moves any more, and after half a minute. Redirects are not followed: the
/// token would go with them.
struct KeyServiceTransfer {
    /// File of certificate authorities; the system's where `nil`.
    let authorities: String?

    struct Answer {
        let status: Int
        let body: [UInt8]
    }

    struct Failure: Error {
        let reason: String
        /// Whether nobody vouches for who answers.
        var isUntrusted = false
    }

    /// Bytes of an answer at most.
    private static let maximumCount = 64 << 10
    /// Seconds without a byte, and altogether.
    private static let (stall, limit) = (10, Duration.seconds(30))

    func perform(
        _ method: String, _ url: String, headers: [String], body: [UInt8]?
    ) throws(Failure) -> Answer {
        guard let handle = tarn_curl_open() else { throw Failure(reason: "libcurl cannot be started") }
        defer { tarn_curl_close(handle) }
        let state = State(body ?? [])
        let lines = headers.map { strdup($0) }
        defer {
            for line in lines {
                if let line { wipe(UnsafeMutableRawBufferPointer(start: line, count: strlen(line))) }
                free(line)
            }
        }
        let authorities = authorities.map { strdup($0) }
        defer { free(authorities ?? nil) }
        var status = 0
        var message = [CChar](repeating: 0, count: 256)
        let code = lines.map { UnsafePointer($0) }.withUnsafeBufferPointer { headers in
            url.withCString { url in
                method.withCString { method in
                    var request = tarn_curl_request()
                    (request.url, request.method) = (url, method)
                    (request.headers, request.header_count) = (headers.baseAddress, headers.count)
                    request.read = body == nil ? nil : State.onRead
                    request.body_length = Int64(body?.count ?? -1)
                    (request.write, request.header) = (State.onWrite, { _, _, _ in })
                    request.context = Unmanaged.passUnretained(state).toOpaque()
                    request.ca_file = authorities.map { UnsafePointer($0) } ?? nil
                    request.stall_seconds = Self.stall
                    request.is_cancelled = State.isLate
                    return withExtendedLifetime(state) { tarn_curl_perform(handle, &request, &status, &message) }
                }
            }
        }
        guard code == 0 || !state.isLate else { throw Failure(reason: "its answer takes too long") }
        guard !state.isTooLong else { throw Failure(reason: "its answer is too long") }
        guard code == 0 else {
            throw Failure(
                reason: String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self),
                // CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE
                isUntrusted: code == 60 || code == 77)
        }
        return Answer(status: status, body: state.received)
    }

    /// What the callbacks share during one transfer.
    private final class State {
        private var body: [UInt8]
        private var sent = 0
        private(set) var received: [UInt8] = []
        private(set) var isTooLong = false

        private let end = ContinuousClock.now + KeyServiceTransfer.limit
        var isLate: Bool { ContinuousClock.now > end }

        init(_ body: [UInt8]) { self.body = body }

        // It may hold a key in plain text.
        deinit { body.withUnsafeMutableBytes { wipe($0) } }

        static func of(_ context: UnsafeMutableRawPointer?) -> State? {
            context.map { Unmanaged<State>.fromOpaque($0).takeUnretainedValue() }
        }

        static let isLate: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { context in
            of(context)?.isLate == false ? 0 : 1
        }

        static let onRead: tarn_curl_read = { context, buffer, size in
            guard let state = of(context), let buffer else { return -1 }
            let next = state.body[state.sent..<min(state.body.count, state.sent + size)]
            UnsafeMutableRawBufferPointer(start: buffer, count: size).copyBytes(from: next)
            state.sent += next.count
            return next.count
        }

        static let onWrite: tarn_curl_write = { context, bytes, size in
            guard let state = of(context), let bytes else { return 0 }
            guard size <= KeyServiceTransfer.maximumCount - state.received.count else {
                state.isTooLong = true
                return size == 0 ? 1 : 0
            }
            state.received += UnsafeRawBufferPointer(start: bytes, count: size)
            return size
        }
    }
}
