import Foundation

/// A plain HTTP/1.1 client on a blocking socket: it sends exactly the bytes it is told to, and breaks off where told.
final class RawClient {
    /// What came back.
    struct Answer: Sendable {
        let status: Int
        /// Names in lower case; the last of several.
        let headers: [String: String]
        let body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
        var json: Any? { try? JSONSerialization.jsonObject(with: Data(body)) }
        var object: [String: Any] { json as? [String: Any] ?? [:] }
    }

    struct Failure: Error { let reason: String }

    private let descriptor: Int32
    private var buffer: [UInt8] = []

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw Failure(reason: "connect: \(errno)") }
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { Foundation.close(descriptor) }

    func send(_ bytes: some Collection<UInt8>) throws {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(reason: "send: \(errno)") }
            rest = rest.dropFirst(count)
        }
    }

    /// Sends a whole request and waits for its answer.
    func ask(_ method: String, _ target: String, headers: [String] = [], body: [UInt8]? = nil) throws -> Answer {
        var head = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\n"
        for header in headers { head += header + "\r\n" }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        try send(Array((head + "\r\n").utf8) + (body ?? []))
        return try answer(isHead: method == "HEAD")
    }

    /// Reads the next answer; interim ones are skipped.
    func answer(isHead: Bool = false) throws -> Answer {
        while true {
            let lines = try headerLines()
            guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
                throw Failure(reason: "no status line")
            }
            if status < 200 { continue }
            var headers: [String: String] = [:]
            for line in lines.dropFirst() {
                guard let colon = line.firstIndex(of: ":") else { continue }
                headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
                    in: .whitespaces)
            }
            if isHead || status == 204 || status == 304 { return Answer(status: status, headers: headers, body: []) }
            if headers["transfer-encoding"] == "chunked" {
                return Answer(status: status, headers: headers, body: try chunks())
            }
            guard let length = headers["content-length"].flatMap({ Int($0) }) else {
                throw Failure(reason: "no length")
            }
            return Answer(status: status, headers: headers, body: try take(length))
        }
    }

    /// Waits for `100 Continue`.
    func awaitInterim() throws {
        guard try headerLines().first?.contains(" 100 ") == true else { throw Failure(reason: "no 100") }
    }

    private func headerLines() throws -> [String] {
        let end: [UInt8] = [13, 10, 13, 10]
        var from = 0
        while true {
            if let found = Self.find(end, in: buffer, from: from) {
                let text = String(decoding: buffer[..<found], as: UTF8.self)
                buffer.removeFirst(found + 4)
                return text.components(separatedBy: "\r\n")
            }
            from = max(0, buffer.count - 3)
            try more()
        }
    }

    private func chunks() throws -> [UInt8] {
        var body: [UInt8] = []
        while true {
            let line = try takeLine()
            guard let count = Int(line, radix: 16) else { throw Failure(reason: "bad chunk") }
            if count == 0 {
                _ = try takeLine()
                return body
            }
            body += try take(count)
            _ = try takeLine()
        }
    }

    private func takeLine() throws -> String {
        while true {
            if let found = Self.find([13, 10], in: buffer, from: 0) {
                let text = String(decoding: buffer[..<found], as: UTF8.self)
                buffer.removeFirst(found + 2)
                return text
            }
            try more()
        }
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while buffer.count < count { try more() }
        let taken = Array(buffer[..<count])
        buffer.removeFirst(count)
        return taken
    }

    private func more() throws {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { throw Failure(reason: "the server closed the connection") }
        buffer.append(contentsOf: chunk[..<count])
    }

    private static func find(_ needle: [UInt8], in bytes: [UInt8], from: Int) -> Int? {
        guard bytes.count >= needle.count else { return nil }
        return (from...(bytes.count - needle.count)).first { bytes[$0..<($0 + needle.count)].elementsEqual(needle) }
    }
}
