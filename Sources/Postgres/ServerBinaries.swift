internal import Foundation
internal import Glibc

/// Where an installed PostgreSQL server is.
struct ServerBinaries: Sendable {
    /// Directory with `postgres` and `initdb`.
    let directory: String
    /// 15, 16, …
    let major: Int

    var postgres: String { directory + "/postgres" }
    var initdb: String { directory + "/initdb" }

    /// Everything installed, newest first. Debian keeps the server's programs out of PATH.
    static func installed() throws(PostgresError) -> [ServerBinaries] {
        var directories = (getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":").map(String.init)
        for root in ["/usr/lib/postgresql", "/usr/local/lib/postgresql", "/opt/postgresql"] {
            let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
            directories += versions.map { "\(root)/\($0)/bin" }
        }
        directories += ["/usr/local/pgsql/bin", "/usr/libexec/postgresql"]
        var found: [ServerBinaries] = []
        for directory in directories
        where directory.hasPrefix("/") && !found.contains(where: { $0.directory == directory }) {
            guard access(directory + "/postgres", X_OK) == 0, access(directory + "/initdb", X_OK) == 0 else { continue }
            let answer = try ChildProcess.run([directory + "/postgres", "--version"])
            // "postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)"
            let words = answer.output.split(separator: " ")
            guard answer.status == 0, words.count >= 3, let major = Int(words[2].prefix { $0.isNumber }) else {
                continue
            }
            found.append(ServerBinaries(directory: directory, major: major))
        }
        return found.sorted { $0.major > $1.major }
    }

    /// The newest, or for a cluster that exists the version that made it.
    static func find(forCluster major: Int?) throws(PostgresError) -> ServerBinaries {
        let installed = try installed()
        guard let newest = installed.first else {
            throw PostgresError(
                .privateServer,
                reason: "no PostgreSQL server is installed (Debian: apt install postgresql); or set DATABASE_URL")
        }
        guard let major else {
            guard newest.major >= 14 else {
                throw PostgresError(.privateServer, reason: "PostgreSQL \(newest.major) is too old: 14 is the oldest")
            }
            return newest
        }
        guard let match = installed.first(where: { $0.major == major }) else {
            let others = installed.map { String($0.major) }.joined(separator: ", ")
            throw PostgresError(
                .privateServer,
                reason:
                    "PostgreSQL \(major) made the database, installed is \(others): see Docs/Operations/postgresql.md"
            )
        }
        return match
    }
}
