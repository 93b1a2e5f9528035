import ArgumentParser
import Foundation

/// Which lake a command speaks to, and as whom.
struct LakeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The lake's address; or TARN_SERVER.", valueName: "url"))
    var server: String?

    @Option(
        help: ArgumentHelp("A bearer token; better in TARN_TOKEN, where other users cannot see it.", valueName: "token")
    )
    var token: String?

    @Option(help: ArgumentHelp("File of certificate authorities, for https.", valueName: "file"))
    var ca: String?

    @Option(
        help: ArgumentHelp(
            "The lake's directory: its running instance is asked as the operator, or the lake is opened for this command.",
            valueName: "dir"))
    var data: String?

    @OptionGroup var key: MasterKeyOption

    func validate() throws {
        guard (data == nil) != (address == nil) else {
            throw ValidationError("name the lake: either --server URL --token TOKEN, or --data DIR")
        }
        if let address, !Server.isAddress(address) {
            throw ValidationError("--server wants http://HOST:PORT or https://HOST:PORT")
        }
    }

    private var environment: [String: String] { ProcessInfo.processInfo.environment }

    /// `--data` wins over an address that only stands in the environment.
    private var address: String? { server ?? (data == nil ? environment["TARN_SERVER"] : nil) }

    /// Runs `body` with a client of the lake, and closes the lake again if it was opened for this.
    func withClient<R: Sendable>(_ body: (Client) async throws -> R) async throws -> R {
        if let address {
            let token = token ?? environment["TARN_TOKEN"]
            return try await body(Client(server: try Server(url: address, token: token, authorities: ca)))
        }
        let directory = data ?? "."
        if let running = await RunningInstance.find(in: directory) { return try await body(Client(server: running)) }
        // Only `serve` makes a lake: a directory that was mistyped must stay as it is.
        guard InstanceFiles.isLake(directory) else { throw ClientError("\(directory): there is no lake here") }
        let instance = try await Instance.open(directory: directory, masterKeyFile: key.file)
        do {
            let result = try await body(Client(server: instance.server))
            await instance.close()
            return result
        } catch {
            await instance.close()
            throw error
        }
    }
}

/// Where the master key is.
struct MasterKeyOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The master key; or TARN_MASTER_KEY_FILE, or ~/.config/tarn/master.key. Never inside the data directory.",
            valueName: "file"))
    var masterKey: String?

    var file: String {
        let environment = ProcessInfo.processInfo.environment
        if let named = masterKey ?? environment["TARN_MASTER_KEY_FILE"] { return named }
        // An empty variable is none, and XDG's must be absolute (XDG Base Directory 0.8).
        if let home = environment["XDG_CONFIG_HOME"], home.hasPrefix("/") { return home + "/tarn/master.key" }
        let home = environment["HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? NSHomeDirectory()
        return home + "/.config/tarn/master.key"
    }
}
