/// Where a lake answers, and as whom it is asked.
struct Server: Sendable {
    /// `http://host:port`, without a slash at the end.
    let base: String
    /// Path of a Unix socket that stands in for the network.
    let socket: String?
    let token: String?
    /// File of certificate authorities; `nil` for the system's.
    let authorities: String?
    /// For messages.
    let name: String

    /// A server on the network.
    /// - Throws: `ClientError` unless `url` is `http://…` or `https://…`.
    init(url: String, token: String?, authorities: String? = nil) throws {
        guard Self.isAddress(url) else {
            throw ClientError("--server wants http://HOST:PORT or https://HOST:PORT")
        }
        base = url.hasSuffix("/") ? String(url.dropLast()) : url
        socket = nil
        self.token = token
        self.authorities = authorities
        name = base
    }

    static func isAddress(_ url: String) -> Bool {
        ["http://", "https://"].contains { url.hasPrefix($0) && url.count > $0.count }
    }

    /// A server on this machine.
    init(socket: String, token: String, name: String) {
        base = "http://tarn"
        self.socket = socket
        self.token = token
        authorities = nil
        self.name = name
    }
}
