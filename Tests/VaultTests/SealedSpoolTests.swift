import ByteIO
import Foundation
import Testing
import Vault

@Suite struct SealedSpoolTests {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("tarn-spool-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true) }

    @Test func whatIsAppendedIsReadByAnyRange() throws {
        let plaintext = Bytes((0..<300_000).map { UInt8(truncatingIfNeeded: $0 % 253) })
        let spool = try SealedSpool(directory: directory.path)
        var offset = 0
        for size in [0, 1, 65_535, 3, 100_000, 7, 134_454] {
            try spool.append(plaintext[clamping: offset..<(offset + size)])
            offset += size
            #expect(spool.count == offset)
            #expect(try spool.read(0..<offset) == plaintext[clamping: 0..<offset])
        }
        for range in [0..<0, 5..<6, 65_530..<65_540, 0..<300_000, 299_999..<300_000, 131_072..<196_608] {
            #expect(try spool.read(range) == plaintext[clamping: range])
        }
        #expect(throws: ByteIOError(.outOfRange)) { try spool.read(0..<300_001) }
    }

    @Test func nothingHasANameOrIsReadableOnDisk() throws {
        let secret = Array("DOE^JANE".utf8)
        let spool = try SealedSpool(directory: directory.path)
        try spool.append(Bytes((0..<40_000).flatMap { _ in secret }))
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
        // The nameless file is still to be seen among this process's descriptors.
        var found = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)")
            guard let link, link.hasPrefix(directory.path),
                let file = FileManager.default.contents(atPath: "/proc/self/fd/\(name)")
            else { continue }
            found += 1
            #expect(file.count > 300_000 - 70_000)
            #expect(file.range(of: Data(secret)) == nil)
        }
        #expect(found == 1)
        #expect(spool.count == 320_000)
    }

    @Test func aMissingDirectoryIsAnError() {
        #expect { try SealedSpool(directory: "/nonexistent") } throws: { ($0 as? VaultError)?.code == .spoolFailed }
    }
}
