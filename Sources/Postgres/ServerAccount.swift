internal import Glibc

/// The user of the operating system that the private server runs as. PostgreSQL refuses to run as root.
struct ServerAccount: Sendable {
    let name: String
    let user: uid_t
    let group: gid_t
    /// Whether tarn is root and has to become this user first.
    let isAnother: Bool

    /// We ourselves; for root, the first of the users that systems have for this.
    static func current() throws(PostgresError) -> ServerAccount {
        let user = geteuid()
        if user != 0 {
            guard let name = name(of: user) else {
                throw PostgresError(
                    .privateServer, reason: "user \(user) has no name in /etc/passwd, which PostgreSQL needs")
            }
            return ServerAccount(name: name, user: user, group: getegid(), isAnother: false)
        }
        for name in ["postgres", "_postgres", "tarn", "nobody"] {
            if let account = find(name), account.user != 0 { return account }
        }
        throw PostgresError(.privateServer, reason: "there is no user postgres to run PostgreSQL as, and root must not")
    }

    /// What to put before a command to run it as this user. `setpriv` is part of util-linux, which Debian always has.
    var prefix: [String] {
        guard isAnother else { return [] }
        return ["setpriv", "--reuid=\(user)", "--regid=\(group)", "--clear-groups", "--"]
    }

    /// Name of the user we are, for PostgreSQL's peer authentication.
    static var ownName: String { name(of: geteuid()) ?? "" }

    private static func find(_ name: String) -> ServerAccount? {
        withEntry { entry, buffer, count, result in
            getpwnam_r(name, entry, buffer, count, result)
        } read: {
            ServerAccount(name: name, user: $0.pw_uid, group: $0.pw_gid, isAnother: true)
        }
    }

    private static func name(of user: uid_t) -> String? {
        withEntry { entry, buffer, count, result in
            getpwuid_r(user, entry, buffer, count, result)
        } read: {
            $0.pw_name.map { String(cString: $0) }
        }
    }

    private static func withEntry<Value>(
        _ look: (
            UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
            UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
        ) -> Int32,
        read: (passwd) -> Value?
    ) -> Value? {
        var entry = passwd()
        var result: UnsafeMutablePointer<passwd>?
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 65_536) { buffer in
            guard let base = buffer.baseAddress, look(&entry, base, buffer.count, &result) == 0, result != nil else {
                return nil
            }
            return read(entry)
        }
    }
}
