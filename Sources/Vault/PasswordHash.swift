import ByteIO
import CArgon2

/// Passwords as Argon2id hashes (RFC 9106) in PHC string form: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`.
///
/// Both calls cost some 50–100 ms of a core and 64 MiB on purpose: run them off the cooperative pool, few at a time.
public enum PasswordHash {
    /// 64 MiB (the memory of RFC 9106 §4, second recommended option), two passes, one lane: above the least that
    /// OWASP asks for (46 MiB, one pass), and some 90 ms here. One lane, since a server's cores are better spent on
    /// other callers than on one sign-in.
    static let memoryKiB: UInt32 = 65536
    static let passes: UInt32 = 2
    static let lanes: UInt32 = 1
    private static let saltCount = 16
    private static let hashCount = 32

    /// A new hash of `password`, under a random salt.
    public static func make(_ password: String) throws(VaultError) -> String {
        let salt = SecureRandom.bytes(saltCount)
        let room = argon2_encodedlen(
            passes, memoryKiB, lanes, UInt32(saltCount), UInt32(hashCount), Argon2_id)
        var password = password
        var status: Int32 = -1
        let encoded = unsafe [UInt8](unsafeUninitializedCapacity: Int(room)) { buffer, count in
            status = password.withUTF8 { text in
                unsafe salt.withUnsafeBytes { saltBytes in
                    unsafe buffer.withMemoryRebound(to: CChar.self) { target in
                        unsafe argon2id_hash_encoded(
                            passes, memoryKiB, lanes, text.baseAddress, text.count, saltBytes.baseAddress,
                            saltBytes.count, hashCount, target.baseAddress, target.count)
                    }
                }
            }
            count = status == 0 ? Int(room) : 0
        }
        guard status == 0 else { throw VaultError(.cryptographyFailed) }
        return String(decoding: encoded.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Whether `hash` was made of `password`. The comparison takes the same time wherever the two differ.
    /// - Throws: `passwordHashMalformed` when `hash` is no Argon2id string, or asks for absurd memory or time.
    public static func verify(_ password: String, against hash: String) throws(VaultError) -> Bool {
        guard let cost = Cost(hash), cost.memoryKiB <= 1 << 20, cost.passes <= 64 else {
            throw VaultError(.passwordHashMalformed)
        }
        var password = password
        let status = password.withUTF8 { text in
            unsafe hash.withCString { unsafe argon2id_verify($0, text.baseAddress, text.count) }
        }
        switch status {
        case Int32(ARGON2_OK.rawValue): return true
        case Int32(ARGON2_VERIFY_MISMATCH.rawValue): return false
        case Int32(ARGON2_MEMORY_ALLOCATION_ERROR.rawValue): throw VaultError(.cryptographyFailed)
        default: throw VaultError(.passwordHashMalformed)
        }
    }

    /// Whether `hash` was made with less than today's cost and is worth making anew at the next sign-in.
    public static func needsRenewal(_ hash: String) -> Bool {
        guard let cost = Cost(hash) else { return true }
        return cost.memoryKiB < memoryKiB || cost.passes < passes
    }

    /// What a PHC string says its making cost.
    private struct Cost {
        var memoryKiB: UInt32 = 0
        var passes: UInt32 = 0

        init?(_ hash: String) {
            let parts = hash.split(separator: "$", omittingEmptySubsequences: false)
            guard parts.count == 6, parts[0].isEmpty, parts[1] == "argon2id" else { return nil }
            for parameter in parts[3].split(separator: ",") {
                guard let value = UInt32(parameter.dropFirst(2)) else { return nil }
                if parameter.hasPrefix("m=") { memoryKiB = value }
                if parameter.hasPrefix("t=") { passes = value }
            }
            guard memoryKiB > 0, passes > 0 else { return nil }
        }
    }
}
