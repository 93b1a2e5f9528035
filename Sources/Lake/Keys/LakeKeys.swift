internal import Foundation
internal import Logging
internal import Postgres
internal import Vault

/// Finds the master key of a lake, also where a rotation was cut off. The steps of a rotation and what each leaves:
///
/// | done | key file | beside | file `lake` | table `lake` |
/// |---|---|---|---|---|
/// | nothing, or a next key was made | old | next? | old | old |
/// | the table names the next one; keys are wrapped anew | old | next | old | old, next |
/// | the files changed places | next | old | old | old, next |
/// | the file `lake` names it | next | old | next | old, next |
/// | the table names it | next | old | next | next |
struct LakeKeys {
    let files: MasterKeyFiles
    private let current: MasterKey
    private let configuration: LakeConfiguration

    init(_ configuration: LakeConfiguration, file: String, current: MasterKey) {
        files = MasterKeyFiles(path: file)
        self.current = current
        self.configuration = configuration
    }

    /// Whether the key file can be that of the lake that `identity` names; what the database says comes later.
    /// - Throws: `.invalid` where another key opens this lake.
    func check(_ identity: LakeIdentity) throws(LakeError) {
        if current.id == identity.masterKey { return }
        // The files changed places and the file `lake` does not say so yet.
        if let former = try? files.former(identity.masterKey), former.id == identity.masterKey { return }
        throw wrong(needed: identity.masterKey)
    }

    /// The keys that open the lake, once its database answers. What a rotation that was cut off left to be said in the
    /// file and the table `lake` is said.
    func open(_ known: LakeIdentity?, _ database: PostgresPool, _ workers: WorkPool) async throws -> MasterKeys {
        let row = try await database.single("SELECT id::text AS id, master_key_id, next_master_key_id FROM lake")
        let stored: String = try row.decode("master_key_id")
        guard let next: String = try row.decode("next_master_key_id") else {
            guard current.id == stored else { throw wrong(needed: stored) }
            return MasterKeys(current)
        }
        if current.id == next {
            // Everything is wrapped by it: the files change places only then.
            if let known, known.masterKey != next {
                try LakeIdentity(lake: known.lake, masterKey: next).write(configuration)
            }
            try await database.transaction { connection in
                try await connection.execute("UPDATE lake SET master_key_id = $1, next_master_key_id = NULL", [next])
                try await AccessLog.write(
                    .keysRotate, detail: "\(stored) to \(next), which a crash had cut off",
                    Accounts.operatorPrincipal(.privateSocket, connection), connection)
            }
            configuration.log.notice("ended a change of the master key", metadata: ["to": "\(next)"])
            return MasterKeys(current)
        }
        guard current.id == stored else { throw wrong(needed: stored) }
        let files = files
        guard let following = try await workers.run({ () throws in try files.next() }), following.id == next else {
            throw LakeError(
                .invalid,
                "the master key is being changed to \(next), and the file \(files.nextPath) is missing or another: "
                    + "without it what was wrapped anew does not open")
        }
        configuration.log.notice("a change of the master key was cut off: `tarn keys rotate` ends it")
        return MasterKeys(following, former: current)
    }

    private func wrong(needed: String) -> LakeError {
        let kept = files.formerPath(needed)
        let hint = FileManager.default.fileExists(atPath: kept) ? "; \(kept) is that one" : ""
        return LakeError(
            .invalid,
            "\(configuration.masterKeyFile) is not the master key of this lake: it is \(current.id), the lake needs "
                + "\(needed)\(hint). Give the right file with --master-key (see `tarn keys show-id`)")
    }
}
