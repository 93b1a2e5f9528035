import CCrypto

extension SHA256 {
    /// A message of two digests and the padding behind it are two blocks of 64 bytes.
    private static let blockCount = 64

    /// Hashes `buffer` as messages of 64 bytes side by side and writes the digests side by side to its first half:
    /// one level of a binary tree. Bytes behind the last whole message stay as they are.
    ///
    /// Nothing is set up or copied for a message: libcrypto's block function is called twice, and the processor
    /// overlaps one message with the next.
    public static func hashPairs(in buffer: UnsafeMutableRawBufferPointer) {
        guard let base = buffer.baseAddress else { return }
        var initial = SHA256_CTX()
        unsafe SHA256_Init(&initial)
        // FIPS 180-4 §5.1.1: a one bit, zeros, and 512, the length of the message in bits.
        var padding = [UInt8](repeating: 0, count: blockCount)
        padding[0] = 0x80
        padding[62] = 0x02
        var state = initial
        for index in 0..<(buffer.count / blockCount) {
            state.h = initial.h
            unsafe SHA256_Transform(&state, base.advanced(by: index * blockCount).assumingMemoryBound(to: UInt8.self))
            unsafe SHA256_Transform(&state, padding)
            let target = unsafe base.advanced(by: index * SHA256.count)
            unsafe withUnsafeBytes(of: &state.h) { words in
                for offset in stride(from: 0, to: SHA256.count, by: 4) {
                    let word = unsafe words.load(fromByteOffset: offset, as: UInt32.self)
                    unsafe target.storeBytes(of: word.bigEndian, toByteOffset: offset, as: UInt32.self)
                }
            }
        }
    }
}
