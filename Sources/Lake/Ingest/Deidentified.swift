internal import ByteIO
internal import DICOM
internal import Deidentification

/// The new UIDs under which an object stands.
struct ObjectUIDs: Sendable, Hashable {
    var study: String
    var series: String
    var instance: String
}

/// A de-identified object that has all three UIDs, which the catalogue cannot do without.
struct Deidentified {
    let file: DICOMFile
    /// New UIDs.
    let study: String
    let series: String
    let instance: String
    let subjectCode: String
    /// Keyed token of (issuer, Patient ID); `nil` where the ID is empty and the study stands alone.
    let matchToken: Bytes?

    /// What has no UID gets one that follows from its content, so that the same file again is the same instance. It is
    /// written into the object, too, except where UIDs have no place (a DICOMDIR).
    /// - Parameters:
    ///   - original: SHA-256 of the original; of use only where a UID is missing (`Outcome.hasAllUIDs`).
    ///   - uids: to stand in their place; `nil` for those that follow from the object's own.
    init(
        _ outcome: Outcome, original: Bytes, _ pseudonyms: Pseudonyms, as uids: ObjectUIDs? = nil
    ) throws(Rejection) {
        func uid(_ known: String, _ kind: String) -> String {
            known.isEmpty ? pseudonyms.uid("missing \(kind) UID of \(original.hexadecimal)") : known
        }
        study = uids?.study ?? uid(outcome.studyInstanceUID, "study")
        series = uids?.series ?? uid(outcome.seriesInstanceUID, "series")
        instance = uids?.instance ?? uid(outcome.sopInstanceUID, "instance")
        for uid in [study, series, instance] where uid.utf8.count > 64 || uid.contains("\0") {
            throw Rejection(.cannotDeidentify, "a Study, Series or SOP Instance UID is longer than 64 characters")
        }
        matchToken = outcome.subject.matchToken
        subjectCode =
            matchToken == nil && outcome.studyInstanceUID.isEmpty
            ? pseudonyms.subjectCode(issuer: "", patientID: "", studyUID: study) : outcome.subject.code
        var file = outcome.file
        if !file.dataSet.contains(.DirectoryRecordSequence) {
            let places = [
                (Tag.StudyInstanceUID, outcome.studyInstanceUID, study),
                (.SeriesInstanceUID, outcome.seriesInstanceUID, series),
                (.SOPInstanceUID, outcome.sopInstanceUID, instance),
            ]
            for (tag, known, new) in places where known != new { file.dataSet.set(tag, .UI, new) }
            if outcome.sopInstanceUID != instance { file.meta.set(.MediaStorageSOPInstanceUID, .UI, instance) }
        }
        self.file = file
    }
}

extension Outcome {
    /// Whether study, series and instance have a UID each.
    var hasAllUIDs: Bool { !studyInstanceUID.isEmpty && !seriesInstanceUID.isEmpty && !sopInstanceUID.isEmpty }
}
