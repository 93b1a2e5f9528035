import ArgumentParser
import ByteIO
import DICOM
import Deidentification
import Foundation
import Vault

/// `tarn scrub`: texts without what may name somebody.
struct ScrubCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scrub",
        abstract: "Take out of texts (reports) what may name somebody.",
        discussion: """
            Writes OUTPUT/<the same name> for each .txt file of INPUT. What the headers say of patient, staff and \
            institution is found again in the texts, so give them: --header for DICOM files that all texts are about, \
            --headers for one JSON object a line: {"file": "1.txt", "PatientName": "…", "PatientID": "…"}. Options, \
            word lists, languages and what stands for what was taken out are the profile's (Docs/Formats/profile.md). \
            What was taken out of each text is printed as JSON with --json: kinds and places, no words.

            Example:  tarn scrub ./reports ./clean --header slice.dcm --profile our.json
            Exit status: 0 all were written, 1 some could not be read or written, 2 usage.
            """)

    @Argument(help: "Text file, or folder with .txt files, UTF-8.", completion: .file()) var input: String
    @Argument(help: "Folder for what is written; made where it is missing.", completion: .directory) var output: String
    @Option(help: "DICOM file that the texts are about; may be repeated.", completion: .file()) var header: [String] =
        []
    @Option(help: "What is known of each text, a JSON object a line.", completion: .file()) var headers: String?
    @Option(help: "A profile, JSON; without it what a new project has.", completion: .file()) var profile: String?
    @Option(
        help: "File with the key: 32 bytes in base64 on one line. Without it dates and surrogates are random.",
        completion: .file())
    var key: String?
    @Flag(help: "One JSON object a text on standard output.") var json = false

    /// Longest text, in bytes.
    static let maximumBytes = 16 << 20

    func run() throws {
        let profile = try profile.map { try ProfileCommand.profile(in: $0) } ?? .projectDefault
        let master = try key.map { try DeidentificationKeys.master(in: $0, for: "tarn scrub") }
        let secret = PseudonymSecret(DeidentificationKeys(master ?? SymmetricKey()).pseudonyms)
        let common = try header.map { try Self.dicom($0) }
        let known = try headers.map { try Self.known(in: $0) } ?? [:]
        let files = try texts()
        try NewFile.makeFolder(output, for: "tarn scrub")
        var failed = 0
        for file in files {
            let name = file.relativePath
            let scrubber = ReportScrubber((known[name].map { [$0] } ?? []) + common, profile: profile, secret: secret)
            do {
                let text = try Self.text(file)
                let scrubbed = scrubber.scrub(text)
                try write(scrubbed.text, to: name)
                if json { try Terminal.printJSON(Answer(name, scrubbed)) }
            } catch {
                Terminal.say("tarn scrub: \(name): \((error as? Refusal)?.reason ?? "cannot be written")")
                failed += 1
            }
        }
        Terminal.say("\(files.count) texts: \(files.count - failed) written\(failed > 0 ? ", \(failed) failed" : "")")
        if failed > 0 { throw ExitCode(1) }
    }

    private struct Refusal: Error { let reason: String }

    private struct Answer: Encodable {
        struct Place: Encodable {
            let kind: TextKind
            let from: Int
            let to: Int
        }
        let file: String
        /// Places in the text as it was, in UTF-16 units.
        let removed: [Place]

        init(_ file: String, _ scrubbed: ReportScrubber.Scrubbed) {
            self.file = file
            removed = scrubbed.changes.map {
                Place(kind: $0.kind, from: $0.original.lowerBound, to: $0.original.upperBound)
            }
        }
    }

    private func texts() throws -> [FileTree.Entry] {
        guard let all = FileTree.files(at: input) else {
            Terminal.say("tarn scrub: \(input): no such file or folder")
            throw ExitCode(1)
        }
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: input, isDirectory: &isFolder)
        return isFolder.boolValue ? all.filter { $0.relativePath.lowercased().hasSuffix(".txt") } : all
    }

    private static func text(_ file: FileTree.Entry) throws -> String {
        if let obstacle = file.obstacle { throw Refusal(reason: obstacle.reason) }
        let bytes: Bytes
        do throws(ByteIOError) { bytes = try file.contents() } catch { throw Refusal(reason: "cannot be read") }
        guard bytes.count <= maximumBytes else { throw Refusal(reason: "has more than \(maximumBytes >> 20) MiB") }
        guard let text = String(validating: bytes.array, as: UTF8.self) else {
            throw Refusal(reason: "is no text in UTF-8")
        }
        return text
    }

    private func write(_ text: String, to name: String) throws {
        guard let file = try NewFile(at: "\(output)/\(name)") else {
            throw Refusal(reason: "there is a file of this name in the output folder already")
        }
        do { try file.write(Bytes(utf8: text)) } catch {
            file.discard()
            throw error
        }
        file.close()
    }

    private static func dicom(_ file: String) throws -> DataSet {
        do {
            var options = ReadOptions()
            options.stopBefore = .PixelData
            return try DICOMFile.read(try Bytes.mapping(file: file), options: options).dataSet
        } catch {
            Terminal.say("tarn scrub: --header \(file): no DICOM file that can be read")
            throw ExitCode(2)
        }
    }

    /// Headers by the name of the text they belong to.
    private static func known(in file: String) throws -> [String: DataSet] {
        guard let data = FileManager.default.contents(atPath: file) else {
            Terminal.say("tarn scrub: --headers \(file): the file cannot be read")
            throw ExitCode(2)
        }
        var known: [String: DataSet] = [:]
        for (index, line) in data.split(separator: UInt8(ascii: "\n")).enumerated() {
            guard let object = try? JSONDecoder().decode([String: String].self, from: Data(line)),
                let name = object["file"]
            else {
                Terminal.say(
                    "tarn scrub: --headers \(file): line \(index + 1) is no JSON object of texts with a \"file\"")
                throw ExitCode(2)
            }
            var header = DataSet()
            header.set(.SpecificCharacterSet, .CS, "ISO_IR 192")
            for (keyword, value) in object where keyword != "file" {
                guard let tag = DataDictionary.tag(for: keyword), let vr = DataDictionary.vr(of: tag), vr.isText else {
                    Terminal.say(
                        "tarn scrub: --headers \(file): line \(index + 1) has a keyword that is no text of PS3.6")
                    throw ExitCode(2)
                }
                header.set(tag, vr, value)
            }
            known[name] = header
        }
        return known
    }
}
