public import ByteIO

extension CARArchive {
    /// What a block is to someone who unpacks.
    public enum EntryKind: Sendable, Hashable {
        case file
        case folder
    }

    /// A name in a folder and what stands behind it.
    public struct FolderEntry: Sendable, Hashable {
        /// Safe to put below a folder: see `Docs/Formats/car.md`.
        public let name: String
        public let cid: CID
    }

    /// Whether `cid` is a file or a folder.
    /// - Throws: `unsupportedNode`, `unsupportedCodec`, `blockMissing` and the like.
    public func kind(of cid: CID) throws(ContentAddressingError) -> EntryKind {
        if cid.codec == .raw { return .file }
        return switch try unixFS(cid).node.kind {
        case .folder: .folder
        default: .file
        }
    }

    /// The entries of a folder, in the order of its block.
    /// - Throws: `notAFolder`; `unsafeName` for names that could leave the folder or that occur twice.
    public func entries(of folder: CID) throws(ContentAddressingError) -> [FolderEntry] {
        guard folder.codec != .raw else { throw ContentAddressingError(.notAFolder, cid: folder) }
        let (links, node) = try unixFS(folder)
        guard node.kind == .folder else { throw ContentAddressingError(.notAFolder, cid: folder) }
        var entries: [FolderEntry] = []
        var names: Set<[UInt8]> = []
        for link in links {
            guard FileName.isSafe(link.name), names.insert(Array(link.name.utf8)).inserted else {
                throw ContentAddressingError(.unsafeName, cid: folder)
            }
            entries.append(FolderEntry(name: link.name, cid: link.cid))
        }
        return entries
    }

    /// The content of a file, to be read chunk by chunk.
    /// - Throws: `notAFile` for a folder.
    public func chunks(of file: CID) throws(ContentAddressingError) -> FileChunks {
        guard try kind(of: file) == .file else { throw ContentAddressingError(.notAFile, cid: file) }
        return FileChunks(archive: self, root: file)
    }

    /// The node of `cid`, of a kind that is read here.
    func unixFS(_ cid: CID) throws(ContentAddressingError) -> (links: [DAGPB.Link], node: UnixFSNode) {
        guard cid.codec == .dagPB else { throw ContentAddressingError(.unsupportedCodec, cid: cid) }
        let outer = try node(cid)
        guard let data = outer.data else { throw ContentAddressingError(.nodeMalformed, cid: cid) }
        let inner: UnixFSNode
        do throws(ContentAddressingError) { inner = try UnixFSNode(data) } catch { throw error.within(cid) }
        switch inner.kind {
        case .file, .raw, .folder: return (outer.links, inner)
        case .metadata, .symbolicLink, .shardedFolder: throw ContentAddressingError(.unsupportedNode, cid: cid)
        }
    }
}

/// The content of one file, depth first. Every size a node states is held against what comes.
public struct FileChunks: Sendable {
    private static let maximumDepth = 32

    private let archive: CARArchive
    /// What is still to come, the next one last.
    private var waiting: [Part]
    /// Bytes handed out so far.
    public private(set) var count: UInt64 = 0

    private struct Part: Sendable {
        let cid: CID
        /// What the node above states; `nil` for the root.
        let size: UInt64?
        let depth: Int
    }

    init(archive: CARArchive, root: CID) {
        self.archive = archive
        waiting = [Part(cid: root, size: nil, depth: 0)]
    }

    /// The next bytes, never none of them; `nil` at the end.
    /// - Throws: `sizeDiffers`, `tooDeep`, `tooLarge`, `nodeMalformed`, `blockMissing` and the like.
    public mutating func next() throws(ContentAddressingError) -> Bytes? {
        while let part = waiting.popLast() {
            let data = part.cid.codec == .raw ? try archive.block(part.cid) : try inner(part)
            if part.cid.codec == .raw, let size = part.size, size != UInt64(data.count) {
                throw ContentAddressingError(.sizeDiffers, cid: part.cid)
            }
            guard !data.isEmpty else { continue }
            count = saturatingSum(count, UInt64(data.count))
            guard count <= archive.limits.maximumContent else { throw ContentAddressingError(.tooLarge, cid: part.cid) }
            return data
        }
        return nil
    }

    /// Puts a node's links in line; gives the data that the node itself holds, which come first.
    private mutating func inner(_ part: Part) throws(ContentAddressingError) -> Bytes {
        guard part.depth < Self.maximumDepth else { throw ContentAddressingError(.tooDeep, cid: part.cid) }
        let (links, node) = try archive.unixFS(part.cid)
        guard node.kind != .folder else { throw ContentAddressingError(.notAFile, cid: part.cid) }
        guard links.count == node.blockSizes.count else { throw ContentAddressingError(.nodeMalformed, cid: part.cid) }
        let total = node.blockSizes.reduce(UInt64(node.data.count), saturatingSum)
        // A link to nothing would let a small archive keep its reader busy for ever.
        guard total == node.fileSize ?? total, total == part.size ?? total, !node.blockSizes.contains(0) else {
            throw ContentAddressingError(.sizeDiffers, cid: part.cid)
        }
        for (link, size) in zip(links, node.blockSizes).reversed() {
            waiting.append(Part(cid: link.cid, size: size, depth: part.depth + 1))
        }
        return node.data
    }
}
