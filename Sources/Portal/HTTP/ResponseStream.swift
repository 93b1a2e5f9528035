import ByteIO
import HTTPTypes
import Hummingbird
import Lake
import Logging
import NIOCore

extension Response {
    /// An answer that is written while it is made; each write waits until the client has taken enough.
    /// - Parameter length: where it is known beforehand.
    static func stream(
        _ status: HTTPResponse.Status = .ok, headers: HTTPFields, length: Int? = nil,
        _ body: @escaping @Sendable (inout ResponseStream) async throws -> Void
    ) -> Response {
        Response(
            status: status, headers: headers,
            body: ResponseBody(contentLength: length) { writer in
                var stream = ResponseStream(writer)
                do {
                    try await body(&stream)
                } catch let error as LakeError {
                    // The status is long gone: the client sees a body that ends early, and the log says why.
                    Logger(label: "tarn").error("an answer broke off: \(error.reason)")
                    throw error
                }
                try await stream.flush()
                try await writer.finish(nil)
            })
    }
}

/// Gathers small writes and passes large ones on.
struct ResponseStream {
    private static let threshold = 256 << 10
    // One stream is written by one task at a time, whatever executor that task runs on.
    private nonisolated(unsafe) var writer: any ResponseBodyWriter
    private var gathered = ByteBuffer()

    init(_ writer: any ResponseBodyWriter) { self.writer = writer }

    mutating func write(_ bytes: Bytes) async throws {
        if gathered.readableBytes == 0 { gathered.reserveCapacity(max(bytes.count, Self.threshold + (16 << 10))) }
        gathered.append(bytes)
        if gathered.readableBytes >= Self.threshold { try await flush() }
    }

    mutating func write(_ text: String) async throws {
        gathered.writeString(text)
        if gathered.readableBytes >= Self.threshold { try await flush() }
    }

    /// Sends what was gathered.
    mutating func flush() async throws {
        guard gathered.readableBytes > 0 else { return }
        let chunk = gathered
        gathered = ByteBuffer()
        try await writer.write(chunk)
    }
}
