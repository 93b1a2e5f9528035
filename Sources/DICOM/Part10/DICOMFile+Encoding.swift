public import ByteIO

extension DICOMFile {
    /// The file as it is to be written: what was not changed as ranges of `source`, the rest as bytes. The data set
    /// of a deflated file is deflated anew once it is changed, and becomes bytes as a whole.
    /// - Throws: `DICOMError` `.notEncodable` where only part of the file was read, or a value of another encoding
    ///   was left in its source.
    public func encode() throws(DICOMError) -> [Piece] {
        guard !isPartial else {
            throw DICOMError(.notEncodable, reason: "only the beginning of the file was read")
        }
        var output = PieceList()
        try encodeMeta(into: &output)
        try encodeDataSet(into: &output)
        return output.finished()
    }

    private func encodeMeta(into output: inout PieceList) throws(DICOMError) {
        let origin = meta.origin.flatMap { reading != nil && $0.reading == reading ? $0 : nil }
        let isReadWithoutMeta = origin?.range.lowerBound == 0
        if isPrefixUnchanged, let origin {
            output.append(0..<origin.range.upperBound)
            return
        }
        if isPrefixUnchanged, reading != nil, meta.isEmpty, !hasPreamble { return }
        if isPrefixUnchanged, hasPreamble {
            output.append(0..<132)
        } else if preamble != nil || !meta.isEmpty || !isReadWithoutMeta {
            let bytes = (preamble ?? Bytes()).array.prefix(128)
            output.append(bytes + [UInt8](repeating: 0, count: 128 - bytes.count))
            output.append("DICM".utf8)
        }
        if let origin { return output.append(origin.range) }
        try encodeChangedMeta(into: &output)
    }

    /// Whether the file that was read begins with a preamble of its own.
    private var hasPreamble: Bool { preamble != nil && reading != nil }

    /// Group 0002 with what it must hold, and its length (PS3.10 §7.1).
    private func encodeChangedMeta(into output: inout PieceList) throws(DICOMError) {
        var meta = meta
        meta.remove(.FileMetaInformationGroupLength)
        let version = Bytes([0x00, 0x01])
        if !meta.contains(.FileMetaInformationVersion) { meta.set(.FileMetaInformationVersion, .OB, bytes: version) }
        for (tag, source) in [
            (Tag.MediaStorageSOPClassUID, Tag.SOPClassUID), (.MediaStorageSOPInstanceUID, .SOPInstanceUID),
        ] where !meta.contains(tag) {
            if let uid = dataSet.string(source) { meta.set(tag, .UI, uid) }
        }
        if !meta.contains(.TransferSyntaxUID) { meta.set(.TransferSyntaxUID, .UI, transferSyntax.uid) }
        if !meta.contains(.ImplementationClassUID) {
            meta.set(.ImplementationClassUID, .UI, Implementation.classUID)
            meta.set(.ImplementationVersionName, .SH, Implementation.versionName)
        }
        var content = PieceList()
        try DataSetEncoder(reading: reading).encode(meta, in: .explicitLittleEndian, into: &content)
        output.append(Tag.FileMetaInformationGroupLength, .littleEndian)
        output.append("UL".utf8)
        output.append(UInt16(4), .littleEndian)
        output.append(UInt32(clamping: content.count), .littleEndian)
        output.append(content)
    }

    private func encodeDataSet(into output: inout PieceList) throws(DICOMError) {
        let isUnchanged = dataSet.origin.map { reading != nil && $0.reading == reading } ?? false
        if transferSyntax.isDeflated {
            // The range of a deflated data set that has trailing bytes covers those too.
            if isUnchanged { return output.append(dataSetRange) }
            var inflated = PieceList()
            try DataSetEncoder(reading: reading).encode(dataSet, in: transferSyntax.encoding, into: &inflated)
            if let trailing { inflated.append(trailing) }
            let bytes: Bytes
            do {
                bytes = try inflated.finished().materialize(from: contents)
            } catch {
                throw DICOMError(.sourceFailed, reason: "the source \(error.code.rawValue)")
            }
            return output.append(value: try Deflate.deflate(bytes))
        }
        try DataSetEncoder(reading: reading).encode(dataSet, in: transferSyntax.encoding, into: &output)
        if let trailing { output.append(trailing) }
    }
}

/// What identifies this software in the files it writes (PS3.7 §D.3.3.2).
public enum Implementation {
    /// Implementation Class UID, from a random UUID (PS3.5 §B.2).
    public static var classUID: String { "2.25.84711396085236403911217438823051660721" }
    /// Implementation Version Name.
    public static var versionName: String { "TARN_1" }
}
