import ByteIO
import ContentAddressing
import Testing
import Vault

/// A CAR made in memory.
struct PackedCAR {
    var bytes: [UInt8] = [UInt8](repeating: 0, count: CARWriter.headerCount)
    var writer = CARWriter()

    mutating func add(_ block: Block) {
        for run in writer.append(block) { bytes += run.array }
    }

    mutating func addFile(_ content: Bytes) -> UnixFSEntry {
        var builder = UnixFSBuilder()
        builder.append(content) { add($0) }
        return builder.finishFile { add($0) }
    }

    mutating func addFolder(_ entries: [(name: String, entry: UnixFSEntry)]) throws -> UnixFSEntry {
        let folder = try UnixFSBuilder.folder(entries)
        add(folder.block)
        return folder.entry
    }

    func finished(root: CID) throws -> Bytes {
        let header = try CARWriter.header(root: root)
        return Bytes(header.array + bytes.dropFirst(CARWriter.headerCount))
    }

    /// A CAR of blocks as they are, duplicates and all.
    static func raw(roots: [CID], _ blocks: [(cid: CID, data: Bytes)]) throws -> Bytes {
        let header = try DAGCBOR.encode(["roots": .list(roots.map(DAGValue.link)), "version": 1])
        return Bytes(section(header.array) + blocks.flatMap { section($0.cid.bytes.array + $0.data.array) })
    }

    static func section(_ bytes: [UInt8]) -> [UInt8] { varint(UInt64(bytes.count)) + bytes }

    static func varint(_ value: UInt64) -> [UInt8] {
        value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + varint(value >> 7)
    }
}

extension CARArchive {
    func content(_ file: CID) throws -> Bytes {
        var chunks = try chunks(of: file)
        var content: [UInt8] = []
        while let chunk = try chunks.next() { content += chunk.array }
        return Bytes(content)
    }
}

@Suite struct CARTests {
    static let helloWorldCAR =
        "3aa265726f6f747381d82a58250001551220b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde96776657273"
        + "696f6e012f01551220b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde968656c6c6f20776f726c64"

    /// (00…ff) × 8192 ‖ 01: two chunks, and a third that is the first again would be written once.
    static let twoChunks = Bytes(Array(repeating: (0...255).map { UInt8($0) }, count: 4096).flatMap { $0 } + [1])

    @Test func aSmallArchiveHasTheBytesOthersGiveIt() throws {
        var packed = PackedCAR()
        let entry = packed.addFile(Bytes(utf8: "hello world"))
        let car = try packed.finished(root: entry.cid)
        #expect(car.hexadecimal == Self.helloWorldCAR)
        #expect(packed.writer.count == 107)
    }

