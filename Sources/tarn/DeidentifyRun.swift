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

    private struct State {
        var next = 0
        var counts: [String: Int] = [:]
    }

    /// Works through `inputs`, blocking. Verdicts are reported one at a time, in any order. Returns their numbers.
    func process(_ inputs: [FileTree.Entry], jobs: Int, report: @Sendable (Verdict) -> Void) -> [String: Int] {
        let state = Mutex(State())
        let turns = Turns()
        DispatchQueue.concurrentPerform(iterations: min(jobs, max(1, inputs.count))) { _ in
            while true {
                let index = state.withLock { state in
                    defer { state.next += 1 }
                    return state.next
                }
                guard index < inputs.count else { return }
                let verdict = process(inputs[index], index, turns)
                state.withLock { state in
                    state.counts[verdict.verdict, default: 0] += 1
                    report(verdict)
                }
            }
        }
        return state.withLock(\.counts)
    }

    /// An input that is ready to be written, or a verdict.
    private enum Prepared {
        case ready(Outcome, source: Bytes, pieces: [Piece], patch: Bytes?)
        case settled(Verdict)
    }

    private func process(_ input: FileTree.Entry, _ index: Int, _ turns: Turns) -> Verdict {
        let prepared = Result { try prepare(input) }
        var targets = Result<Targets, any Error>.failure(NewFile.Failure(errno: EIO))
        turns.wait(for: index) {
            guard case .success(.ready(let outcome, _, _, let patch)) = prepared else { return }
            targets = Result { try claim(outcome, withPatch: patch != nil) }
        }
        do {
            switch try prepared.get() {
            case .settled(let verdict): return verdict
            case .ready(let outcome, let source, let pieces, let patch):
                let targets = try targets.get()
                try write(pieces, source, patch, targets)
                var verdict = Verdict(file: input.relativePath, verdict: "written", output: targets.name)
                if !outcome.pixels.redacted.isEmpty {
                    verdict.redacted = outcome.pixels.redacted
                    verdict.signature = outcome.pixels.signature?.text
                }
                return verdict
            }
        } catch {
            return Verdict(file: input.relativePath, verdict: "rejected", reason: "\(error)")
        }
    }

    private func prepare(_ input: FileTree.Entry) throws -> Prepared {
        if let obstacle = input.obstacle {
            let verdict = obstacle.isFailure ? "rejected" : "skipped"
            return .settled(Verdict(file: input.relativePath, verdict: verdict, reason: obstacle.reason))
        }
        let source = try input.contents()
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
                    proposed: outcome.pixels.proposed, found: outcome.pixels.found))
        }
        if let doubt = file.doubt {
            return .settled(Verdict(file: input.relativePath, verdict: "held", reason: doubt))
        }
        let pieces = try outcome.file.encode()
        return .ready(outcome, source: source, pieces: pieces, patch: try patch(of: input, source, pieces))
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
        let patch = try IdentityPatch.make(original: source, stored: pieces, name: input.relativePath)
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

/// Lets threads pass one after the other, in the order of their numbers.
final class Turns: Sendable {
    private let condition = NSCondition()
    private let next = Mutex(0)

    func wait(for number: Int, _ body: () -> Void) {
        condition.lock()
        while next.withLock({ $0 != number }) { condition.wait() }
        body()
        next.withLock { $0 += 1 }
        condition.broadcast()
        condition.unlock()
    }
}
