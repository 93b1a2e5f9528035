import ByteIO
import DICOM

extension Transformation {
    /// Says in the object what was done to it (PS3.15 E.1.1: (0012,0062) to (0012,0064), E.3.6: (0028,0303)).
    mutating func mark(_ root: inout DataSet) {
        root.set(.PatientIdentityRemoved, .CS, "YES")
        root.set(.DeidentificationMethod, .LO, strings: ["Tarn, DICOM PS3.15 2025e Annex E"])
        root.set(.DeidentificationMethodCodeSequence, items: profile.methods.map(Outcome.item))
        let temporal =
            profile.has(.retainLongFullDates)
            ? "UNMODIFIED" : profile.has(.retainLongModifiedDates) ? "MODIFIED" : "REMOVED"
        root.set(.LongitudinalTemporalInformationModified, .CS, temporal)
        for tag in [
            Tag.PatientIdentityRemoved, .DeidentificationMethod, .DeidentificationMethodCodeSequence,
            .LongitudinalTemporalInformationModified,
        ] { summary.tally.count(tag, .added) }
    }

    /// A new preamble, and file meta information that says nothing of where the file came from (PS3.15 E.1.1).
    func replaceMeta(_ out: inout DICOMFile) {
        if out.preamble.map({ !$0.allSatisfy { $0 == 0 } }) ?? true {
            out.preamble = Bytes([UInt8](repeating: 0, count: 128))
        }
        out.trailing = nil
        var meta = DataSet()
        meta.set(.FileMetaInformationVersion, .OB, bytes: Bytes([0, 1]))
        let sopClass = out.dataSet.string(.SOPClassUID) ?? standardUID(file.meta.string(.MediaStorageSOPClassUID))
        if let sopClass { meta.set(.MediaStorageSOPClassUID, .UI, sopClass) }
        let instance =
            out.dataSet.string(.SOPInstanceUID)
            ?? file.meta.string(.MediaStorageSOPInstanceUID).map { profile.has(.retainUIDs) ? $0 : pseudonyms.uid($0) }
        if let instance { meta.set(.MediaStorageSOPInstanceUID, .UI, instance) }
        meta.set(.TransferSyntaxUID, .UI, transferSyntaxUID)
        meta.set(.ImplementationClassUID, .UI, Self.implementationClassUID)
        meta.set(.ImplementationVersionName, .SH, "TARN")
        out.meta = meta
    }

    private func standardUID(_ uid: String?) -> String? { uid.flatMap { StandardUID.isStandard($0) ? $0 : nil } }

    /// What the file says of itself, or what it is where the two differ.
    private var transferSyntaxUID: String {
        let actual = file.transferSyntax
        let named = TransferSyntax(uid: actual.uid)
        let isTrue =
            !actual.uid.isEmpty && named.isImplicitVR == actual.isImplicitVR && named.byteOrder == actual.byteOrder
            && named.isDeflated == actual.isDeflated
        if isTrue { return actual.uid }
        if actual.isDeflated { return UID.DeflatedExplicitVRLittleEndian }
        if actual.isImplicitVR { return UID.ImplicitVRLittleEndian }
        return actual.byteOrder == .bigEndian ? UID.ExplicitVRBigEndian : UID.ExplicitVRLittleEndian
    }

    /// Made once from a random UUID (PS3.5 §B.2).
    private static let implementationClassUID = "2.25.141832650473297811326951780240573912466"
}
