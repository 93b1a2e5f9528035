public import ByteIO
public import DICOM
public import DICOMImaging

/// A de-identified object, and what must be known about it.
public struct Outcome: Sendable {
    /// The object without what identifies. Its untouched elements are ranges of the input.
    public internal(set) var file: DICOMFile
    /// Whether a person must look at it before it is published.
    public internal(set) var risk: BurnedInRisk
    /// What was done, in numbers.
    public let summary: Summary
    /// The patient under the new name.
    public let subject: Subject
    /// New UIDs; empty where the object has none.
    public let studyInstanceUID: String
    public let seriesInstanceUID: String
    public let sopInstanceUID: String
    /// What was found in the pixels, and done about it.
    public internal(set) var pixels = Pixels()

    /// Text in the pixels: what was found, and what was done about it.
    public struct Pixels: Sendable, Hashable {
        /// What images like this one have in common; `nil` for what is no image.
        public internal(set) var signature: PixelSignature?
        /// Blacked out in all frames of `file`.
        public internal(set) var redacted: [PixelRegion] = []
        /// What the rules would black out of an object that is held, whose pixels are as they came.
        public internal(set) var proposed: [PixelRegion] = []
        /// Where the text detector found text in the frames that it searched, outside `redacted` and `proposed`.
        public internal(set) var found: [PixelRegion] = []
        /// Whether a decision for the signature may release the object: it is held for its pixels and nothing else.
        public internal(set) var isDecidedBySignature = false

        public init() {}
    }

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
