internal import CPostgres
internal import Dispatch
internal import Foundation
internal import Glibc
public import Logging
internal import Synchronization

/// A PostgreSQL of our own: made on first use in the data directory, reached through a Unix socket only, restarted when
/// it dies, and stopped when we end, however we end.
///
/// A small watchdog (a shell reading a pipe whose other end only this process holds) starts the server and stops it
/// when the pipe closes, which the kernel does even after kill -9. Should the watchdog itself be killed, the kernel
/// tells the server (PR_SET_PDEATHSIG).
public final class PrivateServer: Sendable {
    /// Connection string of the lake's role on the lake's database.
    public let url: String
    /// PostgreSQL's data directory.
    public let clusterDirectory: String

    private struct State {
        /// Our end of the watchdog's pipe; closing it stops the server.
        var pipe: Int32 = -1
        var startedAt = ContinuousClock.now
        /// Whether the first start succeeded; only then is a server that dies started again.
        var isReady = false
        var isStopping = false
        var hasEnded = false
    }

    private let cluster: ServerCluster
    private let socketDirectory: String
    private let logger: Logger
    private let state = Mutex(State())

    /// Starts the server of a data directory, making it first where there is none yet.
    /// - Parameter dataDirectory: tarn's data directory; the server lives in `postgres` within, or elsewhere (named in
    ///   the log and in `postgres/location`) where tarn is root and the server's user cannot get there.
    /// - Throws: `PostgresError.privateServer` when no server is installed, another tarn uses the directory, or the
    ///   server does not start.
    public static func start(
        dataDirectory: String, logger: Logger = Logger(label: "tarn.postgres")
    ) async throws(PostgresError) -> PrivateServer {
        try await blocking { () throws(PostgresError) in
            let layout = try ServerLayout.open(dataDirectory: dataDirectory)
            do throws(PostgresError) {
                return try start(layout, logger)
            } catch {
                layout.unlock()
                throw error
            }
        }
    }

    private static func start(_ layout: ServerLayout, _ logger: Logger) throws(PostgresError) -> PrivateServer {
        let server = try PrivateServer(layout, logger)
        do throws(PostgresError) {
            try server.launch()
            try server.prepareDatabase()
        } catch {
            server.stopBlocking()
            throw error
        }
        server.state.withLock { $0.isReady = true }
        return server
    }

    private init(_ layout: ServerLayout, _ logger: Logger) throws(PostgresError) {
        self.logger = logger
        if layout.isElsewhere {
            logger.notice(
                "the database lives outside the data directory, which its user cannot reach",
                metadata: ["directory": "\(layout.home)", "user": "\(layout.account.name)"])
        }
        cluster = try ServerCluster(layout)
        clusterDirectory = layout.cluster
        try cluster.clearRemains()
        socketDirectory = try layout.makeSocketDirectory()
        url = PrivateServer.url(socketDirectory, role: ServerConfiguration.role, database: ServerConfiguration.role)
        try cluster.configure(socketDirectory: socketDirectory)
    }

    /// Stops the server: running statements are cancelled, everything committed is kept. Returns when it has ended.
    public func stop() async {
        _ = try? await blocking { () throws(PostgresError) in self.stopBlocking() }
    }

    deinit {
        // Not stopped: the pipe closes now, and the watchdog does the rest.
        let pipe = state.withLock { $0.pipe }
        if pipe >= 0 { close(pipe) }
    }

    private static func url(_ socketDirectory: String, role: String, database: String) -> String {
        let host = socketDirectory.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        return "postgresql://\(role)@/\(database)?host=\(host)&port=5432"
    }

    // MARK: - Life and death

    /// Starts the server, waits until it answers, and stands by to start it again.
    private func launch() throws(PostgresError) {
        let first = try spawn()
        // Holds us only while there is something to do: a thread that waits must not keep the server alive.
        Thread.detachNewThread { [weak self] in
            var child = first
            while true {
                let status = child.wait()
                guard let next = self?.revive(after: status) else { return }
                child = next
            }
        }
        try waitUntilReady()
    }

    /// On the thread that waited for the watchdog: the server has gone, or has lost its watchdog.
    /// - Returns: the new watchdog, `nil` when there is to be none.
    private func revive(after status: Int32) -> ChildProcess? {
        let mayStart = state.withLock { state in
            state.hasEnded = true
            if state.pipe >= 0 { close(state.pipe) }
            state.pipe = -1
            return state.isReady && !state.isStopping
        }
        guard mayStart else { return nil }
        logger.error("PostgreSQL ended and is started again", metadata: ["status": "\(status)"])
        if state.withLock({ ContinuousClock.now - $0.startedAt }) < .seconds(5) { sleep(1) }
        while !state.withLock({ $0.isStopping }) {
            do throws(PostgresError) {
                try cluster.clearRemains()
                return try spawn()
            } catch {
                logger.error("PostgreSQL does not start", metadata: ["error": "\(error)"])
                sleep(1)
            }
        }
        return nil
    }

