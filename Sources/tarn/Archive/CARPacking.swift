import ByteIO
import ContentAddressing
import Foundation

/// Packs files and folders into one new CAR.
struct CARPacking {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// A file on disk and its place in the archive.
    private struct Input {
        let entry: FileTree.Entry
        let place: [Substring]
    }

    private let target: WriteBehind
    private var writer = CARWriter()
    private var fileCount = 0

    /// Packs `files` into `output`, which is not there before, and not afterwards either where something fails.
    static func run(files: [String], output: String) throws -> CARCommand.Pack.Result {
        let isSingleFile = files.count == 1 && !isFolder(files[0])
        let inputs = try inputs(files)
        guard let target = try NewFile(at: output) else { throw Failure(description: "\(output): exists already") }
        let behind = WriteBehind(target)
        do {
            var packing = CARPacking(target: behind)
            let root = try packing.run(inputs, isSingleFile: isSingleFile)
            try behind.finish()
            try target.overwrite(try CARWriter.header(root: root.cid), at: 0)
            target.close()
            Terminal.progress("")
            return CARCommand.Pack.Result(
                root: root.cid.description, files: packing.fileCount, blocks: packing.writer.blockCount,
                duplicates: packing.writer.duplicateCount, bytes: packing.writer.count)
        } catch {
            behind.drain()
            target.discard()
            throw error
        }
    }

    private init(target: WriteBehind) { self.target = target }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    /// All or nothing: an archive must not lack silently what could not be read.
    private static func inputs(_ files: [String]) throws -> [Input] {
        var inputs: [Input] = []
        for path in files {
            guard let entries = FileTree.files(at: path) else { throw Failure(description: "\(path): not found") }
            let prefix = files.count > 1 && isFolder(path) ? path.split(separator: "/").suffix(1) : []
            for entry in entries {
                if let obstacle = entry.obstacle {
                    throw Failure(description: "\(entry.relativePath): \(obstacle.reason)")
                }
                inputs.append(Input(entry: entry, place: prefix + entry.relativePath.split(separator: "/")))
            }
        }
        return inputs
    }

    private mutating func run(_ inputs: [Input], isSingleFile: Bool) throws -> UnixFSEntry {
        try target.write([Bytes([UInt8](repeating: 0, count: CARWriter.headerCount))])
        return isSingleFile && inputs.count == 1 ? try file(inputs[0].entry) : try folder(inputs[...], depth: 0)
    }

    private mutating func write(_ block: Block) throws {
        let runs = writer.append(block)
        if !runs.isEmpty { try target.write(runs) }
    }

    private mutating func file(_ entry: FileTree.Entry) throws -> UnixFSEntry {
        let source: FileSource
        do { source = try FileSource(entry.path) } catch {
            throw Failure(description: "\(entry.relativePath): \(error)")
        }
        var builder = UnixFSBuilder()
        try source.forEachPiece { bytes in
            try builder.append(bytes) { try write($0) }
            Terminal.progress("\(fileCount) files, \(Terminal.size(writer.count))")
        }
        fileCount += 1
        return try builder.finishFile { try write($0) }
    }

    /// The folder of `inputs`, whose places agree down to `depth`. The same name twice is refused by the builder.
    private mutating func folder(_ inputs: ArraySlice<Input>, depth: Int) throws -> UnixFSEntry {
        var entries: [(name: String, entry: UnixFSEntry)] = []
        var rest = inputs
        while let first = rest.first {
            let name = first.place[depth]
            if first.place.count == depth + 1 {
                entries.append((name: String(name), entry: try file(first.entry)))
                rest = rest.dropFirst()
            } else {
                // Byte by byte: names that only look alike are two.
                let isWithin = { (input: Input) in
                    input.place.count > depth + 1 && input.place[depth].utf8.elementsEqual(name.utf8)
                }
                entries.append((name: String(name), entry: try folder(rest.prefix(while: isWithin), depth: depth + 1)))
                rest = rest.drop(while: isWithin)
            }
        }
        let made = try UnixFSBuilder.folder(entries)
        try write(made.block)
        return made.entry
    }
}
