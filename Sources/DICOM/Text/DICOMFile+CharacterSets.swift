extension DICOMFile {
    /// A warning for each element whose text is not of the character set that is declared for it: what is shown of it
    /// is a guess, or contains U+FFFD; its bytes are what they were. Not part of `warnings`, because text is decoded
    /// only when it is asked for.
    public func characterSetWarnings() -> [DICOMWarning] {
        var warnings: [DICOMWarning] = []
        DICOMFile.check(dataSet, [], &warnings)
        return warnings
    }

    private static func check(_ dataSet: DataSet, _ path: [TagPath.Step], _ warnings: inout [DICOMWarning]) {
        let characterSet = dataSet.characterSet
        for element in dataSet.elements {
            if let bytes = element.bytes, element.vr.isText, !characterSet.isText(bytes, vr: element.vr) {
                warnings.append(
                    DICOMWarning(
                        .characterSet, offset: element.sourceRange?.lowerBound,
                        path: TagPath(path + [TagPath.Step(element.tag)]),
                        reason: "the text is not of the declared character set"))
            }
            for (index, item) in (element.items ?? []).enumerated() {
                check(item.dataSet, path + [TagPath.Step(element.tag, item: index)], &warnings)
            }
        }
    }
}
