internal import Foundation
internal import KeyManagement
internal import Logging
internal import ObjectStorage
internal import Postgres
internal import Vault

/// A research data lake of medical images: one PostgreSQL, one place for bytes, and everything that may be done with
/// them. The portal, the command line and the tests use this and nothing beneath it.
public final class Lake: Sendable {
    public let accounts: Accounts
    public let projects: Projects
    public let roleRequests: RoleRequests
    public let accessLog: AccessLog
    public let ingest: Ingest
    public let uploads: Uploads
    public let review: Review
    public let quarantine: Quarantine
    public let pixelApprovals: PixelApprovals
    public let catalog: Catalog
    public let reports: Reports
    public let subscriptions: Subscriptions
    public let digests: Digests
    public let viewing: Viewing
    public let labels: Labels
    public let exports: Exports
    public let originals: Originals
    public let originalsRequests: OriginalsRequests
    public let fsck: Fsck
    public let ledger: Ledger
    public let archive: Archive
    public let retention: Retention
    public let mail: MailDelivery
    public let keyRotation: KeyRotation
    public let erasures: Erasures
    public let anonymisations: Anonymisations
    public let subjectChanges: SubjectChanges
    /// Threads for work that would hold up the cooperative pool, for who answers from the lake.
    public var workers: WorkPool { context.workers }
    public var configuration: LakeConfiguration { context.configuration }

    let context: LakeContext
    private let server: PrivateServer?
    private let recurring: RecurringWork

    private init(_ context: LakeContext, server: PrivateServer?) {
        self.context = context
        self.server = server
        let accessLog = AccessLog(context)
        let pipeline = IngestPipeline(context)
        self.accessLog = accessLog
        accounts = Accounts(context, accessLog: accessLog)
        projects = Projects(context, accounts: accounts)
        roleRequests = RoleRequests(context, accounts: accounts, projects: projects)
        ingest = Ingest(pipeline, projects: projects)
        uploads = Uploads(context)
        review = Review(context, accessLog: accessLog, pipeline: pipeline, projects: projects)
        quarantine = Quarantine(context, accessLog: accessLog, pipeline: pipeline, projects: projects)
        pixelApprovals = PixelApprovals(context)
        catalog = Catalog(context)
        reports = Reports(context, projects: projects, accessLog: accessLog)
        subscriptions = Subscriptions(context)
        digests = Digests(context, accounts: accounts)
        viewing = Viewing(context, accessLog: accessLog)
        labels = Labels(context, accessLog: accessLog, instances: viewing.instances)
        exports = Exports(context, accessLog: accessLog, labels: labels)
        originalsRequests = OriginalsRequests(context)
        originals = Originals(context, accessLog: accessLog, requests: originalsRequests)
        ledger = Ledger(context, accessLog: accessLog)
        keyRotation = KeyRotation(context)
        mail = MailDelivery(context, accounts: accounts)
        retention = Retention(context)
        archive = Archive(context, instances: viewing.instances)
        erasures = Erasures(context, viewing: viewing, archive: archive, review: review)
        anonymisations = Anonymisations(context, viewing: viewing)
        subjectChanges = SubjectChanges(context, viewing: viewing)
        fsck = Fsck(context, archive: archive)
        let works =
            ledger.recurring + mail.recurring + digests.recurring + archive.recurring + erasures.recurring
            + review.recurring + anonymisations.recurring + KeyRecords(context).recurring
            + SeriesMarks(context: context).recurring + PersonBackfill(context: context, projects: projects).recurring
        recurring = RecurringWork(context.configuration.doesRecurringWork ? works : [], log: context.log)
    }

    /// Opens the lake in `configuration.dataDirectory`, making what is not there: directories, the private PostgreSQL
    /// where no database is named, tables.
    /// - Throws: `.notFound` where there is no lake and `makesLake` is false; `.invalid` for a master key that is
    ///   missing, malformed, inside the data directory or another lake's, and for another lake's database;
    ///   `.unavailable` where database or store cannot be opened, or the key's service does not answer.
    public static func open(_ configuration: LakeConfiguration) async throws(LakeError) -> Lake {
        let identity = try LakeIdentity.load(configuration)
        let workers = WorkPool(threads: configuration.workers)
        let isNewLake = identity == nil
        // A key service may have to be asked.
        let master = try await workers.run { () throws(LakeError) in try masterKey(configuration, isNewLake: isNewLake)
        }
        let found = LakeKeys(configuration, file: resolved(configuration.masterKeyFile), current: master)
        if let identity { try found.check(identity) }
        try makeDirectories(configuration)
        let migrations = try migrationsDirectory(configuration)
        let (url, server) = try await database(configuration)
        let pool = PostgresPool(url: url, size: configuration.databaseConnections)
        do {
            let applied = try await Migrations.apply(directory: migrations, to: pool)
            if !applied.isEmpty { configuration.log.info("migrated", metadata: ["files": "\(applied.count)"]) }
            try await LakeIdentity.settle(identity, master: master, database: pool, configuration)
            let store = try await workers.run { () throws(StorageError) in
                try SegmentStore(directory: configuration.segmentsDirectory, log: configuration.log)
            }
            let masterKeys = try await found.open(identity, pool, workers)
            let keys = StudyKeys(database: pool, master: masterKeys)
            let context = LakeContext(
                configuration: configuration, database: pool, store: store, master: masterKeys,
                keyFiles: found.files, secrets: try await LakeSecrets.load(masterKeys, pool), keys: keys,
                objects: StoredObjects(store: store, keys: keys), workers: workers,
                log: configuration.log)
            await InterruptedUploads(context).end()
            await KeyRecords(context).settle()
            return Lake(context, server: server)
        } catch {
            await pool.close()
            await server?.stop()
            throw LakeError(error)
        }
    }

