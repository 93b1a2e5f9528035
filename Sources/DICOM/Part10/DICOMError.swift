/// Why a file could not be read or written. Carries tags and offsets, never a value.
public struct DICOMError: Error, Hashable, Sendable {
    /// What went wrong.
    public enum Code: String, Sendable {
        /// The bytes are no DICOM.
        case notDICOM
        /// Nothing readable is left where something must follow.
        case truncated
        /// The encoding breaks a rule that leaves nothing to go on with.
        case malformed
        /// A limit of `ReadOptions` was reached.
        case limitReached
        /// The source could not deliver its bytes.
        case sourceFailed
        /// What is asked for cannot be encoded.
        case notEncodable
    }

    /// What went wrong.
    public let code: Code
    /// Byte offset in the file (in the inflated data set where the file is deflated), where known.
    public let offset: Int?
    /// The element, where known.
    public let path: TagPath?
    /// A sentence without values.
    public let reason: String

    /// An error with `code` at `offset`, in the element at `path`.
    public init(_ code: Code, offset: Int? = nil, path: TagPath? = nil, reason: String) {
        self.code = code
        self.offset = offset
        self.path = path
        self.reason = reason
    }
}

extension DICOMError: CustomStringConvertible {
    public var description: String { Location.text(reason, path: path, offset: offset) }
}

/// Something odd in a file that could be read nevertheless. Carries tags and offsets, never a value.
public struct DICOMWarning: Hashable, Sendable, CustomStringConvertible {
    /// What is odd.
    public enum Code: String, Sendable {
        /// There is no preamble, prefix or file meta information; the transfer syntax was guessed.
        case missingMeta
        /// The data set is not encoded as its transfer syntax says.
        case otherEncoding
        /// The file ends, or the enclosing item ends, within a value.
        case truncated
        /// Padding, or fewer bytes than an element has, follow the last element.
        case trailingBytes
        /// What follows an element of the outermost data set cannot be read; it is kept as trailing bytes.
        case unreadableRest
        /// A VR that does not exist, or one written in another form than its own.
        case invalidVR
        /// A sequence could not be read as items and was kept as bytes.
        case unreadableSequence
        /// An item or delimiter stands where none belongs, or is missing.
        case misplacedItem
        /// The same tag stands in one data set more than once.
        case duplicate
        /// Tags do not ascend.
        case order
        /// Text contains bytes that its character set does not have, or the character set is unknown.
        case characterSet
    }

    /// What is odd.
    public let code: Code
    /// Byte offset as in `DICOMError`.
    public let offset: Int?
    /// The element, where known.
    public let path: TagPath?
    /// A sentence without values.
    public let reason: String

    init(_ code: Code, offset: Int? = nil, path: TagPath? = nil, reason: String) {
        self.code = code
        self.offset = offset
        self.path = path
        self.reason = reason
    }

    public var description: String { Location.text(reason, path: path, offset: offset) }
}

private enum Location {
    static func text(_ reason: String, path: TagPath?, offset: Int?) -> String {
        var text = reason
        if let path { text += " in \(path)" }
        if let offset { text += " at offset \(offset)" }
        return text
    }
}
