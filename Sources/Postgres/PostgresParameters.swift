/// Parameters of one execution as libpq wants them: one block of memory and a pointer into it for each value.
struct PostgresParameters {
    private var block: [CChar] = []
    private var offsets: [Int?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    /// - Throws: `PostgresError.invalidParameter` for text with U+0000, which no PostgreSQL text can hold and which
    ///   libpq would take for the end.
    init(_ values: [PostgresValue]) throws(PostgresError) {
        block.reserveCapacity(values.reduce(values.count) { $0 + ($1.bytes?.count ?? 0) })
        for (index, value) in values.enumerated() {
            formats.append(value.isBinary ? 1 : 0)
            guard let bytes = value.bytes else {
                offsets.append(nil)
                lengths.append(0)
                continue
            }
            if !value.isBinary && bytes.contains(0) {
                throw PostgresError(.invalidParameter, reason: "$\(index + 1) is text with U+0000")
            }
            guard let length = Int32(exactly: bytes.count) else {
                throw PostgresError(.invalidParameter, reason: "$\(index + 1) is longer than 2 GiB")
            }
            offsets.append(block.count)
            lengths.append(length)
            block.append(contentsOf: bytes.lazy.map { CChar(bitPattern: $0) })
            block.append(0)
        }
    }

    func withPointers<Value>(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<Int32>, UnsafePointer<Int32>) -> Value
    ) -> Value {
        block.withUnsafeBufferPointer { block in
            // One more than there are, so that no array is empty and every base address exists.
            let pointers = offsets.map { offset in offset.flatMap { block.baseAddress?.advanced(by: $0) } } + [nil]
            return body(pointers, lengths + [0], formats + [0])
        }
    }
}
