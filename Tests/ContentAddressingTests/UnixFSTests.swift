import ByteIO
import ContentAddressing
import Testing
import Vault

/// Vectors of IPIP-0499.
@Suite struct UnixFSTests {
    struct Vector: CustomTestStringConvertible {
        let testDescription: String
        let content: [Bytes]
        let cid: String
        init(_ description: String, _ content: [Bytes], _ cid: String) {
            testDescription = description
            self.content = content
            self.cid = cid
        }
    }

    static func seeded(_ seed: String, _ count: Int) -> Bytes {
        var generator = SeededBytes(key: SHA256.of(Bytes(utf8: seed)))
        return generator.next((count + 511) / 512 * 512)[clamping: 0..<count]
    }

    static let mebibyte = 1 << 20

    static let vectors = [
        Vector("hello world", [Bytes(utf8: "hello world")], CIDTests.helloWorld),
        Vector(
            "hello world, line feed", [Bytes(utf8: "hello world\n")],
            "bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4"),
        Vector("nothing", [], "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"),
        Vector(
            "one chunk", [seeded("chunk-v1-seed", mebibyte)],
            "bafkreiacndfy443ter6qr2tmbbdhadvxxheowwf75s6zehscklu6ezxmta"),
        Vector(
            "one chunk and a byte", [seeded("chunk-v1-seed", mebibyte + 1)],
            "bafybeigmix7t42i6jacydtquhet7srwvgpizfg7gjbq7627d35mjomtu64"),
        Vector(
            "zeros", [Bytes([UInt8](repeating: 0, count: mebibyte + 1))],
            "bafybeihd4yzq7n5umhjngdum4r6k2to7egxfkf2jz6thvwzf6djus22cmq"),
    ]

    @Test(arguments: vectors) func filesHaveTheirNames(_ vector: Vector) {
        var builder = UnixFSBuilder()
        for bytes in vector.content { builder.append(bytes) { _ in } }
        let entry = builder.finishFile { _ in }
        #expect(entry.cid.description == vector.cid)
        #expect(entry.size == UInt64(vector.content.reduce(0) { $0 + $1.count }))
    }

    @Test func howTheBytesArriveChangesNothing() {
        let content = Self.seeded("chunk-v1-seed", Self.mebibyte + 1)
        for step in [1000, 4096, 65_536, 999_999, Self.mebibyte] {
            var builder = UnixFSBuilder()
            var blocks: [Int] = []
            for offset in stride(from: 0, to: content.count, by: step) {
                builder.append(content[clamping: offset..<(offset + step)]) { blocks.append($0.data.count) }
            }
            let entry = builder.finishFile { blocks.append($0.data.count) }
            #expect(entry.cid.description == "bafybeigmix7t42i6jacydtquhet7srwvgpizfg7gjbq7627d35mjomtu64")
            #expect(blocks.prefix(2) == [Self.mebibyte, 1])
            #expect(entry.totalSize == UInt64(blocks.reduce(0, +)))
        }
    }

    @Test func aBuilderMakesOneFileAfterAnother() {
        var builder = UnixFSBuilder()
        for vector in Self.vectors + Self.vectors {
            for bytes in vector.content { builder.append(bytes) { _ in } }
            #expect(builder.finishFile { _ in }.cid.description == vector.cid)
        }
    }

    #if !DEBUG
        /// A gibibyte takes a second or two where the compiler optimises, and minutes elsewhere.
        @Test func aFullNodeAndTheFirstOfTwoLevelsHaveTheirNames() {
            var generator = SeededBytes(key: SHA256.of(Bytes(utf8: "v1-2025-seed")))
            var builder = UnixFSBuilder()
            for _ in 0..<1024 { builder.append(generator.next(Self.mebibyte)) { _ in } }
            var longer = builder
            #expect(
                builder.finishFile { _ in }.cid.description
                    == "bafybeihmf37wcuvtx4hpu7he5zl5qaf2ineo2lqlfrapokkm5zzw7zyhvm")
            longer.append(generator.next(512)[clamping: 0..<1]) { _ in }
            #expect(
                longer.finishFile { _ in }.cid.description
                    == "bafybeibdsi225ugbkmpbdohnxioyab6jsqrmkts3twhpvfnzp77xtzpyhe")
        }
    #endif

    @Test func foldersHaveTheirNames() throws {
        #expect(
            try UnixFSBuilder.folder([]).entry.cid.description
                == "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354")
        var builder = UnixFSBuilder()
        builder.append(Bytes(utf8: "hello world\n")) { _ in }
        let file = builder.finishFile { _ in }
        #expect(
            try UnixFSBuilder.folder([(name: "hello.txt", entry: file)]).entry.cid.description
                == "bafybeidhkumeonuwkebh2i4fc7o7lguehauradvlk57gzake6ggjsy372a")
    }

    @Test func theOrderOfNamesChangesNothing() throws {
        var builder = UnixFSBuilder()
        let file = builder.finishFile { _ in }
        let names = ["b", "a", "é", "aa", "B"]
        let one = try UnixFSBuilder.folder(names.map { (name: $0, entry: file) })
        let other = try UnixFSBuilder.folder(names.reversed().map { (name: $0, entry: file) })
        #expect(one.block == other.block)
    }

    @Test func namesThatNoFolderHoldsAreRefused() throws {
        var builder = UnixFSBuilder()
        let file = builder.finishFile { _ in }
        for name in ["", ".", "..", "a/b", "/", "a\u{0}b", String(repeating: "x", count: 256)] {
            #expect(throws: ContentAddressingError(.unsafeName)) {
                try UnixFSBuilder.folder([(name: name, entry: file)])
            }
        }
        #expect(throws: ContentAddressingError(.unsafeName)) {
            try UnixFSBuilder.folder([(name: "a", entry: file), (name: "b", entry: file), (name: "a", entry: file)])
        }
        let many = (0..<6000).map { (name: "file-\($0)", entry: file) }
        #expect(throws: ContentAddressingError(.folderTooLarge)) { try UnixFSBuilder.folder(many) }
    }
}
