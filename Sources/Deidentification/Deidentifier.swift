public import DICOM

/// Takes out of an object what identifies the patient: PS3.15 Annex E under a profile, with keyed pseudonyms.
///
/// The same secret, profile and input give the same output. What the object's rules do not know is taken out.
public struct Deidentifier: Sendable {
    public let profile: Profile
    public let pseudonyms: Pseudonyms

    public init(profile: Profile, secret: PseudonymSecret) {
        self.profile = profile
        pseudonyms = Pseudonyms(secret: secret)
    }

    /// The object without what identifies.
    /// - Throws: `unsupportedObject` for what is no object of a patient; `unreadable` when the source fails.
    public func deidentify(_ file: DICOMFile) throws(DeidentificationError) -> Outcome {
        throw DeidentificationError(.unsupportedObject, "not yet")
    }
}
