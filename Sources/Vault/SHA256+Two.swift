public import ByteIO
import CCrypto
import CSHA

extension SHA256 {
    private static let blockCount = 64
    private static let pairWorks = tarn_sha256_pair_works() != 0

    /// Adds the same bytes to two digests that were fed differently before: the object that is stored and the file it
    /// was made of share nearly all their bytes, behind headers of different lengths. Costs little more than one of them,
    /// where the processor has the instructions.
    public static func update(_ first: inout SHA256, _ second: inout SHA256, with bytes: Bytes) {
        unsafe bytes.withUnsafeBytes { unsafe update(&first, &second, with: $0) }
    }

    static func update(_ first: inout SHA256, _ second: inout SHA256, with bytes: UnsafeRawBufferPointer) {
        let firstStart = first.countToBlock
        let secondStart = second.countToBlock
        let blocks = (bytes.count - max(firstStart, secondStart)) / blockCount
        guard pairWorks, blocks > 0, let base = bytes.baseAddress else {
            unsafe first.update(bytes)
            unsafe second.update(bytes)
            return
        }
        unsafe first.update(UnsafeRawBufferPointer(rebasing: bytes[..<firstStart]))
        unsafe second.update(UnsafeRawBufferPointer(rebasing: bytes[..<secondStart]))
        unsafe withUnsafeMutableBytes(of: &first.state.h) { one in
            unsafe withUnsafeMutableBytes(of: &second.state.h) { two in
                unsafe tarn_sha256_pair(
                    one.assumingMemoryBound(to: UInt32.self).baseAddress,
                    base.advanced(by: firstStart).assumingMemoryBound(to: UInt8.self),
                    two.assumingMemoryBound(to: UInt32.self).baseAddress,
                    base.advanced(by: secondStart).assumingMemoryBound(to: UInt8.self), blocks)
            }
        }
        first.count(blocks)
        second.count(blocks)
        let end = blocks * blockCount
        unsafe first.update(UnsafeRawBufferPointer(rebasing: bytes[(firstStart + end)...]))
        unsafe second.update(UnsafeRawBufferPointer(rebasing: bytes[(secondStart + end)...]))
    }

    /// Bytes that are missing until the next whole block.
    private var countToBlock: Int { (Self.blockCount - Int(state.num)) % Self.blockCount }

    /// Counts blocks that went past libcrypto: the length of the message in bits stands in two words (FIPS 180-4 §5.1.1).
    private mutating func count(_ blocks: Int) {
        let bits = (UInt64(state.Nh) << 32 | UInt64(state.Nl)) &+ UInt64(blocks) &* UInt64(Self.blockCount * 8)
        state.Nl = UInt32(truncatingIfNeeded: bits)
        state.Nh = UInt32(truncatingIfNeeded: bits >> 32)
    }
}
