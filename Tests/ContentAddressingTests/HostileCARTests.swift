import ByteIO
import ContentAddressing
import Testing
import Vault

@Suite struct HostileCARTests {
    typealias Code = ContentAddressingError.Code

    static func car() throws -> (bytes: Bytes, root: CID, sectionEnds: Set<Int>) {
        var packed = PackedCAR()
        var ends: Set<Int> = [CARWriter.headerCount]
        var files: [(name: String, entry: UnixFSEntry)] = []
        for name in ["a", "b", "c"] {
            files.append((name: name, entry: packed.addFile(Bytes(utf8: "content of " + name))))
            ends.insert(packed.writer.count)
        }
        let root = try packed.addFolder(files)
        return (try packed.finished(root: root.cid), root.cid, ends)
    }

    static func code(_ body: () throws -> Void) -> Code? {
        do { try body() } catch { return (error as? ContentAddressingError)?.code ?? nil }
        return nil
    }

    @Test func everyPrefixIsFoundOut() throws {
        let (whole, _, ends) = try Self.car()
        for count in 0..<whole.count {
            let cut = whole[clamping: 0..<count]
            if ends.contains(count) {
                // Cut between two blocks: only the links tell.
                #expect(try CARArchive(cut).completeness().missingCount == 1)
            } else {
                #expect(Self.code { _ = try CARArchive(cut) } == .truncated, "\(count)")
            }
        }
    }

    @Test func everyChangedByteIsFoundOut() throws {
        let (whole, root, ends) = try Self.car()
        for index in 0..<whole.count {
            // The codec in a section's head is nobody's promise: what counts is the link's.
            if ends.contains(index - 2) || ends.max() == index - 3 { continue }
            for flip: UInt8 in [0x01, 0x80, 0xFF] {
                var changed = whole.array
                changed[index] ^= flip
                let found = Self.code {
                    let archive = try CARArchive(Bytes(changed))
                    guard archive.roots == [root], try archive.completeness().isComplete else {
                        throw ContentAddressingError(.blockMissing)
                    }
                }
                #expect(found != nil, "\(index)")
            }
        }
    }

