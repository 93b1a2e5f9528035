/// A Huffman code as a DHT segment gives it (T.81 §B.2.4.2, Annex C).
struct JPEGHuffmanCode: Sendable, Hashable {
    /// How many codes have 1 … 16 bits.
    let counts: [UInt8]
    /// The symbols in the order of their codes.
    let symbols: [UInt8]

    /// - Throws: `ImagingError.corrupt` where there are more codes of a length than bits for them.
    init(counts: [UInt8], symbols: [UInt8]) throws(ImagingError) {
        var next = 0
        for (index, count) in counts.enumerated() {
            next += Int(count)
            guard next <= 2 << index else { throw ImagingError(.corrupt, "a Huffman table has impossible codes") }
            next <<= 1
        }
        guard symbols.count <= 256 else { throw ImagingError(.corrupt, "a Huffman table has too many symbols") }
        self.counts = counts
        self.symbols = symbols
    }
}
