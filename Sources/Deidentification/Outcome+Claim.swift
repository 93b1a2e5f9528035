public import DICOM

extension Outcome {
    /// Says in a de-identified object that its pixels were cleaned, or looked at by a person who found them clean:
    /// (0028,0301) or (0028,0302) NO and the code of CID 7050 (PS3.15 E.3.1, E.3.2). Said twice it stands there once.
    ///
    /// - Parameter option: `cleanPixelData` or `cleanRecognizableVisualFeatures`; others are claimed by the profile that
    ///   was applied, and nothing changes.
    public static func claim(_ option: Profile.Option, in root: inout DataSet) {
        switch option {
        case .cleanPixelData: root.set(.BurnedInAnnotation, .CS, "NO")
        case .cleanRecognizableVisualFeatures: root.set(.RecognizableVisualFeatures, .CS, "NO")
        default: return
        }
        var items = root.sequence(.DeidentificationMethodCodeSequence) ?? []
        guard !items.contains(where: { $0.string(.CodeValue) == option.method.code }) else { return }
        items.append(item(option.method))
        items.sort { ($0.string(.CodeValue) ?? "") < ($1.string(.CodeValue) ?? "") }
        root.set(.DeidentificationMethodCodeSequence, items: items)
    }

    /// A code of CID 7050 as an item of (0012,0064).
    static func item(_ method: (code: String, meaning: String)) -> DataSet {
        DataSet(code: method.code, meaning: method.meaning)
    }
}
