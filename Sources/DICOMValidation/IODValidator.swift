internal import ByteIO
public import DICOM

/// Compares DICOM files with PS3.3 (modules and their attributes), PS3.5 (values) and PS3.6 (VR and VM).
public struct IODValidator: Sendable {
    /// A validator.
    public init() {}

    /// The requirements that `file` breaks: by place in the file, those of modules before those of values.
    ///
    /// A SOP Class that the tables do not know is one finding; values are checked nevertheless. Values that were left
    /// in the source are not. More than 4,000 kinds of findings are not told.
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
        if file.source.count > 0 { checkMeta(file.meta, &findings) }
        PixelCheck(dataSet).run(&findings)
        var values = ValueCheck(findings: findings)
        values.run(file.meta, [])
        values.run(dataSet, [])
        return values.findings.all
    }

    /// The Type 1 attributes of the file meta information (PS3.10 §7.1), of which a file that was made has none yet.
    private func checkMeta(_ meta: DataSet, _ findings: inout FindingList) {
        let tags: [Tag] = [
            .FileMetaInformationGroupLength, .FileMetaInformationVersion, .MediaStorageSOPClassUID,
            .MediaStorageSOPInstanceUID, .TransferSyntaxUID, .ImplementationClassUID,
        ]
        for tag in tags where meta[tag]?.isEmpty ?? true {
            let rule: Finding.Rule = meta.contains(tag) ? .empty : .missing
            findings.add(.error, rule, TagPath(tag), "Type 1", "PS3.10 7.1 File Meta Information")
        }
    }
}

/// Findings, each kind at each kind of place once, with the number of its places.
struct FindingList {
    private struct Key: Hashable {
        let rule: Finding.Rule
        let tags: [Tag]
        let requirement: String
    }

    /// Kinds of findings that are told; a path may be a thousand times as long as what is wrong there.
    static let most = 4000

    private(set) var all: [Finding] = []
    private var places: [Key: Int] = [:]

    mutating func add(
        _ severity: Finding.Severity, _ rule: Finding.Rule, _ path: TagPath, _ requirement: String, _ clause: String
    ) {
        // Of the modules that miss the same attribute, the one that asks most for it is named: "Type 1" < "Type 2".
        let isOfType = rule == .missing || rule == .empty
        let key = Key(rule: rule, tags: path.steps.map(\.tag), requirement: isOfType ? "" : requirement)
        let finding = Finding(severity: severity, rule: rule, path: path, requirement: requirement, clause: clause)
        guard let place = places[key] else {
            guard all.count < FindingList.most else {
                if all.count == FindingList.most {
                    all.append(
                        Finding(
                            severity: .warning, rule: .tooMany, path: path,
                            requirement: "at most \(FindingList.most) findings",
                            clause: "PS3.5 7"))
                }
                return
            }
            places[key] = all.count
            all.append(finding)
            return
        }
        if all[place].clause == clause {
            if all[place].path != path { all[place].count += 1 }
        } else if isOfType, requirement < all[place].requirement {
            all[place] = finding
        }
    }
}
