import ByteIO
import Foundation
import Vault

/// Compares a downloaded export with its manifest (Docs/Formats/export.md), without asking anybody.
struct ArchiveCheck {
    /// What is wrong with one file.
    struct Finding: Codable, Sendable {
        let path: String
        /// `missing`, `size`, `digest`, `unreadable`, `extra`.
        let problem: String
    }

    struct Report: Codable, Sendable {
        var files = 0
        var bytes = 0
        /// Of `manifest.json`, to be compared with what the lake shows for the export.
        var manifestSHA256 = ""
        var findings: [Finding] = []
    }

    private struct Manifest: Decodable {
        struct File: Decodable {
            let path: String
            let size: Int
            let sha256: String
        }
        let format: String
        let files: [File]
    }

    private static let manifestLimit = 2 << 30
    private static let chunk = 1 << 20

    /// Checks an archive or a folder that one was unpacked to.
    /// - Throws: `ClientError` where there is no manifest that can be read.
    static func run(_ path: String, progress: (Int, Int) -> Void) throws -> Report {
        var status = stat()
        guard stat(path, &status) == 0 else { throw ClientError("\(path): \(String(cString: strerror(errno)))") }
        let contents: any ArchiveContents =
            status.st_mode & S_IFMT == S_IFDIR ? FolderContents(path) : try ZIPContents(path)
        let text = try read(contents, "manifest.json", path)
        guard let manifest = try? JSONDecoder().decode(Manifest.self, from: Data(text.array)),
            manifest.format == "tarn-export-1"
        else { throw ClientError("\(path): manifest.json is not one of Tarn's exports") }
        var report = Report()
        report.manifestSHA256 = SHA256.of(text).hexadecimal
        var expected: Set<String> = ["manifest.json"]
        for file in manifest.files {
            expected.insert(file.path)
            if let problem = check(file, contents) {
                report.findings.append(Finding(path: file.path, problem: problem))
            }
            report.files += 1
            report.bytes += file.size
            progress(report.files, manifest.files.count)
        }
        report.findings += try contents.names().filter { !expected.contains($0) }.sorted()
            .map { Finding(path: $0, problem: "extra") }
        return report
    }

    private static func check(_ file: Manifest.File, _ contents: any ArchiveContents) -> String? {
        // A manifest that was tampered with must not lead out of the folder.
        guard !file.path.hasPrefix("/"), !file.path.split(separator: "/").contains("..") else { return "unreadable" }
        guard let size = contents.size(file.path) else { return "missing" }
        guard size == file.size else { return "size" }
        guard let reader = try? contents.open(file.path) else { return "unreadable" }
        var digest = SHA256()
        var buffer = [UInt8](repeating: 0, count: chunk)
        while true {
            guard let count = try? buffer.withUnsafeMutableBytes({ try reader.read(into: $0) }) else {
                return "unreadable"
            }
            guard count > 0 else { break }
            digest.update(Bytes(Array(buffer[..<count])))
        }
        return digest.digest().hexadecimal == file.sha256 ? nil : "digest"
    }

    private static func read(_ contents: any ArchiveContents, _ name: String, _ path: String) throws -> Bytes {
        guard let size = contents.size(name), size <= manifestLimit else {
            throw ClientError("\(path): there is no manifest.json")
        }
        let reader = try contents.open(name)
        var builder = Bytes.Builder()
        var buffer = [UInt8](repeating: 0, count: chunk)
        while true {
            let count = try buffer.withUnsafeMutableBytes { try reader.read(into: $0) }
            guard count > 0, builder.count + count <= manifestLimit else { return builder.finish() }
            try buffer.withUnsafeBytes { try builder.append(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
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
