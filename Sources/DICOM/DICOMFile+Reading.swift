public import ByteIO

extension DICOMFile {
    /// Reads a file. Of a source that is not memory only what is needed is read; values longer than
    /// `ReadOptions.inlineLimit` stay there.
    /// - Throws: `DICOMError` where the source is no DICOM, nothing can be read, or a limit is reached. What is odd
    ///   but readable becomes a warning.
    public static func read(
        _ source: any ByteSource, options: ReadOptions = .default
    ) throws(DICOMError) -> DICOMFile {
        throw DICOMError(.notDICOM, reason: "reading is not here yet")
    }
}
