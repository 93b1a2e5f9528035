import Foundation
import Synchronization

/// What a command says: results on standard output, everything else on standard error.
enum Terminal {
    private static let lock = Mutex(())

    /// Whether standard error is watched by a person.
    static let isInteractive = isatty(STDERR_FILENO) == 1

    /// One line on standard output.
    static func print(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

    /// One line on standard error.
    static func say(_ text: String) { write((isInteractive ? "\r\u{1B}[K" : "") + text + "\n", to: STDERR_FILENO) }

    /// A line on standard error that the next one replaces; nothing where nobody watches.
    static func progress(_ text: String) {
        if isInteractive { write("\r\u{1B}[K" + text, to: STDERR_FILENO) }
    }

    /// `value` as one line of JSON on standard output.
    static func printJSON(_ value: some Encodable) throws {
        print(String(decoding: try JSONEncoder.api.encode(value), as: UTF8.self))
    }

    /// Bytes on standard output as they are.
    static func write(_ bytes: [UInt8]) { write(bytes, to: STDOUT_FILENO) }

    private static func write(_ text: String, to descriptor: Int32) { write(Array(text.utf8), to: descriptor) }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        lock.withLock { _ in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }

    /// A line of standard input, not shown while it is typed.
    static func secret(_ prompt: String) -> String? {
        guard isatty(STDIN_FILENO) == 1 else { return readLine() }
        write(prompt, to: STDERR_FILENO)
        var before = termios()
        tcgetattr(STDIN_FILENO, &before)
        var quiet = before
        quiet.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            write("\n", to: STDERR_FILENO)
        }
        return readLine()
    }

    /// `count` in a unit that people read.
    static func size(_ count: some BinaryInteger) -> String {
        var value = Double(count)
        for unit in ["B", "kB", "MB", "GB"] {
            if value < 1000 { return unit == "B" ? "\(count) B" : String(format: "%.1f %@", value, unit) }
            value /= 1000
        }
        return String(format: "%.1f TB", value)
    }
}
