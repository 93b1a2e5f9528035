/// The coding processes of ITU-T T.81 that DICOM's JPEG transfer syntaxes use, by the marker of their frame header
/// (Table B.1).
enum JPEGProcess: Sendable, Hashable {
    case baseline, extended, progressive, lossless

    /// `nil` where `marker` is not one that begins a frame.
    /// - Throws: `ImagingError.unsupported`, which names the process, where nobody here can decode it.
    init?(marker: UInt8) throws(ImagingError) {
        switch marker {
        case 0xC0: self = .baseline
        case 0xC1: self = .extended
        case 0xC2: self = .progressive
        case 0xC3: self = .lossless
        case 0xC5...0xC7, 0xDE: throw Self.refusal("hierarchical JPEG")
        case 0xC9: throw Self.refusal("JPEG with arithmetic coding (sequential)")
        case 0xCA: throw Self.refusal("JPEG with arithmetic coding (progressive)")
        case 0xCB: throw Self.refusal("lossless JPEG with arithmetic coding")
        case 0xCD...0xCF: throw Self.refusal("hierarchical JPEG with arithmetic coding")
        case 0xF7: throw Self.refusal("JPEG-LS under a transfer syntax of JPEG")
        default: return nil
        }
    }

    private static func refusal(_ name: String) -> ImagingError {
        ImagingError(.unsupported, "\(name) is not supported")
    }
}
