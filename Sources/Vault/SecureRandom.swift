public import ByteIO
import CCrypto

/// Random bytes fit for keys.
public enum SecureRandom {
    /// `count` random bytes.
    public static func bytes(_ count: Int) -> Bytes {
        unsafe Bytes(count: count) { unsafe fill($0) }
    }

    /// Fills `target` with random bytes. libcrypto's generator serves; where it reports failure, the kernel's does.
    public static func fill(_ target: UnsafeMutableRawBufferPointer) {
        guard let base = target.baseAddress, target.count > 0 else { return }
        if let count = Int32(exactly: target.count),
            unsafe RAND_bytes(base.assumingMemoryBound(to: UInt8.self), count) == 1
        {
            return
        }
        var system = SystemRandomNumberGenerator()
        for index in 0..<target.count { unsafe target[index] = UInt8.random(in: 0...255, using: &system) }
    }
}
