import ByteIO
import Foundation
import Lake
import Logging
import Portal
import Vault

/// A lake opened by this process, and its portal.
final class Instance: Sendable {
    let lake: Lake
    let portal: Portal
    /// How this process reaches its own portal as the operator.
    let server: Server
    /// The port of the TCP listener, where there is one.
    let port: Int?
    private let listeners: PortalListeners
    private let files: InstanceFiles

    /// Opens the lake in `directory` and serves it on a private socket, and on TCP where `listen` says so.
    ///
    /// It listens before the lake is open, so that an address already in use is known at once and `/healthz` answers.
    /// - Parameters:
    ///   - serves: makes the lake where there is none, and does what recurs, until it is closed.
    ///   - archive: cold storage; as the environment says where nothing is given.
    ///   - site: how it meets people, given the port of the TCP listener.
    /// - Throws: where another instance runs there, an address cannot be had or the lake cannot be opened.
    static func open(
        directory: String, masterKeyFile: String, serves: Bool = false, listen: (host: String, port: Int)? = nil,
        archive: ArchiveConfiguration? = nil,
        log: Logger = Logger(label: "tarn") { _ in SwiftLogNoOpLogHandler() },
        site: (_ port: Int?) throws -> SiteConfiguration = { _ in SiteConfiguration() }
    ) async throws -> Instance {
        let files = try InstanceFiles(directory: directory)
        let portal = Portal(
            webDirectory: Home.find("Web") ?? directory + "/no-pages",
            openAPI: Home.find("Docs/API/openapi.json").flatMap { FileManager.default.contents(atPath: $0) }
                .map { [UInt8]($0) } ?? [],
            operatorToken: files.token, log: log)
        var addresses: [PortalServer.Address] = [.socket(path: files.socket)]
        if let listen { addresses.append(.tcp(host: listen.host, port: listen.port)) }
        let listeners: PortalListeners
        do { listeners = try await PortalListeners.start(portal, at: addresses) } catch {
            files.remove()
            throw ClientError("cannot listen on \(listen.map { "\($0.host):\($0.port)" } ?? files.socket): \(error)")
        }
        do {
            var configuration = LakeConfiguration(dataDirectory: directory, masterKeyFile: masterKeyFile, log: log)
            configuration.makesLake = serves
            configuration.doesRecurringWork = serves
            configuration.archive = try archive ?? ArchiveOptions.environment()
            let port = listeners.ports.dropFirst().first ?? nil
            configuration.site = try site(port)
            configuration.databaseURL = ProcessInfo.processInfo.environment["DATABASE_URL"].flatMap {
                $0.isEmpty ? nil : $0
            }
            configuration.migrationsDirectory = Home.find("Migrations")
            let lake = try await Lake.open(configuration)
            portal.serve(lake)
            let instance = Instance(lake, portal, listeners, files, port: port, name: "the lake in \(directory)")
            let url = listen.flatMap { listen in port.map { "http://\(listen.host):\($0)" } }
            try RunningInstance(pid: getpid(), socket: files.socket, url: url).write(in: directory, token: files.token)
            return instance
        } catch {
            await listeners.stop()
            files.remove()
            throw error
        }
    }

    private init(
        _ lake: Lake, _ portal: Portal, _ listeners: PortalListeners, _ files: InstanceFiles, port: Int?, name: String
    ) {
        self.lake = lake
        self.portal = portal
        self.listeners = listeners
        self.files = files
        self.port = port
        server = Server(socket: files.socket, token: files.token, name: name)
    }

    /// Stops listening, then closes the lake and with it the private PostgreSQL.
    func close() async {
        portal.withdraw()
        await listeners.stop()
        await lake.close()
        files.remove()
    }
}

/// The lock, the socket and the token of one instance.
struct InstanceFiles: Sendable {
    let directory: String
    let socket: String
    let token: String
    private let lock: Int32
    /// Holds the socket where the data directory's path is too long for one.
    private let shortDirectory: String?

    /// Whether `serve` has made a lake in `directory`: the file `lake` names it.
    static func isLake(_ directory: String) -> Bool {
        var status = stat()
        return stat(directory + "/lake", &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// - Throws: where another instance holds the directory.
    init(directory: String) throws {
        let run = directory + "/run"
        do {
            // The lake's directory lets pass: started as root, the private PostgreSQL runs as another user within it.
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o711])
            let mode: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
            try FileManager.default.createDirectory(atPath: run, withIntermediateDirectories: true, attributes: mode)
        } catch { throw ClientError("\(run): cannot be created") }
        chmod(run, 0o700)
        let lock = open(run + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            if lock >= 0 { Foundation.close(lock) }
            throw ClientError("\(directory): another instance is using this lake")
        }
        // sun_path holds 107 bytes and a zero.
        let long = URL(fileURLWithPath: run).path + "/tarn.sock"
        if long.utf8.count <= 107 {
            shortDirectory = nil
            socket = long
        } else {
            var template = Array("/tmp/tarn-XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else {
                Foundation.close(lock)
                throw ClientError("/tmp: no place for a socket")
            }
            let short = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            shortDirectory = short
            socket = short + "/s"
        }
        self.directory = directory
        self.lock = lock
        token = "tarn-operator-" + SecureRandom.bytes(32).hexadecimal
    }

    /// Takes everything away and lets go of the lock.
    func remove() {
        RunningInstance.remove(in: directory)
        unlink(socket)
        if let shortDirectory { rmdir(shortDirectory) }
        Foundation.close(lock)
    }
}
