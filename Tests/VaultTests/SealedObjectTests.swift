import ByteIO
import Testing
import Vault

@Suite struct SealedObjectTests {
    let key: SymmetricKey
    let context = SealingContext("image", "2.25.1")
    static let chunk = SealedObject.chunkSize
    static let step = SealedObject.chunkSize + SealedObject.chunkOverhead

    init() throws { key = try SymmetricKey(Bytes((0..<32).map { UInt8($0) })) }

    static func plaintext(_ count: Int) -> Bytes { Bytes((0..<count).map { UInt8(truncatingIfNeeded: $0 % 251) }) }

    @Test func theVectorsOfAnIndependentImplementationOpen() throws {
        let header = "5441524e5345414c0110000000000000404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f"
        let small = try #require(Bytes(hexadecimal: header + "5096edf3f77c00f20e726265a8e58865b3176d7c"))
        let empty = try #require(Bytes(hexadecimal: header + "aa6439fcda57e6afd91f8284fc52f493"))
        #expect(try SealedObject.open(small, key: key, context: context) == Bytes(utf8: "Tarn"))
        #expect(try SealedObject.open(empty, key: key, context: context).isEmpty)
    }

    @Test(arguments: [0, 1, 15, 65535, 65536, 65537, 131072, 200_001])
    func whatIsSealedOpensWholeAndByRange(count: Int) throws {
        let plaintext = Self.plaintext(count)
        let sealed = try SealedObject.seal(plaintext, key: key, context: context)
        #expect(sealed.count == SealedObject.sealedCount(plaintext: count))
        #expect(SealedObject.plaintextCount(sealed: sealed.count) == count)
        #expect(try SealedObject.open(sealed, key: key, context: context) == plaintext)
        let reader = try SealedReader(
            header: sealed[clamping: 0..<SealedObject.headerCount], sealedCount: sealed.count, key: key,
            context: context)
        for start in Set([0, min(1, count), count / 2, max(0, count - 1), count, min(count, Self.chunk)]) {
            for end in Set([start, min(count, start + 1), min(count, start + Self.chunk), count]) where end >= start {
                let range = try reader.sealedRange(for: start..<end)
                let opened = try reader.open(sealed[clamping: range], covering: start..<end)
                #expect(opened == plaintext[clamping: start..<end])
            }
        }
        #expect(throws: VaultError(.outOfRange)) { try reader.sealedRange(for: 0..<(count + 1)) }
    }

    @Test func piecesAndStreamsGiveWhatTheWholeGives() throws {
        let source = Self.plaintext(150_000)
        let pieces: [Piece] = [
            .source(10..<70_000), .literal(Bytes(utf8: "new")), .literal(Bytes()), .source(0..<150_000),
        ]
        let expected = try pieces.materialize(from: source)
        let whole = try SealedObject.seal(pieces, from: source, key: key, context: context)
        #expect(try SealedObject.open(whole, key: key, context: context) == expected)
        var streamed: [UInt8] = []
        try SealedObject.seal(pieces, from: source, key: key, context: context) { streamed += $0.array }
        #expect(try SealedObject.open(Bytes(streamed), key: key, context: context) == expected)
    }

    @Test func aStreamMustKeepTheAnnouncedLength() throws {
        let sealer = try Sealer(key: key, context: context, plaintextCount: 10)
        _ = try sealer.seal(Self.plaintext(4))
        #expect(throws: VaultError(.lengthDiffers)) { try sealer.finish() }
        #expect(throws: VaultError(.lengthDiffers)) { try sealer.seal(Self.plaintext(7)) }
    }

