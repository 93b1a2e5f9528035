internal import Foundation
internal import Glibc

/// PostgreSQL's processes, as /proc shows them. Every one of them stands in its cluster's directory.
enum ServerProcesses {
    static func running(on cluster: String) -> [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { isPostgres($0) && stands($0, in: cluster) }
    }

    static func isServerOfUnknownCluster(_ identifier: pid_t) -> Bool {
        isPostgres(identifier) && directory(of: identifier) == nil
    }

    private static func isPostgres(_ identifier: pid_t) -> Bool {
        // One that has ended and that nobody has waited for yet keeps its name, but has no command line any more.
        guard let name = read("/proc/\(identifier)/comm"), read("/proc/\(identifier)/cmdline")?.isEmpty == false else {
            return false
        }
        return ["postgres", "postmaster"].contains(name.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    private static func stands(_ identifier: pid_t, in cluster: String) -> Bool {
        if let directory = directory(of: identifier) { return directory == cluster }
        // Root in a container may be refused the link; the first process still says on its command line where it is.
        guard let line = read("/proc/\(identifier)/cmdline") else { return false }
        return line.split(separator: "\0").contains { $0 == cluster }
    }

    private static func directory(of identifier: pid_t) -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                characters.baseAddress.map { readlink("/proc/\(identifier)/cwd", $0, characters.count) } ?? -1
            }
        }
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }

    private static func read(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }
}
