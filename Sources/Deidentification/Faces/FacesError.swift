/// Why a face was not looked for, or not taken out. It never carries a value of the header.
public struct FacesError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// The images have no place in the patient, or their places cannot be compared.
        case unplaced
        /// Too few images, or too small a part of the patient, for a volume.
        case noVolume
        /// No brain was found, without which nobody knows where the face is.
        case noBrain
        /// Pixels that cannot be decoded, or that are no samples of one number each.
        case unsupported
        /// The images cover more than a patient could.
        case tooLarge
        /// A file could not be read again.
        case unreadable
    }

    public let code: Code
    public let reason: String

    public init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    public var description: String { reason }
}
