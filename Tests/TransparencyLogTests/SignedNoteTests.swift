import ByteIO
import Testing
import TransparencyLog
import Vault

@Suite struct SignedNoteTests {
    /// The example of c2sp.org/signed-note.
    static let exampleKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    static let example = """
        This is an example message.

        — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=

        """

    /// Key and note of the tests of Go's sumdb/note.
    static let signer = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
    static let verifier = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    static let goText =
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    static let goSignature =
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="

    static func code(_ body: () throws -> Void) -> TransparencyLogError.Code? {
        do { try body() } catch { return (error as? TransparencyLogError)?.code }
        return nil
    }

    @Test func theExampleOfTheSpecificationVerifies() throws {
        let key = try VerifierKey(text: Self.exampleKey)
        #expect(key.description == Self.exampleKey && key.name == "example.com/foo" && key.type == .note)
        let note = try SignedNote(Bytes(utf8: Self.example))
        #expect(note.text == Bytes(utf8: "This is an example message.\n"))
        #expect(try note.verified(by: [key]) == [SignedNote.Verified(key: key, time: nil)])
        #expect(note.bytes == Bytes(utf8: Self.example))
    }

    @Test func signaturesAreThoseOfTheReference() throws {
        let key = try SignerKey(text: Self.signer)
        #expect(key.verifier.description == Self.verifier)
        #expect(key.backup == Self.signer)
        var note = try SignedNote(text: Bytes(utf8: Self.goText))
        try note.sign(with: key, time: 0)
        #expect(note.signatures.map(\.description) == [Self.goSignature])
        #expect(note.bytes == Bytes(utf8: Self.goText + "\n" + Self.goSignature + "\n"))
    }

    @Test func aKeyPrintsNothingOfItself() throws {
        let key = try SignerKey(text: Self.signer)
        var dumped = ""
        dump(key, to: &dumped)
        #expect(!"\(key)".contains("AYEK") && !dumped.contains("AYEK"))
    }

    @Test func everyChangedByteIsFoundOut() throws {
        let key = try VerifierKey(text: Self.exampleKey)
        let bytes = Bytes(utf8: Self.example).array
        for index in bytes.indices {
            for flip: UInt8 in [0x01, 0x20, 0x80] {
                var changed = bytes
                changed[index] ^= flip
                let verified = try? SignedNote(Bytes(changed)).verified(by: [key])
                #expect(verified?.isEmpty ?? true, "\(index)")
            }
        }
    }

    @Test func everyPrefixIsNoNote() throws {
        let bytes = Bytes(utf8: Self.example)
        for count in 0..<bytes.count {
            #expect(Self.code { _ = try SignedNote(bytes[clamping: 0..<count]) } == .noteMalformed)
        }
    }

    @Test(arguments: [
        "", "\n", "\n\n", "text\n", "text\n\n", "text\n\n\n", "text\n\n— a\n", "text\n\n— a b\n", "text\n\n— a AAAA\n",
        "text\n\n—  AAAAAAA=\n", "text\n\n- a AAAAAAA=\n", "text\n\n— a AAAAAAA= \n", "text\n\n— a  AAAAAAA=\n",
        "text\n\n— a+b AAAAAAA=\n", "text\n\n— a AAAAAAA\n", "text\n\n— a AAAAAAA=", "te\txt\n\n— a AAAAAAA=\n",
        "te\rxt\n\n— a AAAAAAA=\n", "text\n\n— a\u{00A0}b AAAAAAA=\n", "text\n\n— a AAAAAAA=\nmore\n",
        "text\n\n— a AAAAAAA=\n\n", "text\n— a AAAAAAA=\n",
    ])
    func whatIsNoNoteIsRefused(_ text: String) {
        #expect(Self.code { _ = try SignedNote(Bytes(utf8: text)) } == .noteMalformed)
    }

    @Test func otherBytesThanUTF8AreNoNote() {
        let bytes = Array("te".utf8) + [0xFF] + Array("xt\n\n— a AAAAAAA=\n".utf8)
        #expect(Self.code { _ = try SignedNote(Bytes(bytes)) } == .noteMalformed)
    }

