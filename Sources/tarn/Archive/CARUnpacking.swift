import ByteIO
import ContentAddressing
import Foundation
import Vault

/// Writes what a CAR holds as files and folders.
struct CARUnpacking {
    private let archive: CARArchive
    private let root: CID
    private let output: String
    private var fileCount = 0
    private var bytes = 0
    private var entryCount = 0

    /// A folder of the same folders, a few levels deep, would have names without end.
    private static let maximumEntries = 1_000_000
    private static let maximumDepth = 100

    init(archive: CARArchive, root: String?, output: String) throws {
        self.archive = archive
        self.output = output
        if let root {
            self.root = try CID(text: root)
        } else {
            guard archive.roots.count == 1 else {
                throw CARPacking.Failure(description: "it has \(archive.roots.count) roots: name one with --root")
            }
            self.root = archive.roots[0]
        }
    }

    mutating func run() throws -> CARCommand.Unpack.Result {
        try write(root, to: output, depth: 0)
        Terminal.progress("")
        return CARCommand.Unpack.Result(root: root.description, files: fileCount, bytes: bytes)
    }

    private mutating func write(_ cid: CID, to path: String, depth: Int) throws {
        entryCount += 1
        guard depth <= Self.maximumDepth, entryCount <= Self.maximumEntries else {
            throw CARPacking.Failure(description: "more folders and names than anyone packs")
        }
        switch try archive.kind(of: cid) {
        case .file: try file(cid, to: path)
        case .folder:
            let entries = try archive.entries(of: cid)
            guard mkdir(path, 0o777) == 0 else { throw failure(path, errno) }
            for entry in entries { try write(entry.cid, to: "\(path)/\(entry.name)", depth: depth + 1) }
        }
    }

    /// Under another name first: what has its own name is whole.
    private mutating func file(_ cid: CID, to path: String) throws {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        let temporary = "\(folder).tarn-\(SecureRandom.bytes(8).hexadecimal)"
        guard let file = try NewFile(at: temporary) else { throw failure(temporary, EEXIST) }
        defer { file.discard() }
        var chunks = try archive.chunks(of: cid)
        while let chunk = try chunks.next() {
            try file.write(chunk)
            bytes += chunk.count
            Terminal.progress("\(fileCount) files, \(Terminal.size(bytes))")
        }
        // link, unlike rename, never replaces what is there.
        guard link(temporary, path) == 0 else { throw failure(path, errno) }
        fileCount += 1
    }

    private func failure(_ path: String, _ errno: Int32) -> CARPacking.Failure {
        CARPacking.Failure(
            description: errno == EEXIST ? "\(path): exists already" : "\(path): \(String(cString: strerror(errno)))")
    }
}
