internal import Synchronization

/// How the elements of a data set are written: the part of a transfer syntax that a nested data set may change.
struct Encoding: Hashable, Sendable {
    let isImplicitVR: Bool
    let byteOrder: TransferSyntax.ByteOrder

    static var implicitLittleEndian: Encoding { Encoding(isImplicitVR: true, byteOrder: .littleEndian) }
    static var explicitLittleEndian: Encoding { Encoding(isImplicitVR: false, byteOrder: .littleEndian) }
}

extension TransferSyntax {
    var encoding: Encoding { Encoding(isImplicitVR: isImplicitVR, byteOrder: byteOrder) }
}

/// Which reading of a file a range belongs to. Elements may be moved between files; a range means something only in
/// the file it was read from.
struct Reading: Hashable, Sendable {
    private let number: UInt32

    /// A number that no other file in memory has.
    static func next() -> Reading {
        Reading(number: Reading.counter.wrappingAdd(1, ordering: .relaxed).newValue)
    }

    private static let counter = Atomic<UInt32>(0)
}

/// Where something that has not been changed stands in its file.
struct Origin: Hashable, Sendable {
    let range: Range<Int>
    let reading: Reading
    let encoding: Encoding
}
