import ByteIO
import DICOM
import DICOMImaging
import Deidentification
import Foundation
import Synchronization
import Vault

/// De-identifies a list of files on several threads. Names are given in the order of the list, so that the same input
/// always gives the same output.
final class DeidentifyRun: Sendable {
    /// What became of one input.
    struct Verdict: Encodable, Sendable {
        let file: String
        /// written, held, skipped, rejected.
        let verdict: String
        var output: String?
        var reason: String?
        /// Of an image that is held, or whose pixels were changed: what images like it have in common.
        var signature: String?
        /// Blacked out.
        var redacted: [PixelRegion]?
        /// Of an image that is held: what rules would black out, and where text seems to be.
        var proposed: [PixelRegion]?
        var found: [PixelRegion]?
        /// What was done to the attributes of what was written or held.
        var summary: Outcome.Summary?

        private enum CodingKeys: CodingKey { case file, verdict, output, reason, signature, redacted, proposed, found }
    }

    private let deidentifier: Deidentifier
    private let patchKey: SymmetricKey?
    private let output: String
    private let patches: String?

    init(deidentifier: Deidentifier, patchKey: SymmetricKey?, output: String, patches: String?) {
        self.deidentifier = deidentifier
        self.patchKey = patchKey
        self.output = output
        self.patches = patches
    }

    /// Works through `inputs`, blocking. Verdicts are reported in any order, from several threads. Returns what was done,
    /// in numbers.
    func process(
        _ inputs: [FileTree.Entry], jobs: Int, report: @escaping @Sendable (Verdict) -> Void
    ) -> BatchReport {
        let batch = Mutex(BatchReport())
        Crew<Prepared, Placed>.work(
            on: inputs.count, threads: jobs, prepare: { self.prepared(inputs[$0]) }, place: { self.placed($0) },
            finish: { placed in
                let verdict = self.finished(placed)
                batch.withLock { batch in
                    batch.add(verdict: verdict.verdict, reason: verdict.reason)
                    if let summary = verdict.summary { batch.add(summary) }
                }
                report(verdict)
            })
        return batch.withLock(\.self)
    }

    /// An input that is ready to be written, or a verdict.
    private enum Prepared {
        case ready(Ready)
        case settled(Verdict)
    }

    private struct Ready {
        let name: String
        let outcome: Outcome
        let source: Bytes
        let pieces: [Piece]
        let patch: Bytes?
    }

    private enum Placed {
        case targets(Targets, Ready)
        case settled(Verdict)
    }

    private func prepared(_ input: FileTree.Entry) -> Prepared {
        do { return try prepare(input) } catch { return .settled(Self.rejected(input.relativePath, error)) }
    }

    private func placed(_ prepared: Prepared) -> Placed {
        switch prepared {
        case .settled(let verdict): return .settled(verdict)
        case .ready(let ready):
            do { return .targets(try claim(ready.outcome, withPatch: ready.patch != nil), ready) } catch {
                return .settled(Self.rejected(ready.name, error))
            }
        }
    }

    private func finished(_ placed: Placed) -> Verdict {
        switch placed {
        case .settled(let verdict): return verdict
        case .targets(let targets, let ready):
            do { try write(ready.pieces, ready.source, ready.patch, targets) } catch {
                return Self.rejected(ready.name, error)
            }
            let outcome = ready.outcome
            var verdict = Verdict(
                file: ready.name, verdict: "written", output: targets.name, summary: outcome.summary)
            if !outcome.pixels.redacted.isEmpty {
                verdict.redacted = outcome.pixels.redacted
                verdict.signature = outcome.pixels.signature?.text
            }
            return verdict
        }
    }

    private static func rejected(_ name: String, _ error: any Error) -> Verdict {
        Verdict(file: name, verdict: "rejected", reason: "\(error)")
    }

    private func prepare(_ input: FileTree.Entry) throws -> Prepared {
        if let obstacle = input.obstacle {
            let verdict = obstacle.isFailure ? "rejected" : "skipped"
            return .settled(Verdict(file: input.relativePath, verdict: verdict, reason: obstacle.reason))
        }
        let source = try input.wholeContents()
        guard let file = try Self.read(source) else {
            return .settled(Verdict(file: input.relativePath, verdict: "skipped", reason: "not DICOM"))
        }
        if let defect = try file.defect() {
            return .settled(Verdict(file: input.relativePath, verdict: "rejected", reason: defect))
        }
        let outcome = try deidentifier.deidentify(file)
        if case .review(let reason) = outcome.risk {
            return .settled(
                Verdict(
                    file: input.relativePath, verdict: "held", reason: reason,
                    signature: outcome.pixels.isDecidedBySignature ? outcome.pixels.signature?.text : nil,
                    proposed: outcome.pixels.proposed, found: outcome.pixels.found,
                    summary: outcome.summary))
        }
        if let doubt = file.doubt {
            return .settled(
                Verdict(file: input.relativePath, verdict: "held", reason: doubt, summary: outcome.summary))
        }
        let pieces = try outcome.file.encode()
        return .ready(
            Ready(
                name: input.relativePath, outcome: outcome, source: source, pieces: pieces,
                patch: try patch(of: input, source, pieces)))
    }

    /// `nil` where the bytes are no DICOM.
    private static func read(_ source: Bytes) throws(DICOMError) -> DICOMFile? {
        guard !source.isEmpty else { return nil }
        do { return try DICOMFile.read(source) } catch {
            if error.code == .notDICOM { return nil }
            throw error
        }
    }

    private struct Targets {
        let name: String
        let object: NewFile
        let patch: NewFile?
    }

    private func patch(of input: FileTree.Entry, _ source: Bytes, _ pieces: [Piece]) throws -> Bytes? {
        guard let patchKey else { return nil }
        let patch = try IdentityPatch.make(
            original: source, stored: pieces, name: input.relativePath, proof: .code(SymmetricKey()))
        return try SealedObject.seal(patch, key: patchKey, context: DeidentificationKeys.context)
    }

    /// Makes the files under the first name that is free for both.
    private func claim(_ outcome: Outcome, withPatch: Bool) throws -> Targets {
        let folder = "\(Self.component(outcome.studyInstanceUID))/\(Self.component(outcome.seriesInstanceUID))"
        let stem = Self.component(outcome.sopInstanceUID)
        var number = 1
        while true {
            let name = "\(folder)/\(stem)\(number == 1 ? "" : "-\(number)").dcm"
            number += 1
            guard let target = try NewFile(at: "\(output)/\(name)") else { continue }
            guard withPatch, let patches else { return Targets(name: name, object: target, patch: nil) }
            do {
                if let patch = try NewFile(at: "\(patches)/\(name).patch") {
                    return Targets(name: name, object: target, patch: patch)
                }
            } catch {
                target.discard()
                throw error
            }
            target.discard()
        }
    }

    private func write(_ pieces: [Piece], _ source: Bytes, _ patch: Bytes?, _ targets: Targets) throws {
        do {
            // The patch first: an object without its patch is worse than a patch without its object.
            if let patch { try targets.patch?.write([.literal(patch)], from: Bytes()) }
            try targets.object.write(pieces, from: source)
        } catch {
            targets.object.discard()
            targets.patch?.discard()
            throw error
        }
        targets.object.close()
        targets.patch?.close()
    }

    /// A UID as a name of a file: with the option that retains UIDs they are whatever a sender wrote.
    static func component(_ uid: String) -> String {
        let isPlain =
            !uid.isEmpty && uid.utf8.count <= 64 && uid.utf8.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2E }
        return isPlain && uid.utf8.first != 0x2E ? uid : "unknown"
    }
}
