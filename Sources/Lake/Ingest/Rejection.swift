internal import ByteIO
internal import DICOM
internal import Deidentification

/// Why an instance is not taken. Tags and offsets, never values.
struct Rejection: Error {
    let failure: Verdict.Failure
    let reason: String

    init(_ failure: Verdict.Failure, _ reason: String) {
        self.failure = failure
        self.reason = reason
    }

    init(_ error: DICOMError) {
        let failure: Verdict.Failure =
            switch error.code {
            case .notDICOM: .notDICOM
            case .limitReached: .tooLarge
            case .sourceFailed: .unavailable
            case .truncated, .malformed, .notEncodable: .unreadable
            }
        self.init(failure, "\(error)")
    }

    init(_ error: DeidentificationError) {
        self.init(error.code == .unreadable ? .unavailable : .cannotDeidentify, "\(error)")
    }

    init(_ error: ByteIOError) { self.init(.unavailable, "the bytes \(error)") }
}
