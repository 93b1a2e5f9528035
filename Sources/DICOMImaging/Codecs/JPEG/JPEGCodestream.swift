import ByteIO
import DICOM

/// JPEG (ITU-T T.81), whichever process it was coded with.
///
/// The frame header decides, not the transfer syntax: files under the wrong one of JPEG's are common enough.
enum JPEGCodestream {
    /// All that PS3.6 Table A-1 has of it, the retired ones too.
    static let transferSyntaxes: Set<String> = [
        UID.JPEGBaseline8Bit, UID.JPEGExtended12Bit, UID.JPEGExtended35, UID.JPEGSpectralSelectionNonHierarchical68,
        UID.JPEGSpectralSelectionNonHierarchical79, UID.JPEGFullProgressionNonHierarchical1012,
        UID.JPEGFullProgressionNonHierarchical1113, UID.JPEGLossless, UID.JPEGLosslessNonHierarchical15,
        UID.JPEGExtendedHierarchical1618, UID.JPEGExtendedHierarchical1719,
        UID.JPEGSpectralSelectionHierarchical2022, UID.JPEGSpectralSelectionHierarchical2123,
        UID.JPEGFullProgressionHierarchical2426, UID.JPEGFullProgressionHierarchical2527,
        UID.JPEGLosslessHierarchical28, UID.JPEGLosslessHierarchical29, UID.JPEGLosslessSV1,
    ]

    /// - Throws: `ImagingError.unsupported` for arithmetic coding and hierarchical frames.
    static func open(_ data: Bytes) throws(ImagingError) -> any Codestream {
        let start = try JPEGStart(data)
        if start.frame.process == .lossless { return try JPEGLosslessCodestream(start) }
        return start.suitsLibrary ? JPEGLibraryCodestream(start) : JPEGTransformCodestream(start)
    }
}

extension JPEGStart {
    /// libjpeg reads frames of 8 bits that tell their number of lines and whose components are subsampled by whole
    /// numbers.
    fileprivate var suitsLibrary: Bool {
        let (across, down) = (frame.maximumHorizontal, frame.maximumVertical)
        return frame.precision == 8 && !needsLines
            && frame.components.allSatisfy { across.isMultiple(of: $0.horizontal) && down.isMultiple(of: $0.vertical) }
    }
}
