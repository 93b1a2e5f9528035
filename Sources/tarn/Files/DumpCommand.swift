import ArgumentParser
import ByteIO
import DICOM
import Foundation
import Synchronization

/// `tarn dump`: what DICOM files contain.
struct DumpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dump",
        abstract: "Show the data sets of DICOM files.",
        discussion: """
            With --json each data set is one object of DICOM JSON (PS3.18 F.2) on a line of its own: long binary values \
            as BulkDataURI, group lengths left out. With --tag only these attributes are printed, one line a file, \
            separated by tabs, and nothing after the last of them is read. What is odd in a file is said on standard \
            error. Of standard input (-) what comes before the pixel data is read and shown.

            Example:  tarn dump slice.dcm --json | jq '."00080060".Value[0]'
            Example:  tarn dump --tag PatientID --tag 0020000D series/
            """)

    @Argument(help: "DICOM files, or folders of them; - is standard input.", completion: .file()) var files: [String]
    @Flag(help: "Print DICOM JSON.") var json = false
    @Flag(help: "Print file meta information (group 0002), too.") var meta = false
    @Option(help: "Print only this attribute: a keyword, or eight hexadecimal digits. May be repeated.")
    var tag: [DumpTag] = []
    @Option(help: "Characters of a value that are shown; 0 for all.") var maxLength = 96
    @Flag(name: .shortAndLong, help: "Say nothing of what is odd in a file.") var quiet = false

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("no file is named") }
        guard maxLength >= 0 else { throw ValidationError("--max-length is a number of characters") }
        guard tag.isEmpty || !json else { throw ValidationError("--tag and --json exclude each other") }
    }

    func run() throws {
        var options = ReadOptions()
        // Group 0002 is always read; what lies after the last tag that is asked for never.
        if let last = tag.map(\.tag).max() { options.stopBefore = last.next }
        let inputs = files.flatMap(DumpInput.inputs)
        var hasFailed = false
        // All processors read, some files at a time; what they found is shown in the order of the files.
        for start in stride(from: 0, to: inputs.count, by: Self.filesAtOnce) {
            let batch = inputs[start..<min(start + Self.filesAtOnce, inputs.count)]
            for shown in shares(of: batch, options, isNamed: inputs.count > 1) {
                for line in shown.said { Terminal.say(line) }
                Terminal.write(shown.output.bytes)
                hasFailed = hasFailed || shown.hasFailed
            }
        }
        if hasFailed { throw ExitCode(1) }
    }

    /// Files that are read before anything of them is printed.
    private static let filesAtOnce = 256

    /// What some files give, in their order.
    private struct Shown: Sendable {
        var output = DumpOutput()
        /// For standard error.
        var said: [String] = []
        var hasFailed = false
    }

    private func shares(of batch: ArraySlice<DumpInput>, _ options: ReadOptions, isNamed: Bool) -> [Shown] {
        let count = min(batch.count, ProcessInfo.processInfo.activeProcessorCount)
        guard count > 1 else { return [shown(batch, options, isNamed: isNamed)] }
        let shares = Mutex([Shown](repeating: Shown(), count: count))
        DispatchQueue.concurrentPerform(iterations: count) { number in
            let first = batch.startIndex + batch.count * number / count
            let end = batch.startIndex + batch.count * (number + 1) / count
            let shown = shown(batch[first..<end], options, isNamed: isNamed)
            shares.withLock { $0[number] = shown }
        }
        return shares.withLock { $0 }
    }

    private func shown(_ inputs: ArraySlice<DumpInput>, _ options: ReadOptions, isNamed: Bool) -> Shown {
        var shown = Shown()
        for input in inputs {
            do {
                let dicom = try input.read(options)
                if !quiet { shown.said += odd(dicom).map { "tarn dump: \(input.name): warning: \($0)" } }
                show(dicom, isNamed ? input.name : nil, &shown.output)
            } catch {
                shown.said.append("tarn dump: \(input.name): \(error)")
                shown.hasFailed = true
            }
        }
        return shown
    }

    /// What is odd in a file.
    private func odd(_ dicom: DICOMFile) -> [DICOMWarning] {
        // Text is looked at only where all of it is shown.
        dicom.warnings + (tag.isEmpty ? dicom.characterSetWarnings() : [])
    }

    /// - Parameter name: The file's, where there are several.
    private func show(_ dicom: DICOMFile, _ name: String?, _ output: inout DumpOutput) {
        if !tag.isEmpty {
            let values = tag.map { asked in
                let dataSet = asked.tag.group == 0x0002 ? dicom.meta : dicom.dataSet
                return DumpListing.text(of: asked.tag, in: dataSet, longest: maxLength)
            }
            output.print(((name.map { [$0] } ?? []) + values).joined(separator: "\t"))
            return
        }
        let dataSet = meta ? DataSet(dicom.meta.elements + dicom.dataSet.elements) : dicom.dataSet
        if json {
            output.print(dataSet.json())
        } else {
            if let name { output.print("# \(name)") }
            output.write(DumpListing(dataSet, longest: maxLength).bytes)
        }
    }
}

/// What a data set is read from.
private enum DumpInput: Sendable {
    case standardInput
    case file(path: [CChar], name: String)
    case none(name: String, reason: String)

    struct Failure: Error, CustomStringConvertible { let description: String }

    /// The file at `path`, or the files beneath it.
    static func inputs(at path: String) -> [DumpInput] {
        if path == "-" { return [.standardInput] }
        guard let entries = FileTree.files(at: path) else { return [.none(name: path, reason: "not found")] }
        return entries.map { entry in
            let isFile = entries.count == 1 && path.split(separator: "/").last.map(String.init) == entry.relativePath
            let name = isFile ? path : "\(path.hasSuffix("/") ? path : path + "/")\(entry.relativePath)"
            if let obstacle = entry.obstacle { return .none(name: name, reason: obstacle.reason) }
            return .file(path: entry.path, name: name)
        }
    }

    var name: String {
        switch self {
        case .standardInput: "-"
        case .file(_, let name), .none(let name, _): name
        }
    }

    func read(_ options: ReadOptions) throws -> DICOMFile {
        switch self {
        case .none(_, let reason): throw Failure(description: reason)
        // Of a file that is read piece by piece long values stay where they are.
        case .file(let path, _): return try DICOMFile.read(try FileSource(path), options: options)
        case .standardInput:
            return try DICOMFile.readHeader(
                from: sequence(state: FileHandle.standardInput) { input in
                    let data = input.availableData
                    return data.isEmpty ? nil : Bytes([UInt8](data))
                }, options: options)
        }
    }
}

/// A tag as people write it.
struct DumpTag: ExpressibleByArgument {
    let tag: Tag

    init?(argument: String) {
        let digits = argument.filter { !"(),".contains($0) }
        guard let tag = DataDictionary.tag(for: argument) ?? Tag(hexadecimal: digits) else { return nil }
        self.tag = tag
    }
}

extension Tag {
    /// The tag after this one; itself where it is the last.
    fileprivate var next: Tag { Tag(rawValue: rawValue == .max ? .max : rawValue + 1) }
}

/// Lines for standard output.
struct DumpOutput: Sendable {
    private(set) var bytes: [UInt8] = []

    mutating func print(_ text: String) { print(text.utf8) }

    mutating func print(_ text: some Sequence<UInt8>) {
        bytes.append(contentsOf: text)
        write([UInt8(ascii: "\n")])
    }

    mutating func write(_ text: [UInt8]) { bytes.append(contentsOf: text) }
}
