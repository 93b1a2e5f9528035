import ArgumentParser
import ByteIO
import Foundation
import Vault

/// `tarn reidentify`: the original files out of de-identified ones and their patches.
struct ReidentifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reidentify",
        abstract: "Rebuild original files from de-identified ones and their sealed patches.",
        discussion: """
            Each file beneath DEIDENTIFIED needs PATCHES/<its path>.patch. Its original is written bit for bit at its \
            original relative path beneath ORIGINALS, after its digest was found to match, never over another file.

            Example:  tarn reidentify ./clean ./patches ./originals --key secret.key
            Exit status: 0 all rebuilt, 1 some failed and the rest done, 2 usage.
            """)

    @Argument(help: "Folder that `tarn deidentify` wrote.", completion: .directory) var deidentified: String
    @Argument(help: "Folder with the sealed patches.", completion: .directory) var patches: String
    @Argument(help: "Folder for the originals; made where it is missing.", completion: .directory) var originals: String

    @Option(
        help: "File with the key that the patches are sealed under: 32 bytes in base64 on one line.",
        completion: .file())
    var key: String

    @Flag(help: "One JSON object a file on standard output, then one of counts.")
    var json = false

    func run() throws {
        let master = try DeidentificationKeys.master(in: key, for: "tarn reidentify")
        guard let inputs = FileTree.files(at: deidentified) else {
            Terminal.say("tarn reidentify: \(deidentified): no such folder")
            throw ExitCode(1)
        }
        try NewFile.makeFolder(originals, for: "tarn reidentify")
        let run = ReidentifyRun(key: DeidentificationKeys(master).patches, patches: patches, originals: originals)
        var failed = 0
        var sealedOtherwise = 0
        for input in inputs {
            let verdict = run.process(input)
            if verdict.reason != nil { failed += 1 }
            if verdict.isSealedOtherwise { sealedOtherwise += 1 }
            report(verdict)
        }
        if json {
            try Terminal.printJSON(Summary(files: inputs.count, restored: inputs.count - failed, failed: failed))
        }
        Terminal.say("\(inputs.count) files: \(inputs.count - failed) restored, \(failed) failed")
        if sealedOtherwise > 0 { explain(sealedOtherwise, restored: inputs.count - failed) }
        if failed > 0 { throw ExitCode(1) }
    }

    /// One patch alone cannot tell a wrong key from a change; all of them together can.
    private func explain(_ count: Int, restored: Int) {
        if restored > 0 {
            Terminal.say(
                "\(count) of the patches do not open under the key that opens others: they were changed, or sealed "
                    + "under another key. Take them from a backup.")
        } else if count > 1 {
            Terminal.say("No patch opens under \(key): it is not the key that they were sealed under.")
        }
    }

    private struct Summary: Encodable {
        let files: Int
        let restored: Int
        let failed: Int
    }

    private func report(_ verdict: ReidentifyRun.Verdict) {
        if let reason = verdict.reason { Terminal.say("tarn reidentify: \(verdict.file): \(reason)") }
        if json {
            try? Terminal.printJSON(verdict)
        } else if let original = verdict.original {
            Terminal.print("restored  \(verdict.file) -> \(original)")
        }
    }
}
