/// How a data set is encoded (PS3.5 §10, PS3.6 Annex A).
public struct TransferSyntax: Hashable, Sendable {
    /// Order of the bytes of a number.
    public enum ByteOrder: UInt8, Sendable {
        case littleEndian
        case bigEndian
    }

    /// Unique identifier; empty where a file names none.
    public let uid: String
    /// Whether elements carry no VR.
    public let isImplicitVR: Bool
    /// Order of the bytes of a number.
    public let byteOrder: ByteOrder
    /// Whether the data set is compressed with deflate (PS3.5 §A.5).
    public let isDeflated: Bool
    /// Whether pixel data lie in fragments (PS3.5 §A.4).
    public let isEncapsulated: Bool

    /// The syntax with `uid`. One that the standard does not know is taken for explicit VR little endian with
    /// encapsulated pixel data, as every syntax defined since 1993 is.
    public init(uid: String) {
        switch uid {
        case UID.ImplicitVRLittleEndian, UID.Papyrus3ImplicitVRLittleEndian:
            self.init(uid: uid, isImplicitVR: true)
        case UID.ExplicitVRLittleEndian: self.init(uid: uid, isImplicitVR: false)
        case UID.ExplicitVRBigEndian: self.init(uid: uid, isImplicitVR: false, byteOrder: .bigEndian)
        case UID.DeflatedExplicitVRLittleEndian, UID.JPIPReferencedDeflate, UID.JPIPHTJ2KReferencedDeflate:
            self.init(uid: uid, isImplicitVR: false, isDeflated: true)
        case UID.JPIPReferenced, UID.JPIPHTJ2KReferenced: self.init(uid: uid, isImplicitVR: false)
        default: self.init(uid: uid, isImplicitVR: false, isEncapsulated: true)
        }
    }

    init(
        uid: String, isImplicitVR: Bool, byteOrder: ByteOrder = .littleEndian, isDeflated: Bool = false,
        isEncapsulated: Bool = false
    ) {
        self.uid = uid
        self.isImplicitVR = isImplicitVR
        self.byteOrder = byteOrder
        self.isDeflated = isDeflated
        self.isEncapsulated = isEncapsulated
    }

    /// Name in PS3.6, or the UID where the standard names none.
    public var name: String { UIDDictionary.entry(for: uid)?.name ?? uid }

    /// Whether the standard knows the UID as that of a transfer syntax.
    public var isKnown: Bool { UIDDictionary.entry(for: uid)?.type == "Transfer Syntax" }
}

extension TransferSyntax {
    /// Implicit VR Little Endian, the default of DICOM networks.
    public static var implicitVRLittleEndian: TransferSyntax { TransferSyntax(uid: UID.ImplicitVRLittleEndian) }
    /// Explicit VR Little Endian.
    public static var explicitVRLittleEndian: TransferSyntax { TransferSyntax(uid: UID.ExplicitVRLittleEndian) }
    /// Deflated Explicit VR Little Endian.
    public static var deflatedExplicitVRLittleEndian: TransferSyntax {
        TransferSyntax(uid: UID.DeflatedExplicitVRLittleEndian)
    }
    /// Explicit VR Big Endian (retired).
    public static var explicitVRBigEndian: TransferSyntax { TransferSyntax(uid: UID.ExplicitVRBigEndian) }
}