    private func stopBlocking() {
        let isFirst = state.withLock { state in
            defer { state.isStopping = true }
            if state.pipe >= 0 { close(state.pipe) }
            state.pipe = -1
            return !state.isStopping
        }
        let deadline = ContinuousClock.now + .seconds(30)
        while !state.withLock({ $0.hasEnded }), ContinuousClock.now < deadline { usleep(5_000) }
        guard isFirst else { return }
        do throws(PostgresError) {
            try cluster.clearRemains()
        } catch {
            logger.error("PostgreSQL does not stop", metadata: ["error": "\(error)"])
        }
        cluster.layout.removeSocketDirectory()
        cluster.layout.unlock()
    }

    private func spawn() throws(PostgresError) -> ChildProcess {
        var ends: [Int32] = [-1, -1]
        guard pipe2(&ends, O_CLOEXEC) == 0 else {
            throw PostgresError(.privateServer, reason: "no pipe: \(describe(errno))")
        }
        let log = open(cluster.layout.startLog, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        defer {
            close(ends[0])
            if log >= 0 { close(log) }
        }
        guard log >= 0 else {
            close(ends[1])
            throw PostgresError(
                .privateServer, reason: "\(cluster.layout.startLog) cannot be written: \(describe(errno))")
        }
        do throws(PostgresError) {
            let child = try ChildProcess.start(
                cluster.layout.account.prefix
                    + [
                        "sh", "-c", PrivateServer.watchdog, "tarn-postgres", cluster.binaries.postgres, "-D",
                        clusterDirectory,
                    ],
                input: ends[0], output: log, errors: log)
            state.withLock {
                $0.pipe = ends[1]
                $0.startedAt = .now
                $0.hasEnded = false
            }
            return child
        } catch {
            close(ends[1])
            throw error
        }
    }

    /// Runs the server and waits for it; a reader beside it stops it (fast shutdown) when the pipe on standard input
    /// ends.
    private static let watchdog = """
        exec 3<&0 </dev/null
        trap '' HUP INT TERM
        if command -v setpriv >/dev/null 2>&1
        then setpriv --pdeathsig INT -- "$@" 3<&- &
        else "$@" 3<&- &
        fi
        server=$!
        { while read -r _ <&3; do :; done; kill -INT $server; } 2>/dev/null &
        reader=$!
        exec 3<&-
        wait $server
        status=$?
        kill -KILL $reader 2>/dev/null
        exit $status
        """

    private func waitUntilReady() throws(PostgresError) {
        let deadline = ContinuousClock.now + .seconds(600)
        while ContinuousClock.now < deadline {
            if state.withLock({ $0.hasEnded }) { break }
            let address = PrivateServer.url(socketDirectory, role: ServerConfiguration.superuser, database: "postgres")
            // Recovery after a crash may take minutes; for as long as the process lives, it is waited for.
            if PQping(address) == PQPING_OK { return }
            usleep(20_000)
        }
        throw PostgresError(.privateServer, reason: "the server did not start: \(lastWords())")
    }

    /// The last line that the server wrote before its own log began, or in that log.
    private func lastWords() -> String {
        let text = FileManager.default.contents(atPath: cluster.layout.startLog) ?? Data()
        let lines = String(decoding: text.suffix(4096), as: UTF8.self).split(separator: "\n")
        let line = lines.last { $0.contains("FATAL") || $0.contains("PANIC") || $0.contains("error") } ?? lines.last
        return "\(line ?? "no reason given") (see \(cluster.layout.startLog) and \(clusterDirectory)/log)"
    }

    // MARK: - Database

    /// Makes the lake's role and database, which is no superuser: it cannot read files or start programs.
    private func prepareDatabase() throws(PostgresError) {
        let address = PrivateServer.url(socketDirectory, role: ServerConfiguration.superuser, database: "postgres")
        let handle = PQconnectdb(address)
        defer { PQfinish(handle) }
        guard PQstatus(handle) == CONNECTION_OK else {
            let message = PQerrorMessage(handle).map { String(cString: $0) } ?? ""
            throw PostgresError(.privateServer, reason: message.split(separator: "\n").joined(separator: " "))
        }
        let name = ServerConfiguration.role
        let steps = [
            ("SELECT FROM pg_roles WHERE rolname = '\(name)'", "CREATE ROLE \(name) LOGIN"),
            ("SELECT FROM pg_database WHERE datname = '\(name)'", "CREATE DATABASE \(name) OWNER \(name)"),
            // Erasing ends with a checkpoint, after which the write-ahead log keeps nothing of what was.
            (
                "SELECT FROM pg_auth_members m WHERE m.roleid = 'pg_checkpoint'::regrole AND m.member = '\(name)'::regrole",
                "GRANT pg_checkpoint TO \(name)"
            ),
        ]
        for (question, remedy) in steps {
            let answer = PQexec(handle, question)
            defer { PQclear(answer) }
            if PQresultStatus(answer) == PGRES_TUPLES_OK, PQntuples(answer) == 1 { continue }
            let result = PQexec(handle, remedy)
            defer { PQclear(result) }
            guard PQresultStatus(result) == PGRES_COMMAND_OK else {
                throw PostgresError(.privateServer, reason: "\(remedy) failed")
            }
        }
    }
}