    /// Waits for what is under way and closes store, connections and the private server, in this order.
    public func close() async {
        await recurring.end()
        await archive.end()
        await review.end()
        await accessLog.flush()
        await context.store.close()
        await context.database.close()
        await server?.stop()
    }

    /// Whether database and store answer: what `/readyz` asks.
    public func isReady() async -> Bool {
        (try? await context.database.query("SELECT 1 FROM project LIMIT 1")) != nil
    }

    // MARK: Opening

    private static func makeDirectories(_ configuration: LakeConfiguration) throws(LakeError) {
        // Everything within is closed to others; the directory itself lets pass, for started as root the private
        // PostgreSQL runs as another user and lives within. An existing one stays as it is.
        let modes = [
            (configuration.dataDirectory, 0o711), (configuration.segmentsDirectory, 0o700),
            (configuration.spoolDirectory, 0o700), (configuration.archiveDirectory, 0o700),
        ]
        for (path, mode) in modes {
            do {
                try FileManager.default.createDirectory(
                    atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: mode])
            } catch {
                throw LakeError(.unavailable, "the directory \(path) cannot be made")
            }
        }
    }

    private static func masterKey(
        _ configuration: LakeConfiguration, isNewLake: Bool
    ) throws(LakeError) -> MasterKey {
        let file = resolved(configuration.masterKeyFile)
        let data = resolved(configuration.dataDirectory)
        guard file != data, !file.hasPrefix(data + "/") else {
            throw LakeError(
                .invalid, "the master key \(file) lies in the data directory: who copies the data must not get the key")
        }
        do throws(KeyManagementError) {
            let found = try KeyFile(configuration.masterKeyFile).load()
            if let service = found.service {
                let place = service.encryption.place
                configuration.log.info("the master key is wrapped by a key service", metadata: ["by": "\(place)"])
            }
            if let exposed = found.exposed {
                configuration.log.warning("others than its owner can read a secret", metadata: ["file": "\(exposed)"])
            }
            return found.master
        } catch {
            // A lake that holds data is sealed under a key that exists somewhere: a new one would not open it.
            guard error.code == .file(.keyFileMissing), isNewLake, configuration.makesLake else {
                throw LakeError(
                    error.code == .unreachable ? .unavailable : .invalid, "the master key \(file): \(error.reason)")
            }
        }
        do throws(KeyManagementError) {
            let master = try KeyFile(configuration.masterKeyFile).create()
            configuration.log.notice("made a master key; back it up", metadata: ["file": "\(file)"])
            return master
        } catch {
            throw LakeError(.invalid, "the master key \(file): \(error.reason)")
        }
    }

    /// The path without links, as far as it exists.
    private static func resolved(_ path: String) -> String {
        let absolute = URL(fileURLWithPath: path).standardizedFileURL
        var existing = absolute
        var rest: [String] = []
        while !FileManager.default.fileExists(atPath: existing.path), existing.path != "/" {
            rest.insert(existing.lastPathComponent, at: 0)
            existing.deleteLastPathComponent()
        }
        return rest.reduce(existing.resolvingSymlinksInPath()) { $0.appendingPathComponent($1) }.path
    }

    /// Where the SQL files lie: as configured, in `TARN_HOME`, beside or above the executable, or in the working
    /// directory.
    private static func migrationsDirectory(_ configuration: LakeConfiguration) throws(LakeError) -> String {
        if let directory = configuration.migrationsDirectory { return directory }
        var places: [URL] = []
        if let home = ProcessInfo.processInfo.environment["TARN_HOME"] { places.append(URL(fileURLWithPath: home)) }
        let executable = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        var directory = URL(fileURLWithPath: executable).deletingLastPathComponent()
        while directory.path != "/" {
            places += [directory, directory.appendingPathComponent("share/tarn")]
            directory.deleteLastPathComponent()
        }
        places.append(URL(fileURLWithPath: FileManager.default.currentDirectoryPath))
        for place in places {
            let candidate = place.appendingPathComponent("Migrations")
            if FileManager.default.fileExists(atPath: candidate.appendingPathComponent("0001_accounts.sql").path) {
                return candidate.path
            }
        }
        throw LakeError(.invalid, "the directory Migrations is not found: set TARN_HOME to where Tarn is installed")
    }

    private static func database(
        _ configuration: LakeConfiguration
    ) async throws(LakeError) -> (url: String, server: PrivateServer?) {
        if let url = configuration.databaseURL { return (url, nil) }
        do {
            let server = try await PrivateServer.start(
                dataDirectory: configuration.dataDirectory, logger: configuration.log)
            return (server.url, server)
        } catch {
            throw LakeError(error)
        }
    }
}
