internal import ByteIO
internal import DICOM
internal import DICOMImaging
internal import Deidentification

extension CatalogueEntry {
    /// The entry of a de-identified object.
    /// - Parameters:
    ///   - pieces: the object as `object.file.encode()` gave it.
    ///   - bytes: the same, readable by range.
    init(
        _ object: Deidentified, pieces: [Piece], bytes: StoredSource, digests: Prepared.Digests,
        originalDigest: [UInt8], profileVersion: Int
    ) {
        let dataSet = object.file.dataSet
        study = Study(
            uid: object.study, date: Self.date(dataSet, .StudyDate), time: Self.text(dataSet, .StudyTime),
            description: Self.text(dataSet, .StudyDescription), studyID: Self.text(dataSet, .StudyID),
            ageDays: Self.ageDays(dataSet), sex: Self.text(dataSet, .PatientSex))
        series = Series(
            uid: object.series, number: Self.number(dataSet, .SeriesNumber),
            modality: Self.text(dataSet, .Modality), description: Self.text(dataSet, .SeriesDescription),
            bodyPart: Self.text(dataSet, .BodyPartExamined).uppercased(), date: Self.date(dataSet, .SeriesDate),
            time: Self.text(dataSet, .SeriesTime), recognizable: Recognizability(dataSet)?.rawValue ?? "")
        let pixels = try? PixelDescription(object.file)
        let frames = pixels.flatMap { Self.frameIndex(object.file, $0, pieces: pieces, object: bytes) }
        instance = Instance(
            uid: object.instance, sopClass: Self.text(dataSet, .SOPClassUID),
            transferSyntax: object.file.transferSyntax.uid, number: Self.number(dataSet, .InstanceNumber),
            rows: pixels?.rows ?? 0, columns: pixels?.columns ?? 0,
            frames: frames?.frameCount ?? (object.file.transferSyntax.isDeflated ? pixels?.numberOfFrames ?? 0 : 0),
            storedSize: bytes.count, storedSHA256: digests.stored.array,
            storedCRC32: digests.storedCRC32, originalDigest: originalDigest, frameIndex: frames?.encoded.array,
            metadata: Self.metadata(dataSet), profileVersion: profileVersion)
    }

    /// Where the frames lie in the stored object. `nil` where the pixel data cannot be read as frames: the object is
    /// kept all the same, and nothing of it can be shown. Also where the object is deflated: its frames have no ranges
    /// before it is inflated.
    private static func frameIndex(
        _ file: DICOMFile, _ pixels: PixelDescription, pieces: [Piece], object: StoredSource
    ) -> FrameIndex? {
        if !file.transferSyntax.isDeflated, let index = try? FrameIndex(file, pixels) {
            if let moved = index.mapped(through: pieces) { return moved }
        }
        guard !file.transferSyntax.isDeflated, let reread = try? DICOMFile.read(object) else { return nil }
        return try? FrameIndex(reread, pixels)
    }

    /// DICOM JSON of the header. Large binary values, pixel data among them, become references.
    private static func metadata(_ dataSet: DataSet) -> [UInt8] {
        var options = JSONOptions()
        options.declaresUTF8 = true
        return dataSet.json(options)
    }

    /// Text for a column: no NUL, which PostgreSQL does not store, and no more than an index takes.
    private static func text(_ dataSet: DataSet, _ tag: Tag) -> String {
        guard let text = dataSet.string(tag) else { return "" }
        return String(text.filter { $0 != "\0" }.prefix(256))
    }

    private static func number(_ dataSet: DataSet, _ tag: Tag) -> Int? {
        dataSet.int(tag).flatMap { Int32(exactly: $0) }.map(Int.init)
    }

    private static func date(_ dataSet: DataSet, _ tag: Tag) -> String? {
        guard let text = dataSet.date(tag)?.text, !text.hasPrefix("0000") else { return nil }
        return "\(text.prefix(4))-\(text.dropFirst(4).prefix(2))-\(text.suffix(2))"
    }

    /// Patient's Age (PS3.5 §6.2, AS: nnnD, nnnW, nnnM, nnnY) in days.
    private static func ageDays(_ dataSet: DataSet) -> Int? {
        guard let text = dataSet.string(.PatientAge), let unit = text.last, let count = Int(text.dropLast()),
            (0...999).contains(count)
        else { return nil }
        switch unit {
        case "D": return count
        case "W": return count * 7
        case "M": return count * 30_4375 / 10_000
        case "Y": return count * 365_25 / 100
        default: return nil
        }
    }
}
