// modules: ByteIO Vault ContentAddressing
// libraries: deflate crypto argon2
// vectors: Tests/Vectors/dag-cbor
import ByteIO
import ContentAddressing

/// Whatever can be read has these bytes and no others: the encoding is canonical.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Bytes(Array(UnsafeBufferPointer(start: start, count: count)))
    guard let value = try? DAGCBOR.decode(bytes) else { return 0 }
    guard let again = try? DAGCBOR.encode(value), again == bytes else { fatalError("what was read is not written back") }
    var links = 0
    value.forEachLink { cid in
        links += 1
        precondition((try? CID(cid.bytes)) == cid)
    }
    precondition(links <= count)
    return 0
}
