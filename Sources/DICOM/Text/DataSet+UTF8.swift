internal import ByteIO

extension DataSet {
    /// The same data set with all text in UTF-8, and (0008,0005) saying so (PS3.3 §C.12.1.1.2); itself where it is.
    ///
    /// Text that is not of its declared set becomes what is shown of it: bytes that the set does not have become
    /// U+FFFD, so keep the original where it may matter. Values left in the source stay as they are.
    public func convertedToUTF8() -> DataSet {
        if strings(.SpecificCharacterSet) == ["ISO_IR 192"] { return self }
        var copy = recodedInUTF8()
        copy.set(.SpecificCharacterSet, .CS, "ISO_IR 192")
        return copy
    }

    private func recodedInUTF8() -> DataSet {
        let declared = characterSet
        var copy = self
        copy.remove(.SpecificCharacterSet)
        copy.inheritedCharacterSet = .utf8
        for (index, element) in copy.elements.enumerated() {
            var changed = element
            switch element.value {
            case .fragments: continue
            case .sequence(var items):
                for number in items.indices { items[number].dataSet = items[number].dataSet.recodedInUTF8() }
                changed.value = .sequence(items)
            case .raw(let raw):
                guard let bytes = raw.bytes, element.vr.usesSpecificCharacterSet else { continue }
                if bytes.isPlainASCII && !declared.isRomaji { continue }
                let texts = declared.values(of: bytes, vr: element.vr)
                changed.value = .raw(RawValue(CharacterSet.utf8.encode(texts, vr: element.vr)))
            }
            copy.replace(at: index, with: changed)
        }
        return copy
    }
}
