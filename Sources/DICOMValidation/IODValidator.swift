public import DICOM

/// Compares DICOM files with PS3.3 (modules and their attributes), PS3.5 (values) and PS3.6 (VR and VM).
public struct IODValidator: Sendable {
    /// A validator.
    public init() {}

    /// The requirements that `file` breaks: by place in the file, those of modules before those of values.
    ///
    /// A SOP Class that the tables do not know is one finding; values are checked nevertheless. Values that were left
    /// in the source are not.
    public func validate(_ file: DICOMFile) -> [Finding] {
        var findings = FindingList()
        let dataSet = file.dataSet
        let sopClass = dataSet.string(.SOPClassUID) ?? file.meta.string(.MediaStorageSOPClassUID)
        if let definition = sopClass.flatMap({ InformationObjectDefinition.of(sopClass: $0) }) {
            var check = ModuleCheck(definition, dataSet)
            check.run()
            findings = check.findings
        } else {
            findings.add(
                .warning, .unknownSOPClass, TagPath(.SOPClassUID),
                "an IOD of PS3.3 \(InformationObjectDefinition.edition)",
                "PS3.4 B.5")
        }
        var values = ValueCheck(findings: findings)
        values.run(file.meta, [])
        values.run(dataSet, [])
        return values.findings.all
    }
}

/// Findings, each kind at each kind of place once, with the number of its places.
struct FindingList {
    private struct Key: Hashable {
        let rule: Finding.Rule
        let tags: [Tag]
        let requirement: String
    }

    private(set) var all: [Finding] = []
    private var places: [Key: Int] = [:]

    mutating func add(
        _ severity: Finding.Severity, _ rule: Finding.Rule, _ path: TagPath, _ requirement: String, _ clause: String
    ) {
        let key = Key(rule: rule, tags: path.steps.map(\.tag), requirement: requirement)
        if let place = places[key] {
            // The same attribute of two modules is one finding, not two.
            if all[place].clause == clause, all[place].path != path { all[place].count += 1 }
            return
        }
        places[key] = all.count
        all.append(Finding(severity: severity, rule: rule, path: path, requirement: requirement, clause: clause))
    }
}
