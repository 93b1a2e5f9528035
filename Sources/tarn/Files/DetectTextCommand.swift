import ArgumentParser
import ByteIO
import DICOM
import DICOMImaging
import Deidentification
import Foundation

/// `tarn detect-text`: where images seem to show text.
struct DetectTextCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detect-text",
        abstract: "Find what looks like text in the pixels of images.",
        discussion: """
            A line for each file: its name, and where text seems to be, as x,y,width,height from the top left pixel. \
            Nothing is read, and that nothing is found proves nothing: letters that touch the anatomy, are faint or \
            are fewer than four may be missed.

            Example:  tarn detect-text scans/ --frames 20
            Exit status: 0 all images were searched, 1 some could not be, 2 usage.
            """)

    @Argument(help: "DICOM files, or folders that are searched.", completion: .file()) var files: [String]
    @Option(help: "Frames of each file that are searched: the first, the last and others between them.")
    var frames = 3
    @Flag(help: "Only text that is bright or of one value, as ingest searches images that nothing speaks against.")
    var quick = false
    @Flag(help: "One JSON object a file on standard output.") var json = false

    func validate() throws {
        guard (1...100_000).contains(frames) else { throw ValidationError("--frames is 1 to 100000") }
    }

    private struct Report: Encodable {
        let file: String
        let regions: [PixelRegion]
    }

    func run() throws {
        let detector = TextDetector(quick ? .quick : .thorough)
        var failed = false
        for path in files {
            guard let entries = FileTree.files(at: path) else {
                Terminal.say("tarn detect-text: \(path): no such file or folder")
                throw ExitCode(1)
            }
            for entry in entries {
                do { try search(entry, detector) } catch {
                    Terminal.say("tarn detect-text: \(entry.relativePath): \(error)")
                    failed = true
                }
            }
        }
        if failed { throw ExitCode(1) }
    }

    private func search(_ entry: FileTree.Entry, _ detector: TextDetector) throws {
        guard entry.obstacle == nil else { return }
        let source = try entry.contents()
        guard !source.isEmpty else { return }
        let file: DICOMFile
        do throws(DICOMError) { file = try DICOMFile.read(source) } catch {
            if error.code == .notDICOM { return }
            throw error
        }
        guard file.dataSet.contains(.PixelData) else { return }
        let found = try detector.regions(in: file, frames: frames)
        if json {
            try Terminal.printJSON(Report(file: entry.relativePath, regions: found))
        } else {
            let list = found.isEmpty ? "nothing found" : found.map(\.description).joined(separator: " ")
            Terminal.print("\(entry.relativePath)  \(list)")
        }
    }
}
