internal import CPostgres
internal import Foundation
internal import Glibc

/// PostgreSQL's data directory: made once, configured at every start, freed of what a killed server left.
struct ServerCluster: Sendable {
    let layout: ServerLayout
    let binaries: ServerBinaries

    init(_ layout: ServerLayout) throws(PostgresError) {
        self.layout = layout
        let version = try? String(contentsOfFile: layout.cluster + "/PG_VERSION", encoding: .utf8)
        let major = version.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
        binaries = try ServerBinaries.find(forCluster: major)
        if major == nil { try create() }
    }

    /// `initdb` into a directory that gets its name only when it is complete.
    private func create() throws(PostgresError) {
        let unfinished = layout.home + "/cluster.new"
        try? FileManager.default.removeItem(atPath: unfinished)
        guard mkdir(unfinished, 0o700) == 0 else {
            throw PostgresError(.privateServer, reason: "\(unfinished) cannot be made: \(describe(errno))")
        }
        if layout.account.isAnother, chown(unfinished, layout.account.user, layout.account.group) != 0 {
            throw PostgresError(.privateServer, reason: "\(unfinished) cannot be given away: \(describe(errno))")
        }
        let result = try ChildProcess.run(
            layout.account.prefix + [
                binaries.initdb, "--pgdata=\(unfinished)", "--username=\(ServerConfiguration.superuser)",
                "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--auth=peer", "--no-instructions",
                "--no-sync",
            ])
        guard result.status == 0 else {
            let last = result.output.split(separator: "\n").last { $0.contains("error") } ?? "no reason given"
            throw PostgresError(.privateServer, reason: "initdb failed: \(last)")
        }
        // All its thousand files at once, where initdb would wait for each; then its name.
        let directory = open(layout.home, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(directory) }
        guard syncfs(directory) == 0, rename(unfinished, layout.cluster) == 0, fsync(directory) == 0 else {
            throw PostgresError(.privateServer, reason: "\(layout.cluster) cannot be made: \(describe(errno))")
        }
    }

    func configure(socketDirectory: String) throws(PostgresError) {
        let configuration = ServerConfiguration(
            socketDirectory: socketDirectory,
            operatingSystemUsers: [ServerAccount.ownName, layout.account.name, "root"])
        try ServerLayout.write(configuration.settings, to: layout.cluster + "/postgresql.conf")
        try ServerLayout.write(configuration.access, to: layout.cluster + "/pg_hba.conf")
        try ServerLayout.write(configuration.identities, to: layout.cluster + "/pg_ident.conf")
    }

    // MARK: - What a killed server left

    /// Ends servers that still run on this cluster, though nobody who holds our lock started them, and removes a lock
    /// file whose process is no server of ours: after a restart of the machine its number may be anybody's.
    func clearRemains() throws(PostgresError) {
        for signal in [0, SIGINT, SIGQUIT, SIGKILL] {
            // The watchdog has told the server of a dead tarn to stop: it gets time before it is told again.
            let deadline = ContinuousClock.now + (signal == SIGINT ? .seconds(20) : .seconds(5))
            let remains = ServerProcesses.running(on: layout.cluster)
            if remains.isEmpty { break }
            for identifier in remains where signal != 0 { kill(identifier, signal) }
            while ContinuousClock.now < deadline, !ServerProcesses.running(on: layout.cluster).isEmpty {
                usleep(50_000)
            }
        }
        let remains = ServerProcesses.running(on: layout.cluster)
        guard remains.isEmpty else {
            throw PostgresError(
                .privateServer, reason: "process \(remains[0]) still uses \(layout.cluster) and cannot be stopped")
        }
        let lockFile = layout.cluster + "/postmaster.pid"
        guard let text = try? String(contentsOfFile: lockFile, encoding: .utf8) else { return }
        let holder = text.split(separator: "\n").first.flatMap { pid_t($0) }
        // A server whose directory we may not see stays in its rights; PostgreSQL then decides itself.
        if let holder, ServerProcesses.isServerOfUnknownCluster(holder) { return }
        unlink(lockFile)
    }
}
