public import ByteIO
public import DICOM

extension DICOMFile {
    /// Why this is no whole file, whatever could be read of it: it ends in the middle of an element, or goes on with
    /// what is none. `nil` where the last element ends the file or padding follows. Tags and offsets, never a value.
    /// - Throws: when the source fails.
    public func defect() throws(ByteIOError) -> String? {
        if let cut = warnings.first(where: { $0.code == .truncated || $0.code == .unreadableRest }) { return "\(cut)" }
        // Fewer bytes than the header of an element has (PS3.5 7.1): a header that was cut, unless they are zeros.
        guard let trailing, trailing.count < 8, try contents.read(trailing).contains(where: { $0 != 0 }) else {
            return nil
        }
        return "the file ends within an element's header at offset \(trailing.lowerBound)"
    }

    /// Why a file that ends between two elements may be half a file; `nil` where nothing speaks for it. A person looks
    /// at such a file.
    public var doubt: String? {
        let hasPixels = [Tag.PixelData, .FloatPixelData, .DoubleFloatPixelData, .PixelDataProviderURL]
            .contains { dataSet.contains($0) }
        guard !hasPixels, dataSet.contains(.BitsAllocated), dataSet.contains(.Rows) else { return nil }
        return "it describes an image without Pixel Data (7FE0,0010): the file may be cut short"
    }
}
