/// What went wrong in this module. It carries tags and offsets, never a value.
public struct DeidentificationError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// The patch breaks a rule of `Docs/Formats/identity-patch.md`.
        case malformedPatch
        /// The stored object is not the one that the patch was made for.
        case wrongStoredObject
        /// What was rebuilt is not the original.
        case wrongOriginal
        /// The pieces do not belong to the original that was given.
        case inconsistentPieces
        /// The bytes of the source could not be read.
        case unreadable
        /// The profile, an option or a secret cannot be used.
        case invalidProfile
        /// The object cannot be de-identified: what it holds is not known well enough.
        case unsupportedObject
    }

    public let code: Code
    /// Offset in the patch or the file, where there is one.
    public let offset: Int?
    public let reason: String

    public init(_ code: Code, offset: Int? = nil, _ reason: String) {
        self.code = code
        self.offset = offset
        self.reason = reason
    }

    public var description: String {
        offset.map { "\(code.rawValue) at offset \($0): \(reason)" } ?? "\(code.rawValue): \(reason)"
    }
}
