import ByteIO
import ContentAddressing
import Testing

@Suite struct PieceTests {
    static func commitment(_ content: [Bytes]) throws -> PieceCommitment {
        var hasher = PieceHasher()
        for bytes in content { try hasher.update(bytes) }
        return hasher.commitment()
    }

    static func repeated(_ byte: UInt8, _ count: Int) -> Bytes { Bytes([UInt8](repeating: byte, count: count)) }
    static let fourGroups = [0, 1, 2, 3].map { repeated($0, 127) }

    @Test func knownPiecesHaveTheirNames() throws {
        for (content, name) in [
            ([], "bafkzcibcp4bdomn3tgwgrh3g532zopskstnbrd2n3sxfqbze7rxt7vqn7veigmy"),
            ([Self.repeated(0, 127)], "bafkzcibcaabdomn3tgwgrh3g532zopskstnbrd2n3sxfqbze7rxt7vqn7veigmy"),
            ([Self.repeated(0, 128)], "bafkzcibcpybwiktap34inmaex4wbs6cghlq5i2j2yd2bb2zndn5ep7ralzphkdy"),
            (Self.fourGroups, "bafkzcibcaaces3nobte6ezpp4wqan2age2s5yxcatzotcvobhgcmv5wi2xh5mbi"),
            (
                Self.fourGroups + [Self.repeated(0, 4)],
                "bafkzcibd7abqlxticxolgseegik2stpfgkkuwyf6kufex3doorkvmzpjuxwe4dz4"
            ),
            (
                Self.fourGroups + [Self.repeated(0, 5)],
                "bafkzcibd64bqlxticxolgseegik2stpfgkkuwyf6kufex3doorkvmzpjuxwe4dz4"
            ),
        ] {
            let commitment = try Self.commitment(content)
            #expect(commitment.version2.description == name)
            let read = try PieceCommitment(version2: CID(text: name))
            #expect(read == commitment)
            #expect(read.padding + read.payload == read.paddedSize / 128 * 127)
        }
        #expect(
            try Self.commitment(Self.fourGroups).version1.description
                == "baga6ea4seaqes3nobte6ezpp4wqan2age2s5yxcatzotcvobhgcmv5wi2xh5mbi")
        #expect(
            try Self.commitment([Self.repeated(0xCC, 1024)]).version1.description
                == "baga6ea4seaqdlpnhgsndrgjeu4p46hahlsr4lybg6du4d56ooppdpxhcofxeuoi")
    }

    @Test func aLargePieceHasItsName() throws {
        let period = Bytes((0..<(1 << 20)).map { UInt8(truncatingIfNeeded: 7 * $0) })
        let commitment = try Self.commitment(Array(repeating: period, count: 127))
        #expect(
            commitment.version1.description == "baga6ea4seaqguqmqb7r6sq22nfypqqaapslfgt2zywsdasey6r3eczz4neyjkda")
        #expect(commitment.paddedSize == 128 << 20 && commitment.padding == 0)
    }

    @Test func howTheBytesArriveChangesNothing() throws {
        let content = Bytes((0..<500_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
        let whole = try Self.commitment([content])
        for step in [1000, 65_023, 65_024, 65_025, 130_048, 499_999] {
            var hasher = PieceHasher()
            for offset in stride(from: 0, to: content.count, by: step) {
                try hasher.update(content[clamping: offset..<(offset + step)])
                _ = hasher.commitment()
            }
            #expect(hasher.commitment() == whole)
        }
    }

    /// The root of a piece does not depend on whether its zeros were there or were appended.
    @Test func zerosThatAreAppendedAreZeros() throws {
        for count in [1, 126, 127, 128, 254, 255, 65_023, 65_024, 65_025, 130_048, 130_049, 300_000] {
            let content = Bytes((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 1) })
            let commitment = try Self.commitment([content])
            let filled = try Self.commitment([content, Self.repeated(0, commitment.padding)])
            #expect(filled.root == commitment.root && filled.height == commitment.height && filled.padding == 0)
            #expect(commitment.payload == count)
            #expect(try PieceCommitment(version2: commitment.version2) == commitment)
        }
    }

    @Test func whatIsNoPieceIsRefused() throws {
        #expect(throws: ContentAddressingError(.notCID)) {
            try PieceCommitment(version2: CID(text: CIDTests.helloWorld))
        }
        let root = [UInt8](repeating: 7, count: 32)
        // No height; a height beyond any piece; more padding than the piece has room; a piece that could be half.
        for head: [UInt8] in [
            [0, 1], [0, 49], [0, 255], [0x80, 0x01, 2], [0x7F, 3], [0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 5],
        ] {
            let cid = CID(.raw, try Multihash(.pieceWithSize, digest: Bytes(head + root)))
            #expect(throws: ContentAddressingError(.pieceSize)) { try PieceCommitment(version2: cid) }
        }
        let long = CID(.raw, try Multihash(.pieceWithSize, digest: Bytes([0, 2] + root + [0])))
        #expect(throws: ContentAddressingError(.digestLength)) { try PieceCommitment(version2: long) }
    }
}
