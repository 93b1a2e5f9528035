import ByteIO
import DICOM
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

    /// In the form of a UUID that is made from a digest.
    func uid(of source: String) -> String {
        var hash = SHA256()
        hash.update(digest)
        hash.update(utf8: source)
        return UID.uuid(hash.digest().array.prefix(16).reduce(0) { $0 << 8 | UInt128($1) }, .custom)
    }
}
