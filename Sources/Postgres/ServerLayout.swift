internal import Foundation
internal import Glibc

/// Where the private server keeps what, and the lock on it.
///
///     DATA/postgres/lock        held (flock) by the tarn that uses this data directory
///     DATA/postgres/location    path of the home, where it is elsewhere
///     DATA/postgres/socket      path of the socket's directory of the last start
///     DATA/postgres/start.log   what the server said before its own log began
///     HOME/cluster              PostgreSQL's data directory; HOME is DATA/postgres wherever that is possible
struct ServerLayout: Sendable {
    let base: String
    let home: String
    let account: ServerAccount
    private let lock: Int32

    var cluster: String { home + "/cluster" }
    var startLog: String { base + "/start.log" }
    private var socketNote: String { base + "/socket" }

    /// Whether the home is outside the data directory, because the server's user cannot get there.
    var isElsewhere: Bool { home != base }

    /// Locks the data directory and settles where the server lives.
    static func open(dataDirectory: String) throws(PostgresError) -> ServerLayout {
        let account = try ServerAccount.current()
        var path = dataDirectory
        if !path.hasPrefix("/") { path = FileManager.default.currentDirectoryPath + "/" + path }
        let base = path + "/postgres"
        do {
            try FileManager.default.createDirectory(atPath: base, withIntermediateDirectories: true)
        } catch {
            throw PostgresError(.privateServer, reason: "\(base) cannot be made: \(describe(errno))")
        }
        // Another user has to pass through to the cluster, which only that user can read.
        chmod(base, account.isAnother ? 0o711 : 0o700)
        guard let real = realpath(base, nil) else {
            throw PostgresError(.privateServer, reason: "\(base) cannot be read: \(describe(errno))")
        }
        defer { free(real) }
        let resolved = String(cString: real)
        let lock = try takeLock(resolved + "/lock")
        do throws(PostgresError) {
            let home = try settleHome(resolved, account)
            return ServerLayout(base: resolved, home: home, account: account, lock: lock)
        } catch {
            close(lock)
            throw error
        }
    }

    /// Gives up the lock.
    func unlock() { close(lock) }

    private static func takeLock(_ path: String) throws(PostgresError) -> Int32 {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw PostgresError(.privateServer, reason: "\(path) cannot be opened: \(describe(errno))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = (try? String(contentsOfFile: path, encoding: .utf8))?.prefix { $0.isNumber } ?? ""
            close(descriptor)
            let who = holder.isEmpty ? "" : " (process \(holder))"
            throw PostgresError(.privateServer, reason: "another tarn\(who) is using this data directory")
        }
        ftruncate(descriptor, 0)
        let text = Array("\(getpid())\n".utf8)
        _ = pwrite(descriptor, text, text.count, 0)
        return descriptor
    }

    // MARK: - Home

    private static func settleHome(_ base: String, _ account: ServerAccount) throws(PostgresError) -> String {
        let note = base + "/location"
        if let recorded = try? String(contentsOfFile: note, encoding: .utf8) {
            let home = recorded.trimmingCharacters(in: .whitespacesAndNewlines)
            try check(home, account)
            return home
        }
        if owner(of: base + "/cluster") != nil {
            try check(base + "/cluster", account)
            return base
        }
        guard account.isAnother, !(try canReach(base, account)) else { return base }
        let home = try makeHomeElsewhere(account)
        // For who finds it and wonders whose it is.
        try write(base + "\n", to: home + "/data-directory")
        try write(home + "\n", to: note)
        return home
    }

    private static func canReach(_ directory: String, _ account: ServerAccount) throws(PostgresError) -> Bool {
        // Asked of the system itself: modes alone do not tell, there are access lists and security modules.
        try ChildProcess.run(account.prefix + ["test", "-x", directory]).status == 0
    }

    private static func makeHomeElsewhere(_ account: ServerAccount) throws(PostgresError) -> String {
        for parent in ["/var/lib", "/var/tmp"] where try canReach(parent, account) {
            var template = Array("\(parent)/tarn-XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else { continue }
            let home = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if chown(home, account.user, account.group) == 0 { return home }
            rmdir(home)
        }
        throw PostgresError(
            .privateServer,
            reason: "user \(account.name) reaches neither the data directory nor a place in /var/lib or /var/tmp")
    }

    private static func owner(of path: String) -> uid_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_uid : nil
    }

    private static func check(_ directory: String, _ account: ServerAccount) throws(PostgresError) {
        guard let owner = owner(of: directory) else {
            throw PostgresError(
                .privateServer, reason: "the database is recorded to be in \(directory), which does not exist")
        }
        guard owner == account.user else {
            throw PostgresError(
                .privateServer,
                reason:
                    "\(directory) belongs to user \(owner), not \(account.name): run tarn as the user who ran it before"
            )
        }
    }

    // MARK: - Socket

    /// A new private directory for the socket, short enough for a socket's address (107 bytes), and the last one's end.
    func makeSocketDirectory() throws(PostgresError) -> String {
        removeSocketDirectory()
        for parent in account.isAnother || account.user == 0 ? ["/run", "/tmp"] : ["/tmp", "/var/tmp"] {
            var template = Array("\(parent)/tarn-XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else { continue }
            let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard !account.isAnother || chown(path, account.user, account.group) == 0 else {
                rmdir(path)
                continue
            }
            try Self.write(path + "\n", to: socketNote)
            return path
        }
        throw PostgresError(.privateServer, reason: "no directory for the socket can be made in /run or /tmp")
    }

    /// Removes the socket directory of the last start, after a kill -9 too.
    func removeSocketDirectory() {
        guard let text = try? String(contentsOfFile: socketNote, encoding: .utf8) else { return }
        let path = text.trimmingCharacters(in: .whitespacesAndNewlines)
        // The note is ours, but what it names is removed only if it is what we make: a directory of the server's user.
        guard path.contains("/tarn-"), !path.contains(".."), Self.owner(of: path) == account.user else { return }
        unlink(path + "/.s.PGSQL.5432")
        unlink(path + "/.s.PGSQL.5432.lock")
        rmdir(path)
        unlink(socketNote)
    }

    // MARK: - Files

    /// Replaces a file whole. Readable by the server's user; what it holds is no secret.
    static func write(_ text: String, to path: String) throws(PostgresError) {
        let temporary = path + ".new"
        let descriptor = Glibc.open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else {
            throw PostgresError(.privateServer, reason: "\(temporary) cannot be written: \(describe(errno))")
        }
        let bytes = Array(text.utf8)
        let isWritten =
            Glibc.write(descriptor, bytes, bytes.count) == bytes.count && fchmod(descriptor, 0o644) == 0
            && fsync(descriptor) == 0
        let failure = errno
        close(descriptor)
        guard isWritten, rename(temporary, path) == 0 else {
            throw PostgresError(
                .privateServer, reason: "\(path) cannot be written: \(describe(isWritten ? errno : failure))")
        }
    }
}
