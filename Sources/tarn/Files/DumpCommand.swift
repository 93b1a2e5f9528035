import ArgumentParser
import ByteIO
import DICOM
import Foundation

/// `tarn dump`: what a DICOM file contains.
struct DumpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dump",
        abstract: "Show the data set of a DICOM file.",
        discussion: """
            With --json the data set is one object of DICOM JSON (PS3.18 F.2): long binary values as BulkDataURI, \
            group lengths left out. What is odd in the file is said on standard error.

            Example:  tarn dump slice.dcm --json | jq '."00080060".Value[0]'
            """)

    @Argument(help: "DICOM file.", completion: .file()) var file: String
    @Flag(help: "Print DICOM JSON.") var json = false
    @Flag(help: "Print file meta information (group 0002), too.") var meta = false

    func run() throws {
        let dicom: DICOMFile
        do {
            dicom = try DICOMFile.read(try Bytes.mapping(file: file))
        } catch {
            Terminal.say("tarn dump: \(file): \(error)")
            throw ExitCode(1)
        }
        for warning in dicom.warnings { Terminal.say("tarn dump: \(file): warning: \(warning)") }
        let dataSet = meta ? DataSet(dicom.meta.elements + dicom.dataSet.elements) : dicom.dataSet
        if json {
            Terminal.print(String(decoding: dataSet.json(), as: UTF8.self))
        } else {
            Terminal.print(DumpListing(dataSet).lines.joined(separator: "\n"))
        }
    }
}
