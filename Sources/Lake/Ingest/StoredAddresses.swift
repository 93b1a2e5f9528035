internal import ObjectStorage
internal import Postgres

/// Where the sealed object and its patch lie.
struct StoredAddresses: Codable, Sendable, Hashable {
    var object: Address
    var patch: Address

    init(object: Address, patch: Address) {
        self.object = object
        self.patch = patch
    }

    /// The six columns `object_…` and `patch_…` of instance, held and conflict.
    init(_ row: PostgresRow) throws(PostgresError) {
        self.init(object: try Address(row, part: "object"), patch: try Address(row, part: "patch"))
    }

    /// `BlobAddress`, in the form that is kept.
    struct Address: Codable, Sendable, Hashable {
        var segment: Int64
        var offset: Int64
        var length: Int64

        init(segment: Int64, offset: Int64, length: Int64) {
            self.segment = segment
            self.offset = offset
            self.length = length
        }

        init(_ address: BlobAddress) {
            self.init(segment: address.segment, offset: address.offset, length: address.length)
        }

        /// The columns `segment`, `offset` and `length`, each behind `part_` where one is named.
        init(_ row: PostgresRow, part: String? = nil) throws(PostgresError) {
            let prefix = part.map { $0 + "_" } ?? ""
            self.init(
                segment: try row.decode(prefix + "segment"), offset: try row.decode(prefix + "offset"),
                length: try row.decode(prefix + "length"))
        }

        var blob: BlobAddress { BlobAddress(segment: segment, offset: offset, length: length) }
    }
}
