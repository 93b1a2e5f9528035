import ArgumentParser
import ByteIO
import Deidentification
import Foundation
import KeyManagement
import Vault

/// `tarn deidentify`: files without what identifies the patient, no server needed.
struct DeidentifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deidentify",
        abstract: "Take out of DICOM files what identifies the patient (PS3.15 Annex E).",
        discussion: """
            Writes OUTPUT/<study>/<series>/<instance>.dcm from the new UIDs and prints a verdict for each input: \
            written, held (the pixels may show text, or the file may be half of one: nothing is written), skipped (not DICOM), rejected (damaged, cut \
            short, unreadable). Without \
            --options the Basic Profile alone is applied. With --key (32 bytes in base64 on one line) the same input \
            gives the same output, and --patches keeps, sealed, what `tarn reidentify` needs.

            Example:  openssl rand -base64 32 > secret.key
                      tarn deidentify ./from-hospital ./clean --key secret.key --patches ./patches \
            --options clean_descriptors,retain_long_modified_dates
            Exit status: 0 every input has a verdict and none was rejected, 1 some were rejected, 2 usage.
            """)

    @Argument(help: "DICOM file, or folder that is searched.", completion: .file()) var input: String
    @Argument(help: "Folder for what is written; made where it is missing.", completion: .directory) var output: String

    @Option(
        help: "File with the key: 32 bytes in base64 on one line. Without it pseudonyms are random.",
        completion: .file())
    var key: String?

    @Option(help: "Folder for the sealed identity patches; needs --key.", completion: .directory)
    var patches: String?

    @Option(
        help: ArgumentHelp(
            "Options of PS3.15, separated by commas.",
            discussion: Profile.Option.allCases.map(\.rawValue).joined(separator: ", ")))
    var options = ""

    @Option(help: "A profile of your own, JSON, instead of --options; see `tarn profile`.", completion: .file())
    var profile: String?

    @Option(
        help: ArgumentHelp(
            "What was decided about the pixels of images that look alike, JSON; see `Docs/Formats/regions.md`.",
            discussion: "--json shows the signature of an image that is held, and where text seems to be."),
        completion: .file())
    var regions: String?

    @Flag(help: "One JSON object a file on standard output, then one of counts.")
    var json = false

    @Option(help: ArgumentHelp("Files at once.", visibility: .hidden))
    var jobs = max(1, ProcessInfo.processInfo.activeProcessorCount)

    func validate() throws {
        if patches != nil, key == nil { throw ValidationError("--patches needs --key: patches are sealed under it") }
        guard (1...64).contains(jobs) else { throw ValidationError("--jobs is 1 to 64") }
        guard profile == nil || options.isEmpty else {
            throw ValidationError("--profile says which options there are: leave --options out")
        }
        if profile == nil { _ = try chosenProfile() }
    }

    private func chosenProfile() throws -> Profile {
        if let profile { return try ProfileCommand.profile(in: profile) }
        do { return try Profile(names: options) } catch { throw ValidationError("--options: \(error.reason)") }
    }

    func run() throws {
        let profile = try chosenProfile()
        let master = try key.map { try DeidentificationKeys.master(in: $0, for: "tarn deidentify") } ?? SymmetricKey()
        guard let inputs = FileTree.files(at: input) else {
            Terminal.say("tarn deidentify: \(input): no such file or folder")
            throw ExitCode(1)
        }
        for folder in [output, patches].compactMap(\.self) { try NewFile.makeFolder(folder, for: "tarn deidentify") }
        let keys = DeidentificationKeys(master)
        let approved = try regions.map { try PixelApprovals.read($0, for: "tarn deidentify") } ?? [:]
        let run = DeidentifyRun(
            deidentifier: Deidentifier(
                profile: profile, secret: PseudonymSecret(keys.pseudonyms), approved: approved),
            patchKey: patches == nil ? nil : keys.patches, output: output, patches: patches)
        let began = ContinuousClock.now
        let counts = run.process(inputs, jobs: jobs) { report($0) }
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        if json { try Terminal.printJSON(Summary(files: inputs.count, seconds: seconds, verdicts: counts)) }
        let list = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        let rate = String(format: "%.1f s (%.0f files/s)", seconds, Double(inputs.count) / max(seconds, 0.001))
        Terminal.say("\(inputs.count) files: \(list.isEmpty ? "nothing found" : list); \(rate)")
        if counts["rejected", default: 0] > 0 { throw ExitCode(1) }
    }

    private struct Summary: Encodable {
        let files: Int
        let seconds: Double
        let verdicts: [String: Int]
    }

    private func report(_ verdict: DeidentifyRun.Verdict) {
        if json {
            try? Terminal.printJSON(verdict)
        } else {
            let tail = verdict.output.map { " -> \($0)" } ?? verdict.reason.map { ": \($0)" } ?? ""
            Terminal.print("\(verdict.verdict)  \(verdict.file)\(tail)")
        }
    }
}

/// What follows from the one key of a key file: a key a purpose.
struct DeidentificationKeys {
    /// For pseudonyms, UIDs and dates.
    let pseudonyms: SymmetricKey
    /// For sealing identity patches.
    let patches: SymmetricKey

    init(_ master: SymmetricKey) {
        pseudonyms = HKDF.key(from: master, salt: Bytes(), info: Bytes(utf8: "tarn deidentify pseudonyms 1"))
        patches = HKDF.key(from: master, salt: Bytes(), info: Bytes(utf8: "tarn deidentify patches 1"))
    }

    /// The key in `file`. The command ends with 2, after one line, where there is none: it may be a pipe, which can be
    /// read once only, so `validate()` is no place for this.
    static func master(in file: String, for command: String) throws -> SymmetricKey {
        do throws(KeyManagementError) { return try KeyFile(file).load().master.key } catch {
            let makesOne =
                command == "tarn deidentify" && [.file(.keyMalformed), .file(.keyFileMissing)].contains(error.code)
            let hint = makesOne ? " (make one: openssl rand -base64 32 > FILE)" : ""
            Terminal.say("\(command): --key \(file): \(error.reason)\(hint)")
            throw ExitCode(2)
        }
    }

    /// What a patch is sealed for. The stored object is bound by its digest inside the patch.
    static let context = SealingContext("identity-patch-file")
}

extension NewFile {
    /// As `makeFolder(_:)`; where that fails the command says so in one line and ends with 1.
    static func makeFolder(_ path: String, for command: String) throws {
        do throws(Failure) { try makeFolder(path) } catch {
            Terminal.say("\(command): \(path): the folder cannot be made: \(error.reason)")
            throw ExitCode(1)
        }
    }
}
