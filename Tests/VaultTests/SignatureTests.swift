import ByteIO
import Testing
import Vault

/// RFC 8032 §7.1.
@Suite struct SignatureTests {
    struct Vector: CustomTestStringConvertible {
        let testDescription: String
        let seed: String
        let publicKey: String
        let message: String
        let signature: String
    }

    static let vectors = [
        Vector(
            testDescription: "TEST 1", seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", message: "",
            signature:
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
                + "d25bf5f0595bbe24655141438e7a100b"),
        Vector(
            testDescription: "TEST 2", seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            publicKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", message: "72",
            signature:
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
                + "387b2eaeb4302aeeb00d291612bb0c00"),
    ]

    @Test(arguments: vectors) func signaturesAreThoseOfTheStandard(_ vector: Vector) throws {
        let seed = try SymmetricKey(#require(Bytes(hexadecimal: vector.seed)))
        let message = try #require(Bytes(hexadecimal: vector.message))
        let publicKey = try Ed25519.publicKey(of: seed)
        #expect(publicKey.hexadecimal == vector.publicKey)
        let signature = try Ed25519.sign(message, with: seed)
        #expect(signature.hexadecimal == vector.signature)
        #expect(Ed25519.isValid(signature, of: message, publicKey: publicKey))
    }

    @Test func nothingElseIsASignature() throws {
        let seed = SymmetricKey()
        let message = Bytes(utf8: "message")
        let publicKey = try Ed25519.publicKey(of: seed)
        let signature = try Ed25519.sign(message, with: seed)
        #expect(!Ed25519.isValid(signature, of: Bytes(utf8: "massage"), publicKey: publicKey))
        #expect(!Ed25519.isValid(signature, of: message, publicKey: try Ed25519.publicKey(of: SymmetricKey())))
        for index in 0..<Ed25519.signatureCount {
            var changed = signature.array
            changed[index] ^= 1
            #expect(!Ed25519.isValid(Bytes(changed), of: message, publicKey: publicKey))
        }
        for bytes in [Bytes(), Bytes(Array(signature.array.dropLast())), Bytes(signature.array + [0])] {
            #expect(!Ed25519.isValid(bytes, of: message, publicKey: publicKey))
            #expect(!Ed25519.isValid(signature, of: message, publicKey: bytes))
        }
        #expect(!Ed25519.isValid(signature, of: message, publicKey: Bytes([UInt8](repeating: 0xFF, count: 32))))
    }

    @Test func aDigestIsItsBytes() throws {
        let digest = SHA256.value(of: Bytes(utf8: "abc"))
        #expect(digest.bytes == SHA256.of(Bytes(utf8: "abc")))
        #expect(digest.description == digest.bytes.hexadecimal)
        #expect(SHA256.Digest(digest.bytes) == digest)
        #expect(SHA256.Digest(Bytes([1, 2, 3])) == nil)
        let ones = try #require(SHA256.Digest(Bytes([UInt8](repeating: 0xFF, count: 32))))
        #expect(ones.truncatedTo254Bits.bytes.array == [UInt8](repeating: 0xFF, count: 31) + [0x3F])
    }

    @Test func pairsHashLikeMessagesOfTheirOwn() {
        for count in [0, 1, 63, 64, 65, 128, 640, 700] {
            var buffer = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 11) }
            let before = Bytes(buffer)
            unsafe buffer.withUnsafeMutableBytes { unsafe SHA256.hashPairs(in: $0) }
            for index in 0..<(count / 64) {
                let digest = SHA256.of(before[clamping: (64 * index)..<(64 * index + 64)])
                #expect(Bytes(Array(buffer[(32 * index)..<(32 * index + 32)])) == digest)
            }
            #expect(Array(buffer[(count / 64 * 64)...]) == before[clamping: (count / 64 * 64)..<count].array)
        }
    }

    @Test func base64IsStrict() {
        for text in ["", "A", "AA", "AAA", "AA=", "A===", "====", "AAAA\n", "AA A", "AB==", "AAB=", "AAAA=", "A-_A"] {
            #expect(Base64.decode(text.utf8) == nil)
        }
        for count in 1...70 {
            let bytes = Bytes((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 41) })
            #expect(Base64.decode(Base64.encode(bytes).utf8) == bytes.array)
        }
    }
}
