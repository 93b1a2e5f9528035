import ArgumentParser
import Foundation
import Lake
import Logging

/// `tarn serve`: the lake, its pages and its interfaces.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Open the lake and serve it.",
        discussion: """
            On an empty directory it makes the lake, a private PostgreSQL (unless DATABASE_URL names one) and the master
            key, and prints a link with which the first administrator is made. HTTP only: put a proxy that speaks TLS
            before it (Docs/Operations) when it is to be reached from other machines.

            Example:  tarn serve --data ./lake --listen 127.0.0.1:8080 --demo
            """)

    @Option(help: "The lake's directory; made where it is not there.")
    var data: String

    @Option(help: "Address and port; port 0 takes any that is free.")
    var listen = "127.0.0.1:8080"

    @Flag(help: "Make project DEMO, one account a role with random passwords (printed once), and demo studies.")
    var demo = false

    @Option(help: ArgumentHelp("Load these files as well (with --demo).", valueName: "path"))
    var demoFrom: [String] = []

    @Flag(help: "Listen on an address that other machines can reach, without TLS.")
    var insecure = false

    @Flag(help: "Log every request.")
    var verbose = false

    @OptionGroup(title: "People and mail") var site: SiteOptions

    @OptionGroup(title: "Cold storage") var cold: ArchiveOptions

    @OptionGroup var key: MasterKeyOption

    func validate() throws {
        guard let address = Self.address(listen) else { throw ValidationError("--listen wants HOST:PORT") }
        guard Self.isLoopback(address.host) || insecure else {
            throw ValidationError(
                "\(address.host) can be reached from other machines and this server speaks no TLS: put a TLS proxy "
                    + "before a loopback address, or add --insecure")
        }
        guard demo || demoFrom.isEmpty else { throw ValidationError("--demo-from goes with --demo") }
        for path in demoFrom where !FileManager.default.fileExists(atPath: path) {
            throw ValidationError("--demo-from \(path): there is nothing there")
        }
    }

    func run() async throws {
        guard let address = Self.address(listen) else { return }
        let stop = StopSignal()
        var log = Logger(label: "tarn") { StreamLogHandler.standardError(label: $0) }
        log.logLevel = verbose ? .debug : .info
        let instance = try await Instance.open(
            directory: data, masterKeyFile: key.file, serves: true, listen: address, archive: try cold.configuration(),
            log: log
        ) { [site] port in
            try site.configuration(listening: Self.url(address.host, port ?? address.port))
        }
        var demonstration: Task<Void, Never>?
        do {
            var words: String?
            if demo {
                let beginning = try await Demonstration.begin(instance, from: demoFrom, directory: data, log: log)
                (demonstration, words) = (beginning.loading, beginning.words)
            }
            try await announce(instance, host: address.host)
            if let words { Terminal.say("\n\(words)\n") }
            await stop.wait()
            Terminal.say("stopping")
        } catch {
            await instance.close()
            throw error
        }
        demonstration?.cancel()
        await instance.close()
    }

    /// Says where to go, and how to make the first account.
    private func announce(_ instance: Instance, host: String) async throws {
        let url = Self.url(host, instance.port ?? 0)
        Terminal.say("Tarn is ready: \(url)/")
        if !demo, let token = try await instance.lake.accounts.firstStartToken() {
            Terminal.say("Make the first administrator (works once): \(url)/welcome#\(token)")
        }
        if site.smtp == nil { Terminal.say("Mail is not sent but written: tarn mail --data \(data)") }
        if insecure { Terminal.say("Warning: without TLS, passwords and images can be read on the network.") }
    }

    /// How a browser reaches this server.
    private static func url(_ host: String, _ port: Int) -> String {
        let shown = host == "0.0.0.0" || host == "::" ? "localhost" : host.contains(":") ? "[\(host)]" : host
        return "http://\(shown):\(port)"
    }

    /// `HOST:PORT`, `[::1]:PORT` or `PORT`.
    static func address(_ text: String) -> (host: String, port: Int)? {
        guard let colon = text.lastIndex(of: ":") else {
            return Int(text).flatMap { (0...65535).contains($0) ? ("127.0.0.1", $0) : nil }
        }
        var host = text[..<colon]
        if host.first == "[", host.last == "]" { host = host.dropFirst().dropLast() }
        guard !host.isEmpty, let port = Int(text[text.index(after: colon)...]), (0...65535).contains(port) else {
            return nil
        }
        return (String(host), port)
    }

    static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }
}

/// SIGINT and SIGTERM, taken from the moment this is made.
private final class StopSignal: Sendable {
    private let stream: AsyncStream<Void>
    /// Only held, never touched again.
    private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

    init() {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        self.stream = stream
        sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield() }
            source.resume()
            return source
        }
    }

    func wait() async { for await _ in stream { return } }
}
