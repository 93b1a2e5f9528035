import ByteIO
import Deidentification
import Foundation
import Testing
import Vault

@Suite("Identity patch")
struct IdentityPatchTests {
    let original = Bytes((0..<200).map { UInt8($0) })
    /// Header replaced, 20 bytes left out, two ranges kept in another order.
    let pieces: [Piece] = [.literal(Bytes(utf8: "new header")), .source(100..<200), .source(10..<80)]

    private func rebuilt(_ patch: IdentityPatch, _ stored: Bytes) throws -> Bytes {
        var out: [UInt8] = []
        try patch.forEachChunk(of: stored) { chunk in out += chunk.array }
        return Bytes(out)
    }

    @Test("The original comes back bit for bit")
    func roundTrip() throws {
        let stored = try pieces.materialize(from: original)
        let patch = try IdentityPatch(
            parsing: try IdentityPatch.make(original: original, stored: pieces, name: "a/b.dcm"))
        #expect(patch.originalName == "a/b.dcm")
        #expect(patch.digests?.stored == SHA256.of(stored) && patch.digests?.original == SHA256.of(original))
        #expect(try rebuilt(patch, stored) == original)
        try patch.verify(stored: stored)
    }

    @Test("Overlapping, adjacent, empty and tiny pieces give the original too")
    func shapes() throws {
        let shapes: [[Piece]] = [
            [], [.source(0..<200)], [.source(0..<100), .source(100..<200)], [.source(50..<150), .source(0..<100)],
            [.source(0..<4), .literal(Bytes([1])), .source(4..<8)],
            [.source(10..<10), .source(20..<90), .source(20..<90)],
            [.literal(Bytes(utf8: "x"))], [.source(0..<120), .source(60..<200), .source(70..<80)],
        ]
        for pieces in shapes {
            let stored = try pieces.materialize(from: original)
            let patch = try IdentityPatch(parsing: try IdentityPatch.make(original: original, stored: pieces))
            #expect(try rebuilt(patch, stored) == original)
            try patch.verify(stored: stored)
        }
    }

    /// The bytes of the specification, written by hand: stored "ABCDEFGHIJ", original "xABCDEFGHy".
    private func vector() -> [UInt8] {
        let stored = SHA256.of(Bytes(utf8: "ABCDEFGHIJ"))
        let original = SHA256.of(Bytes(utf8: "xABCDEFGHy"))
        return [0x54, 0x49, 0x44, 0x50, 1] + stored.array + original.array + [10, 10, 3] + Array("f.d".utf8)
            + [0x03, 0x78, 0x10, 0x00, 0x03, 0x79]
    }

    @Test("The bytes are those of the specification")
    func vectorBytes() throws {
        let source = Bytes(utf8: "xABCDEFGHy")
        let made = try IdentityPatch.make(
            original: source, stored: [.source(1..<9), .literal(Bytes(utf8: "IJ"))], name: "f.d")
        #expect(made.array == vector())
        #expect(try rebuilt(try IdentityPatch(parsing: made), Bytes(utf8: "ABCDEFGHIJ")) == source)
    }

    /// Version 2 of the same: key 00 01 … 1f, and the code over "xABCDEFGHy" and the object's own "IJ".
    private func codedVector() throws -> [UInt8] {
        let key = (0..<32).map { UInt8($0) }
        let code = try AESGMAC(key: try SymmetricKey(Bytes(key)))
        try code.update(Bytes(utf8: "xABCDEFGHyIJ"))
        return [0x54, 0x49, 0x44, 0x50, 2] + key + (try code.code()).array + [10, 10, 3] + Array("f.d".utf8)
            + [0x03, 0x78, 0x10, 0x00, 0x03, 0x79]
    }

