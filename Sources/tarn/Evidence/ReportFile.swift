import ArgumentParser
import ByteIO
import Deidentification
import Foundation

/// Where `--report` writes: a new file, as its name ends, for programs (.json) or people (.html).
struct ReportFile: ExpressibleByArgument {
    let path: String

    init?(argument: String) {
        guard argument.hasSuffix(".json") || argument.hasSuffix(".html") else { return nil }
        path = argument
    }

    static let help = ArgumentHelp(
        "Write what was done to which attribute how often, and why files were held or refused, to a new file: "
            + "NAME.json or NAME.html. No values, no names of files.", valueName: "file")

    /// - Throws: `ValidationError` where something has that name already: said before an hour of work, not after it.
    func checkIsFree() throws {
        if access(path, F_OK) == 0 { throw ValidationError("--report \(path): there is such a file already") }
    }

    /// Writes it for `command`, which ends with 1 and one line where it cannot be written.
    func write(_ page: ReportPage, for command: String) throws {
        do {
            let text =
                path.hasSuffix(".json")
                ? String(decoding: try JSONEncoder.report.encode(page), as: UTF8.self) + "\n" : page.html
            guard let file = try NewFile(at: path) else { throw NewFile.Failure(errno: EEXIST) }
            do { try file.write(Bytes(utf8: text)) } catch {
                file.discard()
                throw error
            }
            file.close()
        } catch {
            Terminal.say("\(command): --report \(path): \(error)")
            throw ExitCode(1)
        }
    }
}

extension JSONEncoder {
    /// For a file that a person may open.
    fileprivate static var report: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
