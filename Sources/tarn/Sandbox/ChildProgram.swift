import ByteIO
import CSandbox
import DICOMImaging
import Foundation

/// A program of somebody else that works on one input: a process with limits that gets the input, a socket for its
/// output, and nothing else.
struct ChildProgram {
    /// Its name, for errors.
    let name: String
    let path: String
    /// Most memory in bytes.
    let memory: Int
    /// Most processor time; on the clock it may take three times as long.
    let seconds: Int
    /// Most bytes of output.
    let maximumOutput: Int

    /// The first program of that name in a folder that PATH names absolutely.
    static func path(of name: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            .filter { $0.hasPrefix("/") }.map { "\($0)/\(name)" }
            .first { access($0, X_OK) == 0 }
    }

    /// What it writes when it reads `input` as its standard input, which is a file that it can seek in.
    /// - Throws: `.unsupported` where it cannot be started, `.tooLarge` for lack of memory or too much output,
    ///   `.corrupt` where it takes too long.
    func output(_ arguments: [String], input: Bytes) throws(ImagingError) -> [UInt8] {
        let file = tarn_sandbox_memory_file()
        guard file >= 0 else { throw ImagingError(.tooLarge, "no memory for the input of \(name)") }
        defer { close(file) }
        try write(input, to: file)
        var ends: [Int32] = [-1, -1]
        // A socket, as a pipe cannot be closed to other children from the start.
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw ImagingError(.tooLarge, "no socket for \(name)")
        }
        defer { close(ends[0]) }
        var texts = ([name] + arguments).map { strdup($0) } + [nil]
        defer { for text in texts { free(text) } }
        var process: pid_t = 0
        let status = tarn_sandbox_run(path, &texts, file, ends[1], UInt64(memory), UInt64(seconds), &process)
        close(ends[1])
        guard status == 0 else {
            throw ImagingError(.unsupported, "\(name) cannot be started: \(String(cString: strerror(status)))")
        }
        defer {
            kill(process, SIGKILL)
            var ended: Int32 = 0
            while waitpid(process, &ended, 0) < 0, errno == EINTR {}
        }
        return try read(ends[0])
    }

    private func write(_ input: Bytes, to file: Int32) throws(ImagingError) {
        var offset = 0
        while offset < input.count {
            let count = input[clamping: offset..<input.count].withUnsafeBytes {
                Foundation.write(file, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw ImagingError(.tooLarge, "no memory for an input of \(input.count) bytes") }
            offset += count
        }
    }

    private func read(_ descriptor: Int32) throws(ImagingError) -> [UInt8] {
        let deadline = ContinuousClock.now + .seconds(3 * seconds)
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while ContinuousClock.now < deadline {
            var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&poller, 1, 1000) > 0 else { continue }
            let count = Foundation.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return output }
            output += buffer[..<count]
            guard output.count <= maximumOutput else {
                throw ImagingError(.tooLarge, "what \(name) writes is too large")
            }
        }
        throw ImagingError(.corrupt, "\(name) took too long")
    }
}
