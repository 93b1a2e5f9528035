import ByteIO
import Vault

/// UIDs of images whose faces were taken out: they follow from the source's and from what was taken out, so that the
/// same is always the same image, and another is another one.
struct DefacedIdentifiers: Sendable, Hashable {
    private let digest: Bytes

    init(_ mask: FaceMask, background: Double) {
        var hash = SHA256()
        let grid = mask.grid
        hash.update(
            utf8: "tarn defaced \(SeriesDefacer.version) \(background) \(grid.origin) \(grid.width) \(grid.depth)\0")
        hash.update(Bytes(mask.removed.map { $0 ? 1 : 0 }))
        digest = hash.digest()
    }

    /// `2.25.` and 122 bits in the form of a UUID that is made from a digest (PS3.5 §B.2, RFC 9562 §5.8).
    func uid(of source: String) -> String {
        var hash = SHA256()
        hash.update(digest)
        hash.update(utf8: source)
        var bytes = Array(hash.digest().array.prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        return "2.25.\(bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) })"
    }
}
