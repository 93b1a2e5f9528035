public import Logging

/// Everything that can be set about a lake, in one place.
public struct LakeConfiguration: Sendable {
    /// Where the lake keeps its bytes: `objects/`, `spool/`, and the private PostgreSQL where one is used.
    /// Created with mode 0711 where absent, all within it with 0700.
    public var dataDirectory: String

    /// `postgresql://…` of a server to use; `nil` starts and supervises a private one in the data directory.
    public var databaseURL: String?

    /// The master key: 32 bytes in base64, one line. Refused inside the data directory: who copies the data must
    /// not hold the key with it.
    public var masterKeyFile: String

    /// Make a lake where there is none, and its master key where that file is absent: `tarn serve` does. For all
    /// others a directory without a lake is a mistyped one.
    public var makesLake = false

    /// Directory of numbered SQL files; `nil` looks beside the executable, in `TARN_HOME` and in the working
    /// directory.
    public var migrationsDirectory: String?

    /// An instance of at most this many bytes is worked on in memory; a larger one goes through a sealed spool.
    public var memoryLimit = 32 << 20

    /// Memory that instances on their way in may take at once, over all uploads; at least 9/4 of `memoryLimit`, or
    /// what is near that limit goes through the spool.
    public var ingestMemory = 96 << 20

    /// An instance of more bytes is refused.
    public var maximumInstanceBytes = 64 << 30

    /// Threads for parsing, de-identifying, sealing and hashing; `nil` takes one a core.
    public var workers: Int?

    /// Connections to PostgreSQL.
    public var databaseConnections = 12

    /// How it meets people: pages, sign-up, mail.
    public var site = SiteConfiguration()

    /// Where bundles go for long, and how long things have to be kept. Nothing leaves without it.
    public var archive = ArchiveConfiguration()

    /// Do what recurs, such as sending mail: a server does. A command that opens the lake for a moment leaves it.
    public var doesRecurringWork = false

    /// Where the lake says what it does; never a patient's value.
    public var log: Logger

    public init(dataDirectory: String, masterKeyFile: String, log: Logger = Logger(label: "tarn.lake")) {
        self.dataDirectory = dataDirectory
        self.masterKeyFile = masterKeyFile
        self.log = log
    }

    /// Where large input waits, sealed, under names that no longer exist.
    var spoolDirectory: String { dataDirectory + "/spool" }
    /// Where sealed objects lie.
    var segmentsDirectory: String { dataDirectory + "/objects" }
    /// Where archives wait, sealed, on their way out or in.
    var archiveDirectory: String { dataDirectory + "/archive" }
    /// Where mail is written that no server takes.
    var mailDirectory: String { dataDirectory + "/mail" }
}
