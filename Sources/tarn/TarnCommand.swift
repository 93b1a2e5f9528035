import ArgumentParser
import DICOMImaging
import Deidentification
import Foundation

/// `tarn`: the lake's one program.
@main
struct TarnCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tarn",
        abstract: "A research data lake for medical images.",
        discussion: """
            Start with:  tarn serve --data ./lake --listen 127.0.0.1:8080 --demo
            Exit status: 0 done, 1 some failed and the rest done, 2 usage.
            """,
        version: "0.1.0",
        subcommands: [
            ServeCommand.self, IngestCommand.self, ExportCommand.self, VerifyCommand.self, FsckCommand.self,
            ArchiveCommand.self, RestoreCommand.self, EraseCommand.self, HeldCommand.self, ProjectCommand.self,
            UserCommand.self, MailCommand.self, KeysCommand.self, DumpCommand.self, DecodeCommand.self,
            RenderCommand.self, SeriesCommand.self, TranscodeCommand.self, RedactCommand.self,
            DetectTextCommand.self, ValidateCommand.self, DeidentifyCommand.self, ReidentifyCommand.self,
            DefaceCommand.self, ProfileCommand.self, ScrubCommand.self, CARCommand.self, AuditCommand.self,
        ])

    /// Parses, runs, and ends with the status that this program promises: ArgumentParser's own for wrong usage is 64.
    static func main() async {
        // A client that closes its end is an error of a write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        Allocator.keepBuffers()
        DecodeWorker.runIfAsked()
        ForeignCodecs.sandbox = DecodeWorkers()
        VideoPoster.grabber = FFmpeg()
        SecondOpinion.reader = Tesseract()
        do {
            var command = try parseAsRoot()
            if command is DecodeCommand || command is RenderCommand {
                // One frame at a time: a frame may have all processors.
                ForeignCodecs.threads = ProcessInfo.processInfo.activeProcessorCount
            }
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            let status = exitCode(for: error)
            let text = fullMessage(for: error)
            if !text.isEmpty {
                let isHelp = status == .success
                FileHandle(fileDescriptor: isHelp ? STDOUT_FILENO : STDERR_FILENO).write(Data((text + "\n").utf8))
            }
            Foundation.exit(status == .validationFailure ? 2 : status.rawValue)
        }
    }
}
