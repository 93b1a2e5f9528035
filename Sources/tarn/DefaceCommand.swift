import ArgumentParser
import ByteIO
import DICOM
import Deidentification
import Foundation

/// `tarn deface`: series of heads without their faces, no server needed.
struct DefaceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deface",
        abstract: "Take the face out of CT and MR series of the head, so that nobody can rebuild it.",
        discussion: """
            Each series of the head is written without skin and soft tissue of the face; the brain, with a margin, \
            is not touched. Forehead above the brows, scalp and ears stay, and so does anything deep: this makes \
            recognising a face from the images hard, not impossible. Series that show something else are copied as \
            they are. What may show a face and cannot be defaced safely (no brain found, too few images, no \
            positions) is left out, with the reason.

            Headers are not de-identified: run `tarn deidentify` first. New images have new UIDs, and say what they \
            were made of.

            Example:  tarn deface ./clean ./shared
            Exit status: 0 every file has a verdict and none was rejected, 1 some were rejected, 2 usage.
            """)

    @Argument(help: "DICOM file, or folder that is searched.", completion: .file()) var input: String
    @Argument(help: "Folder for what is written; made where it is missing.", completion: .directory) var output: String
    @Flag(help: "Take every CT and MR series for one of a head, whatever its header says.") var heads = false
    @Flag(help: "One JSON object a series on standard output.") var json = false

    func run() throws {
        guard let inputs = FileTree.files(at: input) else {
            Terminal.say("tarn deface: \(input): no such file or folder")
            throw ExitCode(1)
        }
        try NewFile.makeFolder(output, for: "tarn deface")
        var run = DefaceRun(output: output, takesAll: heads)
        let rejected = run.collect(inputs)
        for (file, reason) in rejected { Terminal.say("tarn deface: \(file): \(reason)") }
        var counts: [String: Int] = [:]
        for number in run.series.indices {
            let verdict = run.process(number)
            counts[verdict.verdict, default: 0] += 1
            if json { try Terminal.printJSON(verdict) } else { Terminal.print(Self.line(verdict)) }
        }
        let list = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        Terminal.say("\(run.series.count) series: \(list.isEmpty ? "nothing found" : list)")
        if !rejected.isEmpty || counts["rejected", default: 0] > 0 { throw ExitCode(1) }
    }

    private static func line(_ verdict: DefaceRun.Verdict) -> String {
        var line = "\(verdict.verdict)  \(verdict.series): \(verdict.files) files"
        if let reason = verdict.reason { line += ": \(reason)" }
        if let figures = verdict.figures {
            line += String(format: ", %.0f ml taken out, brain %.0f ml", figures.removed, figures.brain)
        }
        return line
    }
}

/// The series of some files, one after the other.
struct DefaceRun {
    /// What became of one series.
    struct Verdict: Encodable {
        let series: String
        let files: Int
        /// defaced, copied, left out, rejected.
        let verdict: String
        var reason: String?
        var figures: FaceMask.Figures?
    }

    struct Series {
        let uid: String
        var files: [FileTree.Entry] = []
        var mark: Recognizability?
        var frames = 0
        var isImage = false
    }

    private(set) var series: [Series] = []
    private var places: [String: Int] = [:]
    private let output: String
    private let takesAll: Bool

    init(output: String, takesAll: Bool) {
        self.output = output
        self.takesAll = takesAll
    }

    /// Sorts files by series. What is not DICOM is left aside; what cannot be read comes back with the reason.
    mutating func collect(_ inputs: [FileTree.Entry]) -> [(file: String, reason: String)] {
        var rejected: [(file: String, reason: String)] = []
        for input in inputs {
            if let obstacle = input.obstacle {
                if obstacle.isFailure { rejected.append((input.relativePath, obstacle.reason)) }
                continue
            }
            do {
                let source = try input.contents()
                guard !source.isEmpty else { continue }
                add(input, try DICOMFile.read(source).dataSet)
            } catch let error as DICOMError where error.code == .notDICOM {
                continue
            } catch { rejected.append((input.relativePath, "\(error)")) }
        }
        return rejected
    }

    private mutating func add(_ input: FileTree.Entry, _ dataSet: DataSet) {
        let uid = dataSet.string(.SeriesInstanceUID) ?? ""
        let place = places[uid] ?? series.count
        if place == series.count {
            series.append(Series(uid: uid))
            places[uid] = place
        }
        series[place].files.append(input)
        series[place].mark = Recognizability.stronger(series[place].mark, Recognizability(dataSet))
        if dataSet.int(.Rows) != nil {
            series[place].frames += max(1, min(SeriesDefacer.mostFrames, dataSet.int(.NumberOfFrames) ?? 1))
            series[place].isImage = ["CT", "MR"].contains(dataSet.string(.Modality) ?? "")
        }
    }

    /// Writes a series without its face; as it is, where it has none; or not at all.
    func process(_ number: Int) -> Verdict {
        let one = series[number]
        func verdict(_ verdict: String, _ reason: String? = nil, _ figures: FaceMask.Figures? = nil) -> Verdict {
            Verdict(
                series: one.uid.isEmpty ? "without UID" : one.uid, files: one.files.count, verdict: verdict,
                reason: reason, figures: figures)
        }
        do {
            let mark = takesAll && one.isImage ? .head : one.mark
            if mark == .picture { return verdict("left out", "a picture that may show the face itself") }
            guard let mark, one.frames >= Recognizability.fewestFrames else {
                for file in one.files { try write(try Self.read(file)) }
                return verdict("copied", "no volume of a head")
            }
            if let reason = SeriesDefacer.refusal(mark) { return verdict("left out", reason) }
            let defacer: SeriesDefacer
            do throws(FacesError) {
                defacer = try SeriesDefacer(count: one.files.count) { (index) throws(FacesError) in
                    do { return try Self.read(one.files[index]) } catch { throw FacesError(.unreadable, "\(error)") }
                }
            } catch { return verdict("left out", error.reason) }
            for file in one.files { try write(try defacer.defaced(try Self.read(file))) }
            return verdict("defaced", nil, defacer.mask.figures)
        } catch {
            return verdict("rejected", "\(error)")
        }
    }

    private static func read(_ entry: FileTree.Entry) throws -> DICOMFile { try DICOMFile.read(try entry.contents()) }

    private func write(_ file: DICOMFile) throws {
        let pieces = try file.encode()
        let names = [Tag.StudyInstanceUID, .SeriesInstanceUID, .SOPInstanceUID].map {
            DeidentifyRun.component(file.dataSet.string($0) ?? "")
        }
        let stem = "\(output)/\(names.joined(separator: "/"))"
        var number = 1
        while true {
            guard let target = try NewFile(at: "\(stem)\(number == 1 ? "" : "-\(number)").dcm") else {
                number += 1
                continue
            }
            do {
                try pieces.forEachChunk(from: file.source, atMost: 1 << 20) { (chunk) throws(ByteIOError) in
                    do { try target.write(chunk) } catch { throw ByteIOError(.cannotWrite, errno: errno) }
                }
            } catch {
                target.discard()
                throw error
            }
            return target.close()
        }
    }
}
