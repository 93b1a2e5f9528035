internal import DICOM

/// What a list of identities shows of a study. Plaintext PHI: it exists in memory only, else sealed under the study's
/// identity key.
struct IdentityRecord: Codable, Sendable {
    var patientName: String?
    var patientID: String?
    var issuerOfPatientID: String?
    var birthDate: String?
    var sex: String?
    var accessionNumber: String?
    var studyDate: String?
    var studyInstanceUID: String?

    init(_ dataSet: DataSet) {
        patientName = dataSet.string(.PatientName)
        patientID = dataSet.string(.PatientID)
        issuerOfPatientID = dataSet.string(.IssuerOfPatientID)
        birthDate = dataSet.string(.PatientBirthDate)
        sex = dataSet.string(.PatientSex)
        accessionNumber = dataSet.string(.AccessionNumber)
        studyDate = dataSet.string(.StudyDate)
        studyInstanceUID = dataSet.string(.StudyInstanceUID)
    }
}
