internal import ByteIO
internal import DICOM

/// VR and VM (PS3.6) and the form of values (PS3.5 §6.2) of every element of a data set.
struct ValueCheck {
    var findings: FindingList

    mutating func run(_ dataSet: DataSet, _ path: [TagPath.Step]) {
        let characterSet = dataSet.characterSet
        for element in dataSet.elements {
            check(element, TagPath(path + [TagPath.Step(element.tag)]), characterSet)
            guard let items = element.items else { continue }
            for (number, item) in items.enumerated() {
                run(item.dataSet, path + [TagPath.Step(element.tag, item: number)])
            }
        }
    }

    private mutating func check(_ element: DataElement, _ place: TagPath, _ characterSet: CharacterSet) {
        if let entry = DataDictionary.entry(for: element.tag) {
            if entry.isRetired, !element.tag.isGroupLength {
                findings.add(.warning, .retired, place, "an attribute that is not retired", "PS3.6 6")
            }
            let allowed = IODIndex.shared.representations(of: entry)
            if !allowed.contains(element.vr), element.vr != .UN {
                let names = allowed.map(\.rawValue).joined(separator: " or ")
                findings.add(.error, .vr, place, "VR \(names)", "PS3.6 6")
            }
            if let multiplicity = Multiplicity(entry.vm), let count = element.valueCount(in: characterSet), count > 0,
                !multiplicity.allows(count)
            {
                findings.add(.error, .vm, place, "VM \(entry.vm)", "PS3.6 6")
            }
        }
        guard let bytes = element.bytes, !bytes.isEmpty else { return }
        if let broken = ValueForm.broken(element, bytes, characterSet) {
            findings.add(.error, broken.rule, place, broken.requirement, "PS3.5 6.2 \(element.vr.rawValue)")
        }
    }
}
