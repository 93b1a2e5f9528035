import ByteIO
import Testing
import Vault

/// Expected values: FIPS 180-4 examples, and an independent implementation (Python's hashlib and hmac).
@Suite struct DigestTests {
    let key: SymmetricKey

    init() throws { key = try SymmetricKey(Bytes((0..<32).map { UInt8($0) })) }

    @Test func sha256EqualsTheStandardExamples() {
        #expect(
            SHA256.of(Bytes(utf8: "abc")).hexadecimal
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            SHA256.of(Bytes()).hexadecimal == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test func piecesGiveTheDigestOfTheWhole() {
        let whole = Bytes((0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
        for cut in [0, 1, 63, 64, 65, 999, 1000] {
            var hash = SHA256()
            hash.update(whole[clamping: 0..<cut])
            var other = hash
            other.update([1])
            hash.update(whole[clamping: cut..<1000])
            #expect(hash.digest() == SHA256.of(whole))
            #expect(other.digest() != hash.digest())
        }
    }

    @Test func sameBytesAddedToTwoDigestsAreThoseAddedToEach() {
        let bytes = Bytes((0..<700).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 3) })
        for first in 0..<66 {
            for second in [0, 1, 31, 55, 56, 63, 64, 65] {
                for count in [0, 1, 63, 64, 65, 127, 128, 191, 192, 700] {
                    var one = SHA256()
                    var two = SHA256()
                    one.update(bytes[clamping: 0..<first])
                    two.update(bytes[clamping: 0..<second])
                    var (oneAlone, twoAlone) = (one, two)
                    let shared = bytes[clamping: 0..<count]
                    SHA256.update(&one, &two, with: shared)
                    oneAlone.update(shared)
                    twoAlone.update(shared)
                    #expect(one.digest() == oneAlone.digest() && two.digest() == twoAlone.digest())
                }
            }
        }
    }

    /// Expected value: AES-256-GCM of nothing with these associated data, by Python's cryptography.
    @Test func gmacEqualsAnIndependentOne() throws {
        let whole = try AESGMAC(key: key)
        try whole.update(Bytes(utf8: "what do ya want for nothing?"))
        #expect(try whole.code().hexadecimal == "ee4404992798f87a67a19953f46e916b")
        let pieces = try AESGMAC(key: key)
        for piece in ["w", "", "hat do ya want f", "or nothing?"] { try pieces.update(Bytes(utf8: piece)) }
        #expect(try pieces.code().hexadecimal == "ee4404992798f87a67a19953f46e916b")
    }

    @Test func hmacEqualsAnIndependentOne() {
        #expect(
            HMACSHA256.code(Bytes(utf8: "what do ya want for nothing?"), key: key).hexadecimal
                == "099805f4ac310786968565c098db515cc50862b420ae31e20238312344bed36a")
        var pieces = HMACSHA256(key: key)
        pieces.update(utf8: "what do ya want ")
        pieces.update(Bytes(utf8: "for nothing?"))
        #expect(pieces.code() == HMACSHA256.code(Bytes(utf8: "what do ya want for nothing?"), key: key))
    }

    @Test func hkdfEqualsAnIndependentOne() {
        let derived = HKDF.key(from: key, salt: Bytes((64..<96).map { UInt8($0) }), info: Bytes(utf8: "info"))
        let bytes = unsafe derived.withUnsafeBytes { unsafe Array($0) }
        #expect(bytes.hexadecimal == "3d34522fd75c2edd2c1b1acde9c73e25f11a79021036e1bd404fe6b1b386967e")
    }

    @Test func aKeyPrintsNothingOfItself() {
        #expect("\(key)" == "a key")
        #expect(String(reflecting: key) == "a key")
        var dumped = ""
        dump(key, to: &dumped)
        #expect(!dumped.contains("1f") && !dumped.contains("31"))
    }

    @Test func aKeyHasThirtyTwoBytes() throws {
        #expect(throws: VaultError(.keyMalformed)) { try SymmetricKey(Bytes([1, 2, 3])) }
        #expect(SymmetricKey() != SymmetricKey())
        #expect(try SymmetricKey(Bytes((0..<32).map { UInt8($0) })) == key)
    }
}
