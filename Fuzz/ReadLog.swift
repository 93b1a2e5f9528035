// modules: ByteIO Vault TransparencyLog
// libraries: deflate crypto argon2
// vectors: Tests/Vectors/log
import ByteIO
import TransparencyLog

/// Notes, keys, proofs and logs that can be read are written back as they were; a log is sound only where its
/// checkpoint is over its entries.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Bytes(Array(UnsafeBufferPointer(start: start, count: count)))
    let text = String(decoding: bytes, as: UTF8.self)
    let key = try? VerifierKey(text: "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    guard let key else { fatalError("a good key is refused") }
    if let other = try? VerifierKey(text: text) { precondition((try? VerifierKey(text: other.description)) == other) }
    if let signer = try? SignerKey(text: text) {
        precondition((try? SignerKey(text: signer.backup))?.verifier == signer.verifier)
    }
    if let note = try? SignedNote(bytes) {
        guard (try? SignedNote(note.bytes)) == note, note.bytes == bytes else { fatalError("a note is not its bytes") }
        if let checkpoint = try? Checkpoint(note) { precondition(checkpoint.text == note.text) }
        if let verified = try? note.verified(by: [key]), !verified.isEmpty {
            precondition(note.text == Bytes(utf8: "This is an example message.\n"))
        }
    }
    if let proof = try? EntryProof(bytes) {
        precondition((try? EntryProof(proof.bytes)) == proof)
        _ = try? proof.verify(bytes, keys: [])
    }
    if let audit = try? LogAudit(bytes, keys: []), audit.isSound {
        precondition(audit.checkpoint?.size == audit.size && audit.checkpoint?.root == audit.root)
        precondition(!audit.isAuthenticated)
    }
    return 0
}
