internal import ByteIO
internal import DICOM
internal import Deidentification

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
    /// - Parameter original: SHA-256 of the original; of use only where a UID is missing (`Outcome.hasAllUIDs`).
    init(_ outcome: Outcome, original: Bytes, _ pseudonyms: Pseudonyms) throws(Rejection) {
        func uid(_ known: String, _ kind: String) -> String {
            known.isEmpty ? pseudonyms.uid("missing \(kind) UID of \(original.hexadecimal)") : known
        }
        study = uid(outcome.studyInstanceUID, "study")
        series = uid(outcome.seriesInstanceUID, "series")
        instance = uid(outcome.sopInstanceUID, "instance")
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
            for (tag, known, new) in places where known.isEmpty { file.dataSet.set(tag, .UI, new) }
            if outcome.sopInstanceUID.isEmpty { file.meta.set(.MediaStorageSOPInstanceUID, .UI, instance) }
        }
        self.file = file
    }
}

extension Outcome {
    /// Whether study, series and instance have a UID each.
    var hasAllUIDs: Bool { !studyInstanceUID.isEmpty && !seriesInstanceUID.isEmpty && !sopInstanceUID.isEmpty }
}
