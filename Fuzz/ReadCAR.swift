// modules: ByteIO Vault ContentAddressing
// libraries: deflate crypto argon2
// vectors: Tests/Vectors/car
import ByteIO
import ContentAddressing

/// What an archive hands out is what its identifiers name; what is unpacked has the size that was stated; a file that
/// is packed again and unpacked again is the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Bytes(Array(UnsafeBufferPointer(start: start, count: count)))
    if let cid = try? CID(bytes) {
        guard let again = try? CID(text: cid.description), again == cid, cid.bytes == bytes else {
            fatalError("an identifier is not its text's")
        }
        if let piece = try? PieceCommitment(version2: cid) { precondition(piece.version2 == cid) }
    }
    if let cid = try? CID(text: String(decoding: bytes, as: UTF8.self)) {
        guard let again = try? CID(cid.bytes), again == cid else { fatalError("a text is not its identifier's") }
    }
    var limits = CARLimits()
    limits.maximumContent = 1 << 20
    guard let archive = try? CARArchive(bytes, limits: limits) else { return 0 }
    _ = try? archive.completeness()
    for root in archive.roots.prefix(4) { walk(archive, root, depth: 0) }
    return 0
}

func walk(_ archive: CARArchive, _ cid: CID, depth: Int) {
    guard depth < 4, let kind = try? archive.kind(of: cid) else { return }
    switch kind {
    case .folder:
        guard let entries = try? archive.entries(of: cid) else { return }
        for entry in entries {
            precondition(!entry.name.isEmpty && !entry.name.contains("/") && entry.name != "..")
        }
        for entry in entries.prefix(8) { walk(archive, entry.cid, depth: depth + 1) }
    case .file:
        guard var chunks = try? archive.chunks(of: cid) else { return }
        var builder = UnixFSBuilder()
        var length = 0
        while let chunk = try? chunks.next() {
            length += chunk.count
            builder.append(chunk) { _ in }
        }
        precondition(UInt64(length) == chunks.count)
        precondition(builder.finishFile { _ in }.size == UInt64(length))
    }
}
