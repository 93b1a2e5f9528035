internal import ByteIO
internal import DICOM
internal import Deidentification

extension ConflictComparison {
    /// Compares two de-identified objects: `first` stands, `second` is new.
    init(of first: Bytes, and second: Bytes, standing: String) throws(LakeError) {
        let files: (DICOMFile, DICOMFile)
        do throws(DICOMError) { files = (try DICOMFile.read(first), try DICOMFile.read(second)) } catch {
            throw LakeError(.unavailable, "an instance cannot be read: \(error.code)")
        }
        let comparison = Comparison(before: files.0.dataSet, after: files.1.dataSet)
        let pixels = Self.pixels
        self.init(
            standing: standing,
            attributes: comparison.rows.filter { row in
                row.change != .kept && !pixels.contains { DataDictionary.keyword(of: $0) == row.attribute }
            },
            isCut: comparison.isCut, hasSamePixels: try Self.hasSamePixels(files.0, files.1))
    }

    private static let pixels: [Tag] = [.PixelData, .FloatPixelData, .DoubleFloatPixelData]

    private static func hasSamePixels(_ first: DICOMFile, _ second: DICOMFile) throws(LakeError) -> Bool? {
        var result: Bool?
        for tag in pixels {
            switch (first.dataSet[tag], second.dataSet[tag]) {
            case (nil, nil): continue
            case (.some(let one), .some(let two)):
                let isSame = try values(one, in: first) == values(two, in: second)
                result = (result ?? true) && isSame
            default: result = false
            }
        }
        return result
    }

    /// The value, or the fragments one by one.
    private static func values(_ element: DataElement, in file: DICOMFile) throws(LakeError) -> [Bytes] {
        let raws: [RawValue] =
            switch element.value {
            case .raw(let raw): [raw]
            case .fragments(let fragments): fragments.items
            case .sequence: []
            }
        do throws(DICOMError) { return try raws.map { raw throws(DICOMError) in try file.bytes(of: raw) } } catch {
            throw LakeError(.unavailable, "an instance cannot be read: \(error.code)")
        }
    }
}
