import Foundation

/// What a running instance leaves in `DIR/run/instance.json`, for programs on the same machine.
struct RunningInstance: Codable {
    let pid: Int32
    /// Path of the Unix socket.
    let socket: String
    /// `http://host:port`; `nil` where it serves one command only.
    let url: String?

    static func file(in directory: String) -> String { directory + "/run/instance.json" }
    static func tokenFile(in directory: String) -> String { directory + "/run/operator.token" }

    /// The instance that runs in `directory` and answers; `nil` where none does.
    static func find(in directory: String) async -> Server? {
        guard let data = FileManager.default.contents(atPath: file(in: directory)),
            let instance = try? JSONDecoder().decode(RunningInstance.self, from: data),
            let token = FileManager.default.contents(atPath: tokenFile(in: directory))
        else { return nil }
        let server = Server(
            socket: instance.socket,
            token: String(decoding: token, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines),
            name: "the lake in \(directory)")
        let reply = try? await Client(server: server).send("GET", "/readyz")
        return reply == nil ? nil : server
    }

    /// Writes both files, readable by their owner only.
    func write(in directory: String, token: String) throws {
        try Self.replace(Self.file(in: directory), with: Array(try JSONEncoder().encode(self)))
        try Self.replace(Self.tokenFile(in: directory), with: Array(token.utf8))
    }

    static func remove(in directory: String) {
        unlink(file(in: directory))
        unlink(tokenFile(in: directory))
    }

    /// Created with mode 0600 before anything is in it.
    private static func replace(_ path: String, with bytes: [UInt8]) throws {
        unlink(path)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ClientError("\(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        guard Foundation.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw ClientError("\(path): \(String(cString: strerror(errno)))")
        }
    }
}
