import ArgumentParser
import ByteIO
import DICOM
import DICOMImaging
import Foundation
import Synchronization

/// `tarn transcode`: files in another transfer syntax.
struct TranscodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transcode",
        abstract: "Write files in another transfer syntax.",
        discussion: """
            What is lossless is decoded again and compared before it is written. What is lossy becomes a new instance: \
            a new SOP Instance UID, DERIVED, with ratio, method and source. What is in the syntax already is copied as \
            it is. A file appears whole or not at all.

            Example:  tarn transcode scans/*.dcm --to jpeg-ls --output compressed/
            """)

    @Argument(help: "DICOM files.", completion: .file()) var files: [String] = []
    @Option(help: "Transfer syntax: a name that --list shows, or a UID.") var to: String?
    @Option(help: "jpeg: 1 to 100.") var quality: Int?
    @Option(help: "j2k-lossy: bytes of samples for one byte of result.") var ratio: Double?
    @Option(help: "jpeg-ls-near: by how much a sample may differ.") var near: Int?
    @Option(
        name: .shortAndLong, help: "File to write; or a folder, for files of the same names.", completion: .file())
    var output: String?
    @Flag(help: "Show the transfer syntaxes that can be written.") var list = false

    func validate() throws {
        if list { return }
        guard !files.isEmpty else { throw ValidationError("name at least one file") }
        guard to != nil else { throw ValidationError("say --to what; --list shows the names") }
        guard output != nil else { throw ValidationError("say where --output goes") }
        _ = try transcoder()
        guard files.count == 1 || isFolder else {
            throw ValidationError("several files need --output FOLDER/")
        }
        let names = Set(files.map(Self.name))
        guard names.count == files.count || !isFolder else {
            throw ValidationError("two of the files have the same name")
        }
    }

    func run() throws {
        if list { return Terminal.print(TransferSyntaxName.listing) }
        let transcoder = try transcoder()
        if isFolder { try makeFolder() }
        let failed = Mutex(0)
        let (files, target) = (files, target)
        DispatchQueue.concurrentPerform(iterations: files.count) { index in
            do { try Self.transcode(files[index], with: transcoder, to: target(files[index])) } catch {
                Terminal.say("tarn transcode: \(files[index]): \(error)")
                failed.withLock { $0 += 1 }
            }
        }
        if failed.withLock({ $0 }) > 0 { throw ExitCode(1) }
    }

    /// - Throws: a usage error for a syntax that cannot be written, or options that it does not have.
    private func transcoder() throws -> Transcoder {
        guard let syntax = to.flatMap(TransferSyntaxName.transferSyntax) else {
            throw ValidationError("there is no transfer syntax of that name; --list shows them")
        }
        var options = FrameEncoder.Options()
        for (option, uid, isGiven) in [
            ("quality", UID.JPEGBaseline8Bit, quality != nil), ("ratio", UID.JPEG2000, ratio != nil),
            ("near", UID.JPEGLSNearLossless, near != nil),
        ] where isGiven && uid != syntax.uid {
            throw ValidationError("--\(option) belongs to \(TransferSyntax(uid: uid).name)")
        }
        if let quality { options.quality = quality }
        if let ratio { options.ratio = ratio }
        if let near { options.near = near }
        do { return try Transcoder(to: syntax, options: options) } catch { throw ValidationError("\(error)") }
    }

    // MARK: - One file

    /// Beyond this, recoded frames wait in a file.
    private static let largest = 256 << 20

    private static func transcode(_ path: String, with transcoder: Transcoder, to target: String) throws {
        let source = try Bytes.mapping(file: path)
        let file = try DICOMFile.read(source)
        let store: any FrameStore =
            expected(file) > largest ? try SpooledFrames(in: folder(of: target)) : MemoryFrames()
        let result = try transcoder.transcode(file, keeping: store)
        let pieces = try result.encode()
        // Opened when all is there: what cannot be done touches nothing.
        var output = try DecodeOutput(target)
        try pieces.forEachChunk(from: result.source, atMost: 1 << 20) { chunk throws(ByteIOError) in
            do { try output.write(chunk) } catch { throw ByteIOError(.cannotWrite, errno: errno) }
        }
        try output.finish()
    }

    /// Bytes of all samples.
    private static func expected(_ file: DICOMFile) -> Int {
        guard let description = try? PixelDescription(file) else { return 0 }
        let (total, overflow) = description.decodedFrameBytes.multipliedReportingOverflow(
            by: description.numberOfFrames)
        return overflow ? .max : total
    }

    // MARK: - Names

    private var isFolder: Bool {
        guard let output else { return false }
        var status = stat()
        return output.hasSuffix("/") || stat(output, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private func makeFolder() throws {
        guard let output else { return }
        do { try NewFile.makeFolder(output) } catch {
            Terminal.say("tarn transcode: \(output) \(error)")
            throw ExitCode(1)
        }
    }

    private func target(_ file: String) -> String {
        guard let output, isFolder else { return output ?? file }
        return (output.hasSuffix("/") ? output : output + "/") + Self.name(file)
    }

    private static func name(_ path: String) -> String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }

    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    }
}
