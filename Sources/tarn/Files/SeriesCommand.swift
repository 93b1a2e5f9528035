import ArgumentParser
import ByteIO
import DICOM
import DICOMImaging
import Foundation

/// `tarn series`: how the images of files lie in the patient.
struct SeriesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "series",
        abstract: "Show how the images of each series lie in the patient.",
        discussion: """
            Images are sorted by position along the normal of their planes, not by number; parallel ones make a stack, \
            and those that share their places (phases, echoes, b-values) volumes of it. Missing slices, uneven \
            spacing, duplicates and a tilted gantry are said. With --json each series is one object on a line.

            Example:  tarn series CT-head/
            """)

    @Argument(help: "DICOM files, or folders of them.", completion: .file()) var paths: [String]
    @Flag(help: "Print JSON.") var json = false

    /// More frames of one series than this are no images of a scanner.
    static let mostFrames = 1_000_000

    func run() throws {
        var collected = CollectedSeries()
        var hasFailed = false
        for path in paths {
            guard let entries = FileTree.files(at: path) else {
                Terminal.say("tarn series: \(path): not found")
                hasFailed = true
                continue
            }
            for entry in entries {
                if let obstacle = entry.obstacle {
                    Terminal.say("tarn series: \(entry.relativePath): \(obstacle.reason)")
                    hasFailed = hasFailed || obstacle.isFailure
                    continue
                }
                do {
                    try collected.add(entry)
                } catch {
                    Terminal.say("tarn series: \(entry.relativePath): \(error)")
                    hasFailed = true
                }
            }
        }
        for report in collected.reports {
            if json { try Terminal.printJSON(report) } else { Terminal.print(report.text) }
        }
        if hasFailed { throw ExitCode(1) }
    }
}

/// The files of each series.
private struct CollectedSeries {
    private struct File {
        let name: String
        let number: Int?
        let frames: [FrameGeometry]
    }

    struct TooMany: Error, CustomStringConvertible {
        var description: String {
            "has more frames than bytes, or the series have more than \(SeriesCommand.mostFrames)"
        }
    }

    private var series: [(uid: String, modality: String, files: [File])] = []
    private var places: [String: Int] = [:]
    private var frameCount = 0

    /// Reads the header of one file; one without pixels is left out.
    mutating func add(_ entry: FileTree.Entry) throws {
        var options = ReadOptions()
        options.stopBefore = .FloatPixelData
        let source = try FileSource(entry.path)
        let dataSet = try DICOMFile.read(source, options: options).dataSet
        guard dataSet.int(.Rows) != nil else { return }
        let count = max(1, dataSet.int(.NumberOfFrames) ?? 1)
        // More frames than bytes are a lie that would cost memory.
        guard count <= min(SeriesCommand.mostFrames - frameCount, source.count) else { throw TooMany() }
        frameCount += count
        let reader = FrameGeometry.Reader(dataSet)
        let uid = dataSet.string(.SeriesInstanceUID) ?? ""
        if places[uid] == nil {
            places[uid] = series.count
            series.append((uid, dataSet.string(.Modality) ?? "", []))
        }
        let file = File(
            name: entry.relativePath, number: dataSet.int(.InstanceNumber),
            frames: (1...count).map { reader.frame($0) })
        series[places[uid] ?? 0].files.append(file)
    }

    var reports: [SeriesReport] {
        series.map { uid, modality, files in
            let sorted = files.sorted { ($0.number ?? .max, $0.name) < ($1.number ?? .max, $1.name) }
            let names = sorted.flatMap { file in
                file.frames.indices.map { file.frames.count == 1 ? file.name : "\(file.name)#\($0 + 1)" }
            }
            let geometry = SeriesGeometry(sorted.flatMap(\.frames))
            return SeriesReport(series: uid, modality: modality, files: files.count, geometry, names)
        }
    }
}
