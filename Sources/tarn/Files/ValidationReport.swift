import DICOM
import DICOMValidation

/// What `tarn validate` says of one file.
struct ValidationReport: Encodable {
    struct Line: Encodable {
        let severity: String
        let rule: String
        let path: String
        let keyword: String
        let requirement: String
        let clause: String
        let count: Int
    }

    let file: String
    /// Name of the IOD; absent where the tables have none.
    let iod: String?
    let edition: String
    /// Why the file could not be read.
    let reason: String?
    let errors: Int
    let warnings: Int
    let findings: [Line]
    /// For people, the file's name first.
    var lines: [String] { ["\(file): \(verdict)"] + texts.map { "  \($0)" } }

    private let texts: [String]

    enum CodingKeys: CodingKey {
        case file, iod, edition, reason, errors, warnings, findings
    }

    init(_ file: String, _ dicom: DICOMFile, _ all: [Finding], errorsOnly: Bool) {
        let findings = errorsOnly ? all.filter { $0.severity == .error } : all
        self.file = file
        let sopClass = dicom.dataSet.string(.SOPClassUID) ?? dicom.meta.string(.MediaStorageSOPClassUID)
        iod = sopClass.flatMap { InformationObjectDefinition.of(sopClass: $0)?.name }
        edition = InformationObjectDefinition.edition
        reason = nil
        errors = findings.count { $0.severity == .error }
        warnings = findings.count - errors
        texts = findings.map(\.description)
        self.findings = findings.map { finding in
            let tag = finding.path.steps.last?.tag
            return Line(
                severity: finding.severity.rawValue, rule: finding.rule.rawValue, path: "\(finding.path)",
                keyword: tag.flatMap { DataDictionary.entry(for: $0)?.keyword } ?? "",
                requirement: finding.requirement, clause: finding.clause, count: finding.count)
        }
    }

    init(unreadable file: String, reason: String) {
        self.file = file
        iod = nil
        edition = InformationObjectDefinition.edition
        self.reason = reason
        errors = 1
        warnings = 0
        findings = []
        texts = []
    }

    private var verdict: String {
        if let reason { return "cannot be read: \(reason)" }
        let name = iod.map { "\($0) IOD" } ?? "no IOD known"
        if errors + warnings == 0 { return "\(name), no findings" }
        return "\(name), \(errors) errors, \(warnings) warnings"
    }
}

/// What `tarn validate` says of several files.
struct ValidationSummary {
    private var files = 0
    private var broken = 0
    private var errors = 0
    private var warnings = 0

    /// Whether no file has an error.
    var isClean: Bool { broken == 0 }

    var line: String { "\(files) files, \(broken) with errors: \(errors) errors, \(warnings) warnings" }

    mutating func add(_ report: ValidationReport) {
        files += 1
        broken += report.errors > 0 ? 1 : 0
        errors += report.errors
        warnings += report.warnings
    }
}
