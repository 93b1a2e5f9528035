public import ByteIO

extension DICOMFile {
    /// The file as it is to be written: what was not changed as ranges of `source`, the rest as bytes.
    /// - Throws: `DICOMError` `.notEncodable` where only part of the file was read, or a value of another encoding
    ///   was left in its source.
    public func encode() throws(DICOMError) -> [Piece] {
        throw DICOMError(.notEncodable, reason: "writing is not here yet")
    }
}
