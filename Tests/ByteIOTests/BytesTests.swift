import ByteIO
import Testing

@Suite struct BytesTests {
    let bytes = Bytes([1, 2, 3, 4, 5])

    @Test func slicesStartAtZeroAndShareContent() throws {
        let slice = try #require(bytes.slice(1..<4))
        #expect(slice.array == [2, 3, 4])
        #expect(slice[0] == 2)
        #expect(try #require(slice.slice(1..<2)).array == [3])
    }

    @Test func sliceOutsideIsRefused() {
        #expect(bytes.slice(3..<6) == nil)
        #expect(bytes[clamping: 3..<600].array == [4, 5])
        #expect(throws: ByteIOError(.outOfRange)) { try bytes.read(4..<9) }
    }

    @Test func piecesMaterializeInOrder() throws {
        let pieces: [Piece] = [.source(3..<5), .literal([9, 9]), .source(0..<1)]
        #expect(try pieces.materialize(from: bytes).array == [4, 5, 9, 9, 1])
        #expect(pieces.byteCount == 5)
    }

    @Test func checksumEqualsTheStandardVector() {
        #expect(CRC32.of(Bytes(utf8: "123456789")) == 0xCBF4_3926)
    }

    @Test func hexadecimalRoundTrips() {
        #expect(Bytes(hexadecimal: "00ff7A")?.hexadecimal == "00ff7a")
        #expect(Bytes(hexadecimal: "0") == nil)
        #expect(Bytes(hexadecimal: "0g") == nil)
    }

    @Test func mappingWhatIsNoFileIsAnError() {
        #expect(throws: ByteIOError.self) { try Bytes.mapping(file: "/nonexistent") }
        #expect(throws: ByteIOError(.notARegularFile)) { try Bytes.mapping(file: "/") }
    }
}