    @Test func aTextMayHoldEmptyLines() throws {
        var note = try SignedNote(text: Bytes(utf8: "a\n\nb\n\n— no signature\n"))
        let key = try SignerKey(text: Self.signer)
        try note.sign(with: key, time: 0)
        let read = try SignedNote(note.bytes)
        #expect(read == note)
        #expect(try read.verified(by: [key.verifier]).count == 1)
    }

    @Test func limitsHold() throws {
        let line = "— a AAAAAAA=\n"
        let most = "text\n\n" + String(repeating: line, count: 64)
        #expect(try SignedNote(Bytes(utf8: most)).signatures.count == 64)
        #expect(Self.code { _ = try SignedNote(Bytes(utf8: most + line)) } == .noteMalformed)
        let long = String(repeating: "x", count: 1_000_000) + "\n\n" + line
        #expect(Self.code { _ = try SignedNote(Bytes(utf8: long)) } == .noteMalformed)
    }

    @Test func keysThatSignTwiceOrWronglySpoilTheNote() throws {
        let key = try SignerKey(text: Self.signer)
        let other = try SignerKey(name: "PeterNeumann", type: .note, seed: SymmetricKey())
        let unknown = try SignerKey(name: "somebody.example", type: .note, seed: SymmetricKey())
        var note = try SignedNote(text: Bytes(utf8: Self.goText))
        for signer in [unknown, other, key] { try note.sign(with: signer, time: 0) }
        // One name, two keys: each is recognised by its ID.
        #expect(try note.verified(by: [key.verifier, other.verifier]).map(\.key) == [key.verifier, other.verifier])
        #expect(Self.code { try note.sign(with: key, time: 0) } == .noteMalformed)
        let twice = Bytes(note.bytes.array + Array((Self.goSignature + "\n").utf8))
        #expect(Self.code { _ = try SignedNote(twice).verified(by: [key.verifier]) } == .signatureWrong)
        #expect(try SignedNote(twice).verified(by: [unknown.verifier]).count == 1)
        let moved = Bytes(Array("Another text\n\n\(Self.goSignature)\n".utf8))
        #expect(Self.code { _ = try SignedNote(moved).verified(by: [key.verifier]) } == .signatureWrong)
    }

    @Test func cosignaturesStateATime() throws {
        let witness = try SignerKey(name: "witness.example/w1", type: .cosignature, seed: SymmetricKey())
        let checkpoint = try Checkpoint(origin: "log.example", size: 0, root: MerkleHash.empty)
        let note = try checkpoint.signed(with: witness, time: 1_679_315_147)
        let verified = try SignedNote(note.bytes).verified(by: [witness.verifier])
        #expect(verified == [SignedNote.Verified(key: witness.verifier, time: 1_679_315_147)])
        // The same key as a plain one is another key.
        let plain = try VerifierKey(name: "witness.example/w1", type: .note, publicKey: witness.verifier.publicKey)
        #expect(plain.id != witness.verifier.id)
        #expect(try note.verified(by: [plain]).isEmpty)
        #expect(try VerifierKey(text: witness.verifier.description) == witness.verifier)
        #expect(try SignerKey(text: witness.backup).verifier == witness.verifier)
    }

    @Test(arguments: [
        ("", TransparencyLogError.Code.keyMalformed), ("a", .keyMalformed), ("a+b+c", .keyMalformed),
        ("example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", .keyMalformed),
        ("example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", .keyMalformed),
        ("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2", .keyMalformed),
        ("example.com/foo+530d903a+AQ==", .keyMalformed), ("example.com/foo+530d903a+Ag==", .unsupportedKey),
        ("+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", .nameMalformed),
        ("a b+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", .nameMalformed),
    ])
    func whatIsNoKeyIsRefused(_ text: String, _ code: TransparencyLogError.Code) {
        #expect(Self.code { _ = try VerifierKey(text: text) } == code)
        #expect(Self.code { _ = try SignerKey(text: "PRIVATE+KEY+" + text) } != nil)
    }
}