    @Test func theSamePlaintextNeverLooksTheSame() throws {
        let one = try SealedObject.seal(Self.plaintext(1000), key: key, context: context)
        let two = try SealedObject.seal(Self.plaintext(1000), key: key, context: context)
        #expect(
            one[clamping: SealedObject.headerCount..<one.count] != two[clamping: SealedObject.headerCount..<two.count])
    }

    @Test func everyTruncationIsRefused() throws {
        let sealed = try SealedObject.seal(Self.plaintext(100), key: key, context: context)
        for count in 0..<sealed.count {
            #expect(throws: VaultError.self) {
                try SealedObject.open(sealed[clamping: 0..<count], key: key, context: context)
            }
        }
        // At a chunk's border the rest is well formed but for the last-chunk flag.
        let long = try SealedObject.seal(Self.plaintext(3 * Self.chunk), key: key, context: context)
        for chunks in 1...2 {
            let cut = long[clamping: 0..<(SealedObject.headerCount + chunks * Self.step)]
            let offset = SealedObject.headerCount + (chunks - 1) * Self.step
            #expect(throws: VaultError(.notAuthentic, offset: offset)) {
                try SealedObject.open(cut, key: key, context: context)
            }
        }
    }

    @Test func everyChangedByteIsRefused() throws {
        let sealed = try SealedObject.seal(Self.plaintext(60), key: key, context: context)
        for index in 0..<sealed.count {
            var changed = sealed.array
            changed[index] ^= 1
            #expect(throws: VaultError.self) { try SealedObject.open(Bytes(changed), key: key, context: context) }
        }
        var longer = sealed.array
        longer.append(0)
        #expect(throws: VaultError.self) { try SealedObject.open(Bytes(longer), key: key, context: context) }
    }

    @Test func movedChunksAreRefused() throws {
        let count = 4 * Self.chunk
        let sealed = try SealedObject.seal(Self.plaintext(count), key: key, context: context).array
        let other = try SealedObject.seal(Self.plaintext(count), key: key, context: context).array
        func range(_ chunk: Int) -> Range<Int> {
            let start = SealedObject.headerCount + chunk * Self.step
            return start..<(start + Self.step)
        }
        var swapped = sealed
        swapped.replaceSubrange(range(0), with: sealed[range(1)])
        swapped.replaceSubrange(range(1), with: sealed[range(0)])
        var spliced = sealed
        spliced.replaceSubrange(range(2), with: other[range(2)])
        var dropped = sealed
        dropped.removeSubrange(range(1))
        var repeated = sealed
        repeated.insert(contentsOf: sealed[range(1)], at: range(1).upperBound)
        for bytes in [swapped, spliced, dropped, repeated] {
            #expect { try SealedObject.open(Bytes(bytes), key: key, context: context) } throws: {
                ($0 as? VaultError)?.code == .notAuthentic
            }
        }
    }

    @Test func anotherKeyOrContextDoesNotOpen() throws {
        let sealed = try SealedObject.seal(Self.plaintext(10), key: key, context: context)
        let offset = SealedObject.headerCount
        #expect(throws: VaultError(.notAuthentic, offset: offset)) {
            try SealedObject.open(sealed, key: SymmetricKey(), context: context)
        }
        #expect(throws: VaultError(.notAuthentic, offset: offset)) {
            try SealedObject.open(sealed, key: key, context: SealingContext("patch", "2.25.1"))
        }
        #expect(throws: VaultError(.notSealed, offset: 0)) {
            try SealedObject.open(Bytes([UInt8](repeating: 0, count: 100)), key: key, context: context)
        }
    }

    @Test func lengthsThatNoPlaintextGivesAreRefused() {
        #expect(SealedObject.plaintextCount(sealed: 0) == nil)
        #expect(SealedObject.plaintextCount(sealed: 63) == nil)
        #expect(SealedObject.plaintextCount(sealed: 64) == 0)
        #expect(SealedObject.plaintextCount(sealed: SealedObject.headerCount + Self.step + 16) == nil)
        #expect(SealedObject.plaintextCount(sealed: SealedObject.headerCount + Self.step + 17) == Self.chunk + 1)
    }

    @Test func aSourceThatFailsIsAnErrorOfItsOwn() {
        #expect(throws: VaultError(.sourceFailed)) {
            try SealedObject.seal([.source(0..<10)], from: Bytes([1]), key: key, context: context)
        }
    }
}
