import CSandbox
import DICOMImaging
import Foundation

/// One process that decodes, and this end of its socket.
struct Worker: Sendable {
    let channel: WorkerChannel
    /// Frames it has decoded.
    var frames = 0
    let process: pid_t

    /// Starts this same program anew.
    /// - Throws: `ImagingError.tooLarge` where the system has no room for another process.
    init() throws(ImagingError) {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw Self.failure(errno)
        }
        defer { close(ends[1]) }
        var size: Int32 = 1 << 20
        for end in ends {
            for option in [SO_SNDBUF, SO_RCVBUF] {
                setsockopt(end, SOL_SOCKET, option, &size, socklen_t(MemoryLayout<Int32>.size))
            }
        }
        var started: pid_t = 0
        let status = tarn_sandbox_spawn(DecodeWorker.argument, ends[1], &started)
        guard status == 0 else {
            close(ends[0])
            throw Self.failure(status)
        }
        process = started
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        channel = WorkerChannel(descriptor: ends[0])
    }

    /// Ends the process, busy or not.
    func end() {
        kill(process, SIGKILL)
        close(channel.descriptor)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
    }

    private static func failure(_ number: Int32) -> ImagingError {
        ImagingError(.tooLarge, "no decoder can be started: \(String(cString: strerror(number)))")
    }
}
