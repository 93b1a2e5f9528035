internal import ByteIO

/// Who a study belongs to, in keyed and sealed form.
struct SubjectIdentity: Sendable {
    /// The subject's code within the project.
    let code: String
    /// Keyed hash of (issuer, normalised Patient ID); of the Study Instance UID where there is no Patient ID, so that
    /// such a study stands alone.
    let matchToken: [UInt8]
    /// Whether there was a Patient ID.
    let isMatched: Bool
    /// Keyed hash of the Patient ID without its issuer, which some objects of a study lack; `nil` where it is empty.
    let patientToken: [UInt8]?
    /// Keyed hash of name, birth date and sex; `nil` where one of them is missing. It only ever suggests a merge.
    let personToken: [UInt8]?
    /// What a list of identities shows, as JSON: name, ID, issuer, birth date, sex, accession number, original study
    /// UID. It exists in memory only, until it is sealed under the study's identity key.
    let record: Bytes
}
