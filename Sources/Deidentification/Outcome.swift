public import ByteIO
public import DICOM

/// A de-identified object, and what must be known about it.
public struct Outcome: Sendable {
    /// The object without what identifies. Its untouched elements are ranges of the input.
    public let file: DICOMFile
    /// Whether a person must look at it before it is published.
    public let risk: BurnedInRisk
    /// What was done, in numbers.
    public let summary: Summary
    /// The patient under the new name.
    public let subject: Subject
    /// New UIDs; empty where the object has none.
    public let studyInstanceUID: String
    public let seriesInstanceUID: String
    public let sopInstanceUID: String

    /// The patient under the new name.
    public struct Subject: Sendable, Hashable {
        /// The code that stands for name and ID; see `Pseudonyms.subjectCode`.
        public let code: String
        /// Keyed token of (issuer, patient ID), 32 bytes; `nil` where the ID is empty and the study stands alone.
        public let matchToken: Bytes?
    }
}

/// Whether the pixels, or what else the rules cannot read, may show who the patient is.
public enum BurnedInRisk: Sendable, Hashable {
    /// Nothing speaks for it.
    case none
    /// To be held until a person has looked at it; the reason carries no values.
    case review(String)
}