    @Test("With a code instead of digests, too")
    func codedVectorBytes() throws {
        let source = Bytes(utf8: "xABCDEFGHy")
        let made = try IdentityPatch.make(
            original: source, stored: [.source(1..<9), .literal(Bytes(utf8: "IJ"))], name: "f.d",
            proof: .code(try SymmetricKey(Bytes((0..<32).map { UInt8($0) }))))
        #expect(made.array == (try codedVector()))
        let patch = try IdentityPatch(parsing: made)
        #expect(patch.digests == nil)
        #expect(try rebuilt(patch, Bytes(utf8: "ABCDEFGHIJ")) == source)
        try patch.verify(stored: Bytes(utf8: "ABCDEFGHIJ"))
    }

    @Test("A code covers every byte of both files, whatever the pieces")
    func codeCovers() throws {
        let shapes: [[Piece]] = [
            pieces, [], [.source(0..<200)], [.source(50..<150), .source(0..<100)], [.literal(Bytes(utf8: "x"))],
            [.source(0..<4), .literal(Bytes([1])), .source(4..<8)],
            [.source(0..<120), .source(60..<200), .source(70..<80)],
            [
                .literal(Bytes(utf8: "head")), .source(10..<10), .source(20..<90), .source(20..<90),
                .literal(Bytes([2])),
            ],
        ]
        for pieces in shapes {
            let stored = try pieces.materialize(from: original)
            let made = try IdentityPatch.make(original: original, stored: pieces, proof: .code(SymmetricKey()))
            let patch = try IdentityPatch(parsing: made)
            #expect(try rebuilt(patch, stored) == original)
            try patch.verify(stored: stored)
            for index in 0..<stored.count {
                var array = stored.array
                array[index] ^= 1
                #expect(throws: DeidentificationError.self) { try patch.verify(stored: Bytes(array)) }
            }
        }
    }