    @Test func whatIsNoArchiveIsRefused() throws {
        let (whole, root, _) = try Self.car()
        func header(_ value: DAGValue) throws -> Bytes { Bytes(PackedCAR.section(try DAGCBOR.encode(value).array)) }
        let link = DAGValue.link(root)
        let cases: [(Bytes, Code)] = [
            (Bytes(), .truncated), ([0], .notCAR), (Bytes([UInt8](repeating: 0, count: 59)), .notCAR),
            ([0x80, 0x00], .varintMalformed), (Bytes([UInt8](repeating: 0xFF, count: 32)), .varintMalformed),
            ([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], .tooLarge), ([0x80, 0x80, 0x04], .truncated),
            ([0x81, 0x80, 0x04], .tooLarge), ([1, 0xF6], .notCAR), (Bytes(utf8: "PK\u{3}\u{4}aaaaaaaaa"), .truncated),
            (try #require(Bytes(hexadecimal: "0aa16776657273696f6e02" + "00")), .unsupportedVersion),
            (try header(["roots": [link], "version": 2]), .unsupportedVersion),
            (try header(["roots": [link], "version": 0]), .unsupportedVersion), (try header(["version": 1]), .notCAR),
            (try header(["roots": [link]]), .notCAR), (try header(["roots": [1], "version": 1]), .notCAR),
            (try header(["roots": link, "version": 1]), .notCAR),
            (try header(["roots": [link], "version": "1"]), .notCAR),
            (try header(["roots": [link], "version": 1, "x": 1]), .notCAR),
            (try header(["roots": [[[[[[]]]]]], "version": 1]), .notCAR),
            (try header(["roots": .list(Array(repeating: link, count: 1025)), "version": 1]), .tooMany),
        ]
        for (bytes, code) in cases {
            #expect(Self.code { _ = try CARArchive(bytes) } == code)
        }
        #expect(throws: Never.self) { try CARArchive(header(["roots": [], "version": 1])) }
        #expect(throws: Never.self) { try CARArchive(whole) }
    }

    @Test func sectionsThatLieAreRefused() throws {
        let (whole, _, _) = try Self.car()
        let header = whole.array.prefix(CARWriter.headerCount)
        let block = Block(Bytes(utf8: "block"), .raw)
        let cid = block.cid.bytes.array
        let cases: [([UInt8], Code)] = [
            ([0], .notCID), ([1, 1], .truncated), ([0x80, 0x00], .varintMalformed),
            ([UInt8](repeating: 0x80, count: 40), .varintMalformed),
            ([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], .tooLarge),
            ([0x80, 0x80, 0x80, 0x02] + cid, .truncated), ([0x80, 0x80, 0x80, 0x03] + cid, .tooLarge),
            // The identifier goes on beyond its section, and what stands there is the next one's.
            ([20] + cid + PackedCAR.section(cid + block.data.array), .truncated),
            (PackedCAR.section(cid), .blockMismatch), (PackedCAR.section(cid + [1, 2, 3]), .blockMismatch),
            (PackedCAR.section([3] + cid.dropFirst() + [1]), .notCID),
            (PackedCAR.section([1, 0x55, 0x13, 0x01, 0x00, 0x00]), .unsupportedHash),
            (PackedCAR.section([1, 0x55, 0x12, 0x02, 0x00, 0x00]), .digestLength),
            (PackedCAR.section([1, 0x55, 0x00, 0x02, 0x61, 0x62, 0x61, 0x61]), .blockMismatch),
        ]
        for (bytes, code) in cases {
            #expect(Self.code { _ = try CARArchive(Bytes(header + bytes)) } == code)
        }
    }

    @Test func limitsHold() throws {
        let (whole, _, _) = try Self.car()
        var limits = CARLimits()
        limits.maximumBlocks = 3
        #expect(Self.code { _ = try CARArchive(whole, limits: limits) } == .tooMany)
        limits = CARLimits()
        limits.maximumBlock = 100
        #expect(Self.code { _ = try CARArchive(whole, limits: limits) } == .tooLarge)
        limits = CARLimits()
        limits.maximumHeader = 57
        #expect(Self.code { _ = try CARArchive(whole, limits: limits) } == .tooLarge)
    }

    // MARK: Files that lie about themselves. Written by hand: the builder cannot.

    static func field(_ number: UInt64, _ bytes: [UInt8]) -> [UInt8] {
        PackedCAR.varint(number << 3 | 2) + PackedCAR.section(bytes)
    }
    static func field(_ number: UInt64, _ value: UInt64) -> [UInt8] {
        PackedCAR.varint(number << 3) + PackedCAR.varint(value)
    }
    static func link(_ cid: CID, name: String = "", size: UInt64 = 0) -> [UInt8] {
        field(2, field(1, cid.bytes.array) + field(2, Array(name.utf8)) + field(3, size))
    }
    static func file(_ links: [CID], sizes: [UInt64], total: UInt64?, data: [UInt8] = []) -> Block {
        let inner =
            field(1, 2) + (data.isEmpty ? [] : field(2, data)) + (total.map { field(3, $0) } ?? [])
            + sizes.flatMap { field(4, $0) }
        return Block(Bytes(links.flatMap { link($0) } + field(1, inner)), .dagPB)
    }
    static func archive(_ blocks: [Block], limits: CARLimits = CARLimits()) throws -> CARArchive {
        let root = try #require(blocks.last)
        return try CARArchive(PackedCAR.raw(roots: [root.cid], blocks.map { ($0.cid, $0.data) }), limits: limits)
    }

    static let leaf = Block(Bytes(utf8: "0123456789"), .raw)

    @Test func sizesThatDifferAreFoundOut() throws {
        let leaf = Self.leaf
        let cases: [(Block, Code?)] = [
            (Self.file([leaf.cid, leaf.cid], sizes: [10, 10], total: 20), nil),
            (Self.file([leaf.cid, leaf.cid], sizes: [10, 10], total: nil), nil),
            (Self.file([leaf.cid], sizes: [10], total: 13, data: [1, 2, 3]), nil),
            (Self.file([], sizes: [], total: 3, data: [1, 2, 3]), nil), (Self.file([], sizes: [], total: 0), nil),
            (Self.file([leaf.cid, leaf.cid], sizes: [10, 10], total: 21), .sizeDiffers),
            (Self.file([leaf.cid, leaf.cid], sizes: [10, 11], total: 21), .sizeDiffers),
            (Self.file([leaf.cid, leaf.cid], sizes: [10, 0], total: 10), .sizeDiffers),
            (Self.file([leaf.cid, leaf.cid], sizes: [10, UInt64.max >> 1], total: 9), .sizeDiffers),
            (Self.file([leaf.cid, leaf.cid], sizes: [10], total: 10), .nodeMalformed),
            (Self.file([leaf.cid], sizes: [10, 10], total: 20), .nodeMalformed),
        ]
        for (block, code) in cases {
            let archive = try Self.archive([leaf, block])
            #expect(Self.code { _ = try archive.content(block.cid) } == code)
            // One level further down.
            let above = Self.file([block.cid], sizes: [20], total: 20)
            let found = Self.code { _ = try Self.archive([leaf, block, above]).content(above.cid) }
            let isTwenty = block == cases[0].0 || block == cases[1].0
            #expect(isTwenty ? found == nil : found != nil)
        }
    }

    /// Five levels of a thousand links each, all to the same block: 10^16 bytes in 250 kB.
    @Test func anArchiveThatUnpacksWithoutEndIsStopped() throws {
        var blocks = [Self.leaf]
        var size: UInt64 = 10
        for _ in 0..<5 {
            blocks.append(
                Self.file(
                    Array(repeating: blocks[blocks.count - 1].cid, count: 1000),
                    sizes: Array(repeating: size, count: 1000), total: size * 1000))
            size *= 1000
        }
        var limits = CARLimits()
        limits.maximumContent = 1_000_000
        let archive = try Self.archive(blocks, limits: limits)
        #expect(try archive.completeness().isComplete)
        var chunks = try archive.chunks(of: blocks[5].cid)
        let found = Self.code { while try chunks.next() != nil {} }
        #expect(found == .tooLarge)
        #expect(chunks.count <= 1_000_010)
    }

    @Test func aChainWithoutEndIsStopped() throws {
        var blocks = [Self.leaf]
        for _ in 0..<40 { blocks.append(Self.file([blocks[blocks.count - 1].cid], sizes: [10], total: 10)) }
        let archive = try Self.archive(blocks)
        #expect(Self.code { _ = try archive.content(blocks[40].cid) } == .tooDeep)
        #expect(try archive.content(blocks[31].cid) == Self.leaf.data)
        #expect(try archive.completeness().isComplete)
    }

    @Test func namesThatLeaveTheFolderAreRefused() throws {
        let leaf = Self.leaf
        for names in [
            [".."], ["."], [""], ["a/b"], ["/etc"], ["a\u{0}"], ["a", "a"], [String(repeating: "x", count: 256)],
        ] {
            let links = names.flatMap { Self.link(leaf.cid, name: $0) }
            let folder = Block(Bytes(links + Self.field(1, Self.field(1, 1))), .dagPB)
            let archive = try Self.archive([leaf, folder])
            #expect(Self.code { _ = try archive.entries(of: folder.cid) } == .unsafeName)
        }
        let badName = Self.field(2, Self.field(1, leaf.cid.bytes.array) + Self.field(2, [0xFF, 0xFE]))
        let folder = Block(Bytes(badName + Self.field(1, Self.field(1, 1))), .dagPB)
        #expect(Self.code { _ = try Self.archive([leaf, folder]).entries(of: folder.cid) } == .notUTF8)
    }

    @Test func nodesThatAreDamagedAreRefused() throws {
        let leaf = Self.leaf
        let link = Self.link(leaf.cid, name: "a")
        let folderData = Self.field(1, Self.field(1, 1))
        let cases: [([UInt8], Code)] = [
            ([], .nodeMalformed), (link, .nodeMalformed), (link + folderData + link, .nodeMalformed),
            (folderData + folderData, .nodeMalformed), (Self.field(3, [1]), .nodeMalformed), ([0x0A], .truncated),
            ([0x0A, 0x05, 0x01], .truncated), (Self.field(2, []) + folderData, .truncated),
            (Self.field(2, Self.field(2, Array("a".utf8))) + folderData, .nodeMalformed),
            (Self.field(2, Self.field(1, leaf.cid.bytes.array + [0])) + folderData, .trailingBytes),
            (Self.field(2, Self.field(1, leaf.cid.bytes.array) + Self.field(4, 1)) + folderData, .nodeMalformed),
            (
                Self.field(2, Self.field(1, leaf.cid.bytes.array) + Self.field(3, 1) + Self.field(2, [97]))
                    + folderData,
                .nodeMalformed
            ),
            (Self.field(1, []), .nodeMalformed), (Self.field(1, Self.field(1, 6)), .nodeMalformed),
            (Self.field(1, Self.field(1, 5)), .unsupportedNode), (Self.field(1, Self.field(1, 4)), .unsupportedNode),
            (Self.field(1, Self.field(1, 3)), .unsupportedNode), (Self.field(1, [0x08, 0x01, 0x99]), .truncated),
        ]
        for (bytes, code) in cases {
            let block = Block(Bytes(bytes), .dagPB)
            let archive = try Self.archive([leaf, block])
            #expect(Self.code { _ = try archive.kind(of: block.cid) } == code)
        }
    }

    /// The same bytes under two codecs: the links must be followed whichever comes first.
    @Test func aNodeThatIsAlsoARunOfBytesIsFollowed() throws {
        let node = Self.file([Self.leaf.cid], sizes: [10], total: 10)
        let asBytes = CID(.raw, node.cid.hash)
        for order in [[asBytes, node.cid], [node.cid, asBytes]] {
            let car = try PackedCAR.raw(roots: order, [(node.cid, node.data)])
            #expect(try CARArchive(car).completeness().missing == [Self.leaf.cid])
        }
    }

    @Test func aSourceThatChangesAfterItWasReadIsFoundOut() throws {
        let (whole, root, _) = try Self.car()
        let source = Changing(bytes: whole)
        let archive = try CARArchive(source)
        let file = try #require(try archive.entries(of: root).first)
        source.change()
        #expect(Self.code { _ = try archive.content(file.cid) } == .blockMismatch)
    }
}
