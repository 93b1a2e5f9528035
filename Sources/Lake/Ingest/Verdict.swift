/// What became of one instance that was handed in. Given only after it is durable.
public struct Verdict: Codable, Hashable, Sendable {
    public enum Kind: String, Codable, Sendable {
        /// Stored, de-identified, in the catalogue.
        case accepted
        /// The same content is there already; nothing was written.
        case alreadyThere
        /// The same SOP Instance UID is there with other content; this one is kept sealed and listed.
        case conflict
        /// Stored sealed; a person has to look at it before it is published.
        case held
        /// Not stored.
        case rejected
    }

    /// Why an instance was rejected, for programs.
    public enum Failure: String, Codable, Sendable {
        case notDICOM = "not DICOM"
        case unreadable
        case cannotDeidentify = "cannot be de-identified"
        case tooLarge = "too large"
        case refused = "refused by a reviewer"
        /// Nothing is wrong with the file; the same upload may succeed later.
        case unavailable = "not stored"
    }

    public let kind: Kind
    /// The new UIDs; `nil` where rejected.
    public let study: String?
    public let series: String?
    public let instance: String?
    /// SOP Class UID where it was read.
    public let sopClass: String?
    /// Why it is held, in conflict or rejected: tags and offsets, never values.
    public let reason: String?
    public let failure: Failure?

    public init(
        _ kind: Kind, study: String? = nil, series: String? = nil, instance: String? = nil, sopClass: String? = nil,
        reason: String? = nil, failure: Failure? = nil
    ) {
        self.kind = kind
        self.study = study
        self.series = series
        self.instance = instance
        self.sopClass = sopClass
        self.reason = reason
        self.failure = failure
    }

    static func rejected(_ failure: Failure, _ reason: String) -> Verdict {
        Verdict(.rejected, reason: reason, failure: failure)
    }
}
