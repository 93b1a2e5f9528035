import ArgumentParser
import ByteIO
import DICOM
import DICOMValidation
import Foundation

/// `tarn validate`: which requirements of the standard DICOM files break.
struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Say which requirements of their IOD DICOM files break.",
        discussion: """
            Compares each file with PS3.3 (modules, types, functional groups, conditions that can be checked), PS3.5 \
            (form of values) and PS3.6 (VR and VM). A finding names the attribute, the rule and the clause, never the \
            value. With --json there is one object a file, one a line.

            Exit status: 0 no errors, 1 errors found or a file that cannot be read, 2 wrong usage.

            Example:  tarn validate series/*.dcm
            """)

    @Argument(help: "DICOM files.", completion: .file()) var files: [String]
    @Flag(help: "Print JSON, one object a line.") var json = false
    @Flag(name: .customLong("errors-only"), help: "Leave out the warnings.") var errorsOnly = false

    func run() throws {
        let validator = IODValidator()
        var summary = ValidationSummary()
        for file in files {
            let report: ValidationReport
            do {
                let dicom = try DICOMFile.read(try Bytes.mapping(file: file))
                report = ValidationReport(file, dicom, validator.validate(dicom), errorsOnly: errorsOnly)
            } catch {
                report = ValidationReport(unreadable: file, reason: "\(error)")
            }
            summary.add(report)
            if json {
                try Terminal.printJSON(report)
            } else {
                for line in report.lines { Terminal.print(line) }
            }
        }
        if !json, files.count > 1 { Terminal.print(summary.line) }
        if !summary.isClean { throw ExitCode(1) }
    }
}
