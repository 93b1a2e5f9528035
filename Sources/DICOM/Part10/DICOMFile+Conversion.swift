internal import ByteIO

extension DICOMFile {
    /// The same file, to be encoded in another transfer syntax: elements with or without VRs, numbers in the other
    /// order of bytes, lengths computed anew, group lengths left out (PS3.5 §7.2), trailing bytes dropped, and
    /// (0002,0010) changed.
    ///
    /// Between encapsulated and native syntaxes the caller recodes the pixel data first: native syntaxes need
    /// `(7FE0,0010)` as bytes, encapsulated ones as fragments, which are taken as they are. What `encode()` of the
    /// result gives refers to the *result's* `source`, which differs from this one's where the file was deflated.
    /// Values of other byte order that were left in the source are read into memory.
    /// - Throws: `DICOMError` `.notEncodable` where pixel data have not the form that `syntax` demands (PS3.5 §A.4);
    ///   `.sourceFailed` where a value cannot be read.
    public func converted(to syntax: TransferSyntax) throws(DICOMError) -> DICOMFile {
        guard syntax != transferSyntax else { return self }
        var converter = ByteOrderConverter(file: self, target: syntax.byteOrder)
        var dataSet = try converter.converted(dataSet)
        try DICOMFile.check(dataSet, suits: syntax)
        // Whether it is unchanged would be asked of the other syntax.
        dataSet.origin = nil
        var meta = DataSet()
        for element in self.meta.elements where !element.tag.isGroupLength {
            guard case .raw(let raw) = element.value else { continue }
            meta.set(DataElement(element.tag, element.vr, bytes: try bytes(of: raw)))
        }
        meta.set(.TransferSyntaxUID, .UI, syntax.uid)
        var file = DICOMFile(
            preamble: preamble, meta: meta, dataSet: dataSet, transferSyntax: syntax, warnings: warnings,
            source: contents, contents: contents, trailing: nil, reading: reading, dataSetRange: 0..<0,
            isPartial: isPartial)
        file.isPrefixUnchanged = false
        return file
    }

    private static func check(_ dataSet: DataSet, suits syntax: TransferSyntax) throws(DICOMError) {
        guard let pixels = dataSet[.PixelData] else { return }
        let isFragmented = if case .fragments = pixels.value { true } else { false }
        guard isFragmented != syntax.isEncapsulated else { return }
        throw DICOMError(
            .notEncodable, path: TagPath(.PixelData),
            reason: isFragmented
                ? "fragments of pixel data cannot be written in a native transfer syntax"
                : "native pixel data cannot be written in an encapsulated transfer syntax")
    }
}

/// Fetches the values whose bytes have to be reversed and were left in the source; all others stay as they are, and
/// the encoder reverses what it needs to.
private struct ByteOrderConverter {
    let file: DICOMFile
    let target: TransferSyntax.ByteOrder

    mutating func converted(_ dataSet: DataSet) throws(DICOMError) -> DataSet {
        var copy = dataSet
        for (index, element) in dataSet.elements.enumerated() {
            guard let value = try converted(element) else { continue }
            var changed = element
            changed.value = value
            copy.replace(at: index, with: changed)
        }
        return copy
    }

    /// The value in memory; `nil` where nothing has to be fetched.
    private mutating func converted(_ element: DataElement) throws(DICOMError) -> DataElement.Value? {
        switch element.value {
        case .fragments: return nil
        case .raw(let raw):
            guard raw.bytes == nil, raw.byteOrder != target, element.vr.unitSize > 1 else { return nil }
            return .raw(RawValue(try file.bytes(of: raw), byteOrder: raw.byteOrder))
        case .sequence(let items):
            var copy = items
            var isChanged = false
            for (index, item) in items.enumerated() {
                let dataSet = try converted(item.dataSet)
                guard dataSet.origin == nil, item.dataSet.origin != nil else { continue }
                copy[index].dataSet = dataSet
                isChanged = true
            }
            return isChanged ? .sequence(copy) : nil
        }
    }
}
