public import ByteIO

/// What a reader of DICOM JSON accepts and how much of it.
public struct JSONReadOptions: Sendable, Hashable {
    /// Levels of sequences within sequences; at most 512, whatever is asked for.
    public var maximumDepth = 128
    /// Attributes and items in all.
    public var maximumElements = 500_000
    /// Length of the JSON in bytes.
    public var maximumBytes = 256 << 20

    /// Limits for JSON of any origin.
    public init() {}
}

extension DataSet {
    /// The data set that one object of DICOM JSON (PS3.18 §F.2) describes, attributes in the order of their tags.
    ///
    /// Text is encoded in the character set that (0008,0005) names; where that lacks a character, or is not named,
    /// all of it in UTF-8, and (0008,0005) says so. DS and IS keep the digits they are written with, be they a number
    /// or a string. A reference (BulkDataURI) stays one: see `RawValue.bulkDataURI` and `resolvingBulkData`. Group
    /// lengths are left out (§F.2.2).
    /// - Throws: `DICOMError` `.malformed` with the offset of what is no JSON or no DICOM JSON; `.limitReached`.
    public init(json: Bytes, options: JSONReadOptions = JSONReadOptions()) throws(DICOMError) {
        self =
            try DICOMJSONDecoder.decode(json, options) { (decoder) throws(DICOMError) in
                let dataSet = try decoder.dataSet(inheriting: .default)
                try decoder.cursor.expectEnd()
                return [dataSet]
            }.first ?? DataSet()
    }

    /// The data sets of an array of objects, as DICOMweb services exchange them (PS3.18 §F.2.1).
    /// - Throws: as `init(json:options:)`.
    public static func dataSets(
        json: Bytes, options: JSONReadOptions = JSONReadOptions()
    ) throws(DICOMError) -> [DataSet] {
        try DICOMJSONDecoder.decode(json, options) { (decoder) throws(DICOMError) in
            var dataSets: [DataSet] = []
            try decoder.eachOfArray { (decoder) throws(DICOMError) in
                dataSets.append(try decoder.dataSet(inheriting: .default))
            }
            try decoder.cursor.expectEnd()
            return dataSets
        }
    }

    /// A copy in which each reference that `resolve` knows is its bytes, with numbers in little endian.
    /// - Parameter resolve: the bytes for the attribute at a path and its BulkDataURI; `nil` leaves the reference.
    /// - Throws: what `resolve` throws.
    public func resolvingBulkData(
        _ resolve: (TagPath, String) throws(DICOMError) -> Bytes?
    ) throws(DICOMError) -> DataSet {
        try resolvingBulkData(within: [], resolve)
    }

    private func resolvingBulkData(
        within path: [TagPath.Step], _ resolve: (TagPath, String) throws(DICOMError) -> Bytes?
    ) throws(DICOMError) -> DataSet {
        var copy = self
        for (index, element) in elements.enumerated() {
            var changed = element
            switch element.value {
            case .fragments: continue
            case .raw(let raw):
                guard let uri = raw.bulkDataURI,
                    let bytes = try resolve(TagPath(path + [TagPath.Step(element.tag)]), uri)
                else { continue }
                changed.value = .raw(RawValue(bytes))
            case .sequence(var items):
                for (number, item) in items.enumerated() {
                    let inner = path + [TagPath.Step(element.tag, item: number)]
                    items[number].dataSet = try item.dataSet.resolvingBulkData(within: inner, resolve)
                }
                changed.value = .sequence(items)
            }
            copy.replace(at: index, with: changed)
        }
        return copy
    }
}