    @Test("A patch with a code that is cut off, continued or changed never rebuilds anything in silence")
    func codeTampering() throws {
        let whole = try codedVector()
        let stored = Bytes(utf8: "ABCDEFGHIJ")
        for count in 0..<whole.count {
            #expect(throws: DeidentificationError.self) { try IdentityPatch(parsing: Bytes(Array(whole[0..<count]))) }
        }
        let name = (5 + 48 + 3)..<(5 + 48 + 6)
        for index in whole.indices where !name.contains(index) {
            for bit in 0..<8 {
                var bytes = whole
                bytes[index] ^= 1 << bit
                #expect(throws: DeidentificationError.self) {
                    try IdentityPatch(parsing: Bytes(bytes)).verify(stored: stored)
                }
            }
        }
    }

    @Test("Both digests in one pass are those of two passes")
    func digestsInOnePass() throws {
        var state: UInt64 = 7
        func random(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        let source = Bytes((0..<70_000).map { _ in UInt8(random(256)) })
        for _ in 0..<60 {
            let pieces: [Piece] = (0..<random(6)).map { _ in
                let start = random(source.count)
                let end = start + random(source.count - start + 1)
                return random(3) == 0 ? .literal(source[clamping: start..<min(end, start + 300)]) : .source(start..<end)
            }
            var seen: [UInt8] = []
            let digests = try IdentityPatch.Digests(of: pieces, original: source) { seen += $0.array }
            let stored = try pieces.materialize(from: source)
            #expect(digests.stored == SHA256.of(stored) && digests.original == SHA256.of(source))
            #expect(Bytes(seen) == stored)
        }
    }

    @Test("A patch that is cut off anywhere, or continued, is refused")
    func truncation() {
        let whole = vector()
        for count in 0..<whole.count {
            #expect(throws: DeidentificationError.self) { try IdentityPatch(parsing: Bytes(Array(whole[0..<count]))) }
        }
        #expect(throws: DeidentificationError.self) { try IdentityPatch(parsing: Bytes(whole + [0])) }
    }

    /// What is put in the place of the last six bytes (the operations) of the vector.
    struct Hostile: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let operations: [UInt8]
    }

    @Test(
        "Hostile operations are refused before anything is done",
        arguments: [
            Hostile(testDescription: "copy beyond the stored object", operations: [0x14, 0x02]),
            Hostile(testDescription: "copy before the stored object", operations: [0x14, 0x01]),
            Hostile(testDescription: "nothing copied", operations: [0x00, 0x00]),
            Hostile(testDescription: "longer than the original", operations: [0x16, 0x00]),
            Hostile(testDescription: "literal of 4 GB", operations: [0x81, 0x80, 0x80, 0x80, 0x20, 0x78]),
            Hostile(
                testDescription: "length that does not fit",
                operations: [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]),
            Hostile(
                testDescription: "offset that overflows",
                operations: [0x14, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]),
            Hostile(testDescription: "length not in its shortest form", operations: [0x94, 0x00, 0x00]),
        ])
    func hostile(_ row: Hostile) {
        let bytes = Array(vector().dropLast(6)) + row.operations
        #expect(throws: DeidentificationError.self) { try IdentityPatch(parsing: Bytes(bytes)) }
    }

    @Test("A name that is no UTF-8, another version and another magic are refused")
    func header() {
        for (index, byte) in [(0, UInt8(0)), (4, 3), (72, 0xFF)] {
            var bytes = vector()
            bytes[index] = byte
            #expect(throws: DeidentificationError.self) { try IdentityPatch(parsing: Bytes(bytes)) }
        }
    }

    @Test("A changed object, another object and another patch fail the verification")
    func tampering() throws {
        let stored = try pieces.materialize(from: original)
        let patch = try IdentityPatch(parsing: try IdentityPatch.make(original: original, stored: pieces))
        for index in [0, 5, 50, stored.count - 1] {
            var array = stored.array
            array[index] ^= 1
            #expect(throws: DeidentificationError.self) { try patch.verify(stored: Bytes(array)) }
        }
        #expect(throws: DeidentificationError.self) { try patch.verify(stored: stored[clamping: 0..<100]) }
        let other = try IdentityPatch(
            parsing: try IdentityPatch.make(original: stored, stored: [.source(0..<stored.count)]))
        try other.verify(stored: stored)
        #expect(throws: DeidentificationError.self) { try other.verify(stored: original) }
    }

    @Test("A patch whose bytes were changed never rebuilds anything in silence")
    func flippedBits() throws {
        let stored = Bytes(utf8: "ABCDEFGHIJ")
        let name = 71..<75
        for index in vector().indices where !name.contains(index) {
            for bit in 0..<8 {
                var bytes = vector()
                bytes[index] ^= 1 << bit
                #expect(throws: DeidentificationError.self) {
                    try IdentityPatch(parsing: Bytes(bytes)).verify(stored: stored)
                }
            }
        }
    }

    @Test("Pieces that leave the original are refused")
    func wrongPieces() {
        #expect(throws: DeidentificationError.self) {
            try IdentityPatch.make(original: original, stored: [.source(0..<201)])
        }
    }

    @Test("Gigabytes need no memory: chunks are a megabyte, and the patch is pieces over the source")
    func large() throws {
        let source = Zeros(count: 3 << 30)
        let pieces: [Piece] = [.literal(Bytes(utf8: "header")), .source(100..<(3 << 30))]
        let digests = IdentityPatch.Digests(stored: SHA256.of(Bytes()), original: SHA256.of(Bytes()))
        let patch = try IdentityPatch.pieces(original: source, stored: pieces, proof: .digests(digests))
        #expect(patch.byteCount < 300)
        let parsed = try IdentityPatch(parsing: try patch.materialize(from: source))
        #expect(parsed.originalCount == 3 << 30)
    }

    /// A source of zeros that nobody holds in memory.
    private struct Zeros: ByteSource {
        let count: Int
        func read(_ range: Range<Int>) throws(ByteIOError) -> Bytes { Bytes([UInt8](repeating: 0, count: range.count)) }
    }
}
