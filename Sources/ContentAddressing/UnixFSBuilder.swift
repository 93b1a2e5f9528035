public import ByteIO

/// Makes blocks of files and folders as the profile `unixfs-v1-2025` says. Format: Docs/Formats/car.md.
///
/// A file streams through: what is kept is less than one chunk, and up to 1,024 links a level. Blocks are handed out
/// as they are made, leaves before their node.
public struct UnixFSBuilder: Sendable {
    /// Length of every chunk but a file's last.
    public static let chunkSize = 1 << 20
    /// Links of a node.
    public static let width = 1024
    /// A folder's block is at most this long; the profile would shard a larger one.
    public static let maximumFolder = 256 << 10

    /// The beginning of a chunk that is not whole yet.
    private var pending: [UInt8] = []
    /// For each level from the leaves up: what waits for its node.
    private var levels: [[UnixFSEntry]] = []

    public init() {}

    /// The next bytes of the file.
    public mutating func append<E>(_ bytes: Bytes, _ emit: (Block) throws(E) -> Void) throws(E) {
        var offset = 0
        if !pending.isEmpty {
            offset = Swift.min(bytes.count, Self.chunkSize - pending.count)
            unsafe bytes[clamping: 0..<offset].withUnsafeBytes { unsafe pending.append(contentsOf: $0) }
            guard pending.count == Self.chunkSize else { return }
            let chunk = Bytes(pending)
            pending.removeAll(keepingCapacity: true)
            try leaf(chunk, emit)
        }
        while bytes.count - offset >= Self.chunkSize {
            try leaf(bytes[clamping: offset..<(offset + Self.chunkSize)], emit)
            offset += Self.chunkSize
        }
        unsafe bytes[clamping: offset..<bytes.count].withUnsafeBytes { unsafe pending.append(contentsOf: $0) }
    }

    /// Ends the file; the builder is ready for the next one.
    public mutating func finishFile<E>(_ emit: (Block) throws(E) -> Void) throws(E) -> UnixFSEntry {
        if !pending.isEmpty || levels.isEmpty {
            let chunk = Bytes(pending)
            pending.removeAll(keepingCapacity: true)
            try leaf(chunk, emit)
        }
        var level = 0
        while level < levels.count - 1 || levels[level].count > 1 {
            if !levels[level].isEmpty { try closeNode(at: level, emit) }
            level += 1
        }
        let root = levels[level][0]
        levels.removeAll(keepingCapacity: true)
        return root
    }

    /// A folder of `entries`; each name once.
    /// - Throws: `unsafeName` for a name no folder can hold, or that occurs twice; `folderTooLarge`.
    public static func folder(
        _ entries: [(name: String, entry: UnixFSEntry)]
    ) throws(ContentAddressingError) -> (block: Block, entry: UnixFSEntry) {
        let sorted = entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        var total: UInt64 = 0
        for (index, entry) in sorted.enumerated() {
            let isRepeated = index > 0 && sorted[index - 1].name.utf8.elementsEqual(entry.name.utf8)
            guard FileName.isSafe(entry.name), !isRepeated else { throw ContentAddressingError(.unsafeName) }
            total = saturatingSum(total, entry.entry.totalSize)
        }
        let links = sorted.map { DAGPB.Link(cid: $0.entry.cid, name: $0.name, totalSize: $0.entry.totalSize) }
        let block = Block(DAGPB(links: links, data: UnixFSNode.folder.encoded).encoded, .dagPB)
        guard block.data.count <= maximumFolder else { throw ContentAddressingError(.folderTooLarge) }
        let size = saturatingSum(total, UInt64(block.data.count))
        return (block, UnixFSEntry(cid: block.cid, size: 0, totalSize: size))
    }

    private mutating func leaf<E>(_ chunk: Bytes, _ emit: (Block) throws(E) -> Void) throws(E) {
        let block = Block(chunk, .raw)
        try emit(block)
        let size = UInt64(chunk.count)
        try add(UnixFSEntry(cid: block.cid, size: size, totalSize: size), at: 0, emit)
    }

    /// Puts a finished part below its level. A full level becomes a node only when the next part comes: the root has
    /// none beside it.
    private mutating func add<E>(
        _ part: UnixFSEntry, at level: Int, _ emit: (Block) throws(E) -> Void
    ) throws(E) {
        if level == levels.count { levels.append([]) }
        if levels[level].count == Self.width { try closeNode(at: level, emit) }
        levels[level].append(part)
    }

    private mutating func closeNode<E>(at level: Int, _ emit: (Block) throws(E) -> Void) throws(E) {
        let parts = levels[level]
        levels[level].removeAll(keepingCapacity: true)
        let size = parts.reduce(0) { saturatingSum($0, $1.size) }
        let data = UnixFSNode(kind: .file, fileSize: size, blockSizes: parts.map(\.size)).encoded
        let links = parts.map { DAGPB.Link(cid: $0.cid, name: "", totalSize: $0.totalSize) }
        let block = Block(DAGPB(links: links, data: data).encoded, .dagPB)
        try emit(block)
        let total = parts.reduce(UInt64(block.data.count)) { saturatingSum($0, $1.totalSize) }
        try add(UnixFSEntry(cid: block.cid, size: size, totalSize: total), at: level + 1, emit)
    }
}

/// No sum of sizes traps; what would not fit is no real file.
func saturatingSum(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? .max : sum
}

/// Names within a folder.
enum FileName {
    /// Whether `name` stays within its folder on every file system.
    static func isSafe(_ name: String) -> Bool {
        let bytes = name.utf8
        return !bytes.isEmpty && bytes.count <= 255 && name != "." && name != ".."
            && !bytes.contains(UInt8(ascii: "/")) && !bytes.contains(0)
    }
}