    @Test func aLargerArchiveHasTheBytesOthersGiveIt() throws {
        let content = Bytes(Array(repeating: (0...255).map { UInt8($0) }, count: 8192).flatMap { $0 } + [1])
        var packed = PackedCAR()
        let entry = packed.addFile(content)
        let car = try packed.finished(root: entry.cid)
        #expect(entry.cid.description == "bafybeibzjs6iwxt72vhm62v53f5rd2tzmpacjs2x4g6sfnobkte2stxhjm")
        #expect(car.count == 1_048_905 && packed.writer.count == car.count)
        #expect(packed.writer.blockCount == 3 && packed.writer.duplicateCount == 1)
        #expect(SHA256.of(car).hexadecimal == "bd57fa2b83821d58b08431ee901591785f34c0339fcb456ae81fcea3757e2ed8")
        var hasher = PieceHasher()
        try hasher.update(car)
        #expect(
            hasher.commitment().version2.description
                == "bafkzcibew76t4ee6gzhjxp3ks7y3iwz4r3mtkwvp2yqzlyqmnektz5r4xw4twppzfy")
        #expect(try CARArchive(car).content(entry.cid) == content)
    }

    @Test func whatIsPackedComesOut() throws {
        var packed = PackedCAR()
        let contents = [
            Bytes(), Bytes(utf8: "x"), Self.twoChunks, UnixFSTests.seeded("a", 3_000_000), Bytes(utf8: "x"),
        ]
        var entries: [(name: String, entry: UnixFSEntry)] = []
        for (index, content) in contents.enumerated() {
            entries.append((name: "file \(index)", entry: packed.addFile(content)))
        }
        let inner = try packed.addFolder(entries)
        let root = try packed.addFolder([(name: "inner", entry: inner), (name: "é", entry: entries[1].entry)])
        let archive = try CARArchive(packed.finished(root: root.cid))
        #expect(archive.roots == [root.cid])
        #expect(archive.blockCount == packed.writer.blockCount)
        #expect(try archive.completeness() == CARArchive.Completeness())
        #expect(try archive.kind(of: root.cid) == .folder)
        let top = try archive.entries(of: root.cid)
        #expect(top.map(\.name) == ["inner", "é"])
        let found = try archive.entries(of: top[0].cid)
        #expect(found.map(\.name) == entries.map(\.name))
        for (entry, content) in zip(found, contents) {
            #expect(try archive.kind(of: entry.cid) == .file)
            #expect(try archive.content(entry.cid) == content)
        }
        #expect(throws: ContentAddressingError(.notAFile, cid: root.cid)) { try archive.chunks(of: root.cid) }
        #expect(throws: ContentAddressingError(.notAFolder, cid: found[2].cid)) {
            try archive.entries(of: found[2].cid)
        }
    }

    @Test func anySourceIsRead() throws {
        var packed = PackedCAR()
        let entry = packed.addFile(Self.twoChunks)
        let car = try packed.finished(root: entry.cid)
        let archive = try CARArchive(Copying(bytes: car))
        #expect(try archive.content(entry.cid) == Self.twoChunks)
    }

    /// A source whose every read is a new copy, as a sealed spool's are.
    struct Copying: ByteSource {
        let bytes: Bytes
        var count: Int { bytes.count }
        func read(_ range: Range<Int>) throws(ByteIOError) -> Bytes { Bytes(try bytes.read(range).array) }
    }

    @Test func blocksThatOccurAgainOrThatNobodyLinksToAreCounted() throws {
        let one = Block(Bytes(utf8: "one"), .raw)
        let other = Block(Bytes(utf8: "other"), .raw)
        let car = try PackedCAR.raw(
            roots: [one.cid], [(one.cid, one.data), (other.cid, other.data), (one.cid, one.data)])
        let archive = try CARArchive(car)
        #expect(archive.blockCount == 2 && archive.duplicateCount == 1)
        let completeness = try archive.completeness()
        #expect(completeness.isComplete && completeness.unreachableCount == 1)
    }

    @Test func identifiersOfVersionZeroAndOfThemselvesAreRead() throws {
        let folder = Bytes(utf8: "\u{A}\u{2}\u{8}\u{1}")
        let old = CID(version0: SHA256.value(of: folder))
        let itself = CID(.raw, try Multihash(.identity, digest: Bytes(utf8: "tiny")))
        let car = try PackedCAR.raw(roots: [old, itself], [(old, folder), (itself, Bytes(utf8: "tiny"))])
        let archive = try CARArchive(car)
        #expect(try archive.completeness() == CARArchive.Completeness())
        #expect(try archive.entries(of: old).isEmpty)
        #expect(try archive.content(itself) == Bytes(utf8: "tiny"))
    }

    @Test func linksOfRecordsAreFollowed() throws {
        let leaf = Block(Bytes(utf8: "leaf"), .raw)
        let record = Block(try DAGCBOR.encode(["parts": [.link(leaf.cid)]]), .dagCBOR)
        let whole = try PackedCAR.raw(roots: [record.cid], [(record.cid, record.data), (leaf.cid, leaf.data)])
        #expect(try CARArchive(whole).completeness() == CARArchive.Completeness())
        let cut = try CARArchive(PackedCAR.raw(roots: [record.cid], [(record.cid, record.data)])).completeness()
        #expect(cut.missing == [leaf.cid] && cut.missingCount == 1 && !cut.isComplete)
        let unknown = Block(Bytes(utf8: "?"), CID.Codec(rawValue: 0x0129))
        let opaque = try CARArchive(PackedCAR.raw(roots: [unknown.cid], [(unknown.cid, unknown.data)])).completeness()
        #expect(opaque.opaqueCount == 1 && !opaque.isComplete)
    }
}
