internal import CPostgres
internal import Glibc

/// A program started by us: in a session of its own (so that Ctrl-C at the terminal reaches tarn and not it), in `/`,
/// with a clean environment and no descriptor but the three it is given.
struct ChildProcess: Sendable {
    let identifier: pid_t

    /// - Parameter arguments: the program, by path or looked up in PATH, and what it is told.
    /// - Throws: `PostgresError.privateServer` when it cannot be started.
    static func start(
        _ arguments: [String], input: Int32, output: Int32, errors: Int32
    ) throws(PostgresError) -> ChildProcess {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, errors, 2)
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)
        // Where we stand may be closed to the user it becomes.
        posix_spawn_file_actions_addchdir_np(&actions, "/")

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        // POSIX_SPAWN_SETSID is 0x80 in spawn.h, which is hidden from Swift behind __USE_GNU in some versions.
        let flags = Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF) | 0x80
        posix_spawnattr_setflags(&attributes, Int16(truncatingIfNeeded: flags))

        // No PG* variable of ours may steer it, and no secret of ours is its business.
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        let environment = ["PATH=\(path)", "LANG=C.UTF-8", "LC_ALL=C.UTF-8", "TZ=UTC"]
        var identifier: pid_t = 0
        let program = arguments.first ?? ""
        let failure = withArgumentVector(arguments) { arguments in
            withArgumentVector(environment) { environment in
                posix_spawnp(&identifier, program, &actions, &attributes, arguments, environment)
            }
        }
        guard failure == 0 else {
            throw PostgresError(.privateServer, reason: "\(program) cannot be started: \(describe(failure))")
        }
        return ChildProcess(identifier: identifier)
    }

    /// Runs a program to its end.
    /// - Returns: exit status (128 + signal where one ended it) and the first 64 KiB of what it wrote on both outputs.
    static func run(_ arguments: [String]) throws(PostgresError) -> (status: Int32, output: String) {
        var ends: [Int32] = [-1, -1]
        guard pipe2(&ends, O_CLOEXEC) == 0 else {
            throw PostgresError(.privateServer, reason: "no pipe: \(describe(errno))")
        }
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer {
            close(ends[0])
            close(null)
        }
        let child: ChildProcess
        do throws(PostgresError) {
            child = try start(arguments, input: null, output: ends[1], errors: ends[1])
            close(ends[1])
        } catch {
            close(ends[1])
            throw error
        }
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(ends[0], &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            if output.count < 65_536 { output += buffer[..<count] }
        }
        return (child.wait(), String(decoding: output, as: UTF8.self))
    }

    /// Waits for its end. Once only.
    func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) < 0 {
            if errno != EINTR { return -1 }
        }
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }
}

/// Hands the strings to `body` as `execve` takes them.
private func withArgumentVector(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Int32
) -> Int32 {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
}

/// The system's words for an error number.
func describe(_ number: Int32) -> String { String(cString: strerror(number)) }
