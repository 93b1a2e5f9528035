import ByteIO
import Foundation
import Vault

/// Compares a downloaded export with its manifest (Docs/Formats/export.md), without asking anybody.
struct ArchiveCheck {
    /// What is wrong with one file.
    struct Finding: Codable, Sendable {
        let path: String
        let problem: Problem
        /// The problem in words, for people.
        let reason: String
    }

    enum Problem: String, Codable, Sendable {
        case missing, size, checksum, digest, unreadable, extra
    }

    struct Report: Codable, Sendable {
        var files = 0
        var bytes = 0
        /// Of `manifest.json`, to be compared with what the lake shows for the export.
        var manifestSHA256 = ""
        var findings: [Finding] = []
        /// Files that are damaged in the lake and were not given.
        var damaged: [LeftOut]?
    }

    /// A file that the manifest names as missing.
    struct LeftOut: Codable, Sendable {
        let path: String
        let reason: String
    }

    private struct Manifest: Decodable {
        struct File: Decodable {
            let path: String
            let size: Int
            let sha256: String
        }
        let format: String
        let files: [File]
        let damaged: [LeftOut]?
    }

    private static let manifestName = "manifest.json"
    private static let manifestLimit = 2 << 30
    private static let chunk = 1 << 20

    /// Checks an archive or a folder that one was unpacked to.
    /// - Parameter manifestSHA256: what the manifest's digest must be, in lower case; `nil` where nobody says.
    /// - Throws: `ClientError` where there is no manifest that can be read.
    static func run(
        _ path: String, manifestSHA256: String? = nil, progress: (Int, Int) -> Void
    ) throws -> Report {
        var status = stat()
        guard stat(path, &status) == 0 else { throw ClientError("\(path): \(String(cString: strerror(errno)))") }
        let contents: any ArchiveContents
        do { contents = status.st_mode & S_IFMT == S_IFDIR ? FolderContents(path) : try ZIPContents(path) } catch {
            throw ClientError("\(path): \(error)")
        }
        let text = try manifest(of: contents, path)
        guard let manifest = try? JSONDecoder().decode(Manifest.self, from: Data(text.array)),
            ["tarn-export-1", "tarn-originals-1"].contains(manifest.format)
        else { throw ClientError("\(path): manifest.json is not one of Tarn's archives") }
        var report = Report()
        report.manifestSHA256 = SHA256.of(text).hexadecimal
        report.damaged = manifest.damaged
        if let manifestSHA256, manifestSHA256 != report.manifestSHA256 {
            let reason = "changed (SHA-256 is not the one of --manifest-sha256)"
            report.findings.append(Finding(path: manifestName, problem: .digest, reason: reason))
        }
        var expected: Set<String> = [manifestName]
        for file in manifest.files {
            expected.insert(file.path)
            if let finding = check(file, contents) { report.findings.append(finding) }
            report.files += 1
            report.bytes += file.size
            progress(report.files, manifest.files.count)
        }
        report.findings += try surplus(contents.names(), expected)
        return report
    }

    /// What the manifest does not name, and what is there a second time: unpacked, it would replace the first.
    private static func surplus(_ names: [String], _ expected: Set<String>) -> [Finding] {
        var seen: Set<String> = []
        return names.sorted().compactMap { name in
            guard expected.contains(name) else {
                return Finding(path: name, problem: .extra, reason: "not in the manifest")
            }
            return seen.insert(name).inserted ? nil : Finding(path: name, problem: .extra, reason: "there twice")
        }
    }

    private static func check(_ file: Manifest.File, _ contents: any ArchiveContents) -> Finding? {
        func finding(_ problem: Problem, _ reason: String) -> Finding {
            Finding(path: file.path, problem: problem, reason: reason)
        }
        // A manifest that was tampered with must not lead out of the folder.
        guard !file.path.hasPrefix("/"), !file.path.split(separator: "/").contains("..") else {
            return finding(.unreadable, "not a path of an export")
        }
        guard let size = contents.size(file.path) else { return finding(.missing, "missing") }
        guard size == file.size else {
            return finding(.size, "changed (\(size) bytes; the manifest says \(file.size))")
        }
        do {
            var digest = SHA256()
            try forEachChunk(of: try contents.open(file.path)) { digest.update(Bytes(Array($0))) }
            if digest.digest().hexadecimal == file.sha256 { return nil }
            return finding(.digest, "changed (SHA-256 differs)")
        } catch {
            if isChecksum(error) { return finding(.checksum, "changed (CRC-32 differs)") }
            return finding(.unreadable, "cannot be read (\(error))")
        }
    }

    private static func manifest(of contents: any ArchiveContents, _ path: String) throws -> Bytes {
        guard let size = contents.size(manifestName), size <= manifestLimit else {
            throw ClientError("\(path): there is no \(manifestName): not an export of Tarn, or not all of one")
        }
        var builder = Bytes.Builder()
        do {
            try forEachChunk(of: try contents.open(manifestName)) { chunk in
                guard builder.count + chunk.count <= manifestLimit else { throw ClientError("too long") }
                try builder.append(chunk)
            }
        } catch {
            let reason = isChecksum(error) ? "changed (CRC-32 differs)" : "cannot be read (\(error))"
            throw ClientError("\(path): \(manifestName): \(reason)")
        }
        return builder.finish()
    }

    private static func isChecksum(_ error: any Error) -> Bool {
        (error as? ClientError)?.code == ZIPArchive.otherChecksum.code
    }

    private static func forEachChunk(of reader: any InputReader, _ body: (UnsafeRawBufferPointer) throws -> Void) throws
    {
        var buffer = [UInt8](repeating: 0, count: chunk)
        while true {
            let count = try buffer.withUnsafeMutableBytes { try reader.read(into: $0) }
            guard count > 0 else { return }
            try buffer.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }
}

/// Named files of an archive, or of the folder it was unpacked to.
private protocol ArchiveContents {
    func names() throws -> [String]
    func size(_ name: String) -> Int?
    func open(_ name: String) throws -> any InputReader
}

private struct ZIPContents: ArchiveContents {
    private let archive: ZIPArchive
    private let entries: [String: ZIPArchive.Entry]

    init(_ path: String) throws {
        archive = try ZIPArchive(path: path)
        entries = Dictionary(archive.entries.map { ($0.name, $0) }) { first, _ in first }
    }

    func names() -> [String] { archive.entries.filter { !$0.isDirectory }.map(\.name) }
    func size(_ name: String) -> Int? { entries[name]?.size }

    func open(_ name: String) throws -> any InputReader {
        guard let entry = entries[name] else { throw ClientError("missing") }
        return try archive.reader(of: entry)
    }
}

private struct FolderContents: ArchiveContents {
    private let root: String

    init(_ root: String) { self.root = root }

    func names() throws -> [String] {
        var found: [String] = []
        var folders = [""]
        while let folder = folders.popLast() {
            for name in try FileManager.default.contentsOfDirectory(atPath: root + "/" + folder) {
                let path = folder.isEmpty ? name : folder + "/" + name
                var status = stat()
                guard lstat(root + "/" + path, &status) == 0 else { continue }
                if status.st_mode & S_IFMT == S_IFDIR { folders.append(path) } else { found.append(path) }
            }
        }
        return found
    }

    func size(_ name: String) -> Int? {
        var status = stat()
        guard lstat(root + "/" + name, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    func open(_ name: String) throws -> any InputReader { try FileReader(path: root + "/" + name) }
}
