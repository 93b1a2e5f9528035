import ByteIO
import Foundation
import Testing
import TransparencyLog

/// Figures for `make measure`; runs only where `TARN_MEASURE` is set, since a busy machine says nothing.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["TARN_MEASURE"] != nil))
struct TransparencyLogSpeedTests {
    @Test func aMillionEntriesAreVerifiedInSeconds() throws {
        let leaf = Array(
            "{\"v\":1,\"t\":\"2026-11-21T12:00:00Z\",\"type\":\"access\",\"subject\":\"0123456789abcdef\"}\n".utf8)
        var bytes = ExportedLog.header.array
        var frontier = MerkleFrontier()
        let count = 1_000_000
        let one = Bytes(Array(leaf.dropLast()))
        let clock = ContinuousClock()
        let appending = try clock.measure {
            for _ in 0..<count { try frontier.append(leafHash: MerkleHash.leaf(one)) }
        }
        for _ in 0..<count { bytes += leaf }
        let key = try SampleLog(0).key
        let checkpoint = try Checkpoint(origin: key.verifier.name, size: frontier.size, root: frontier.root)
        bytes += ExportedLog.end(try checkpoint.signed(with: key)).array
        let log = Bytes(bytes)
        let verifying = try clock.measure {
            let audit = try LogAudit(log, keys: [key.verifier])
            #expect(audit.isAuthenticated)
        }
        print("appending a million leaves \(appending), verifying a log of them \(verifying)")
        #expect(verifying < .seconds(3))
    }
}
