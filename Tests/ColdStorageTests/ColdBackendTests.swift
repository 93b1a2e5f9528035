import ByteIO
import ColdStorage
import ContentAddressing
import Foundation
import Testing

/// What every backend does alike, and what each refuses.
@Suite(.serialized) struct ColdBackendTests {
    final class Place {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tarn-cold-\(UUID().uuidString)")
        let counterparts: Counterparts

        init() throws {
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent("vault"), withIntermediateDirectories: true)
            counterparts = try Counterparts()
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

        func backend(_ kind: ColdBackendConfiguration.Kind) throws -> any ColdBackend {
            switch kind {
            case .directory:
                try ColdBackendConfiguration(name: "vault", kind: .directory, path: path("vault")).backend()
            case .kubo: try counterparts.backend()
            }
        }

        /// An archive of so many bytes.
        func archive(_ size: Int, seed: UInt8 = 1) throws -> (archive: ColdArchive, content: Bytes) {
            var state = UInt32(seed)
            // No chunk like another: what is sealed never is.
            let content = Bytes(
                (0..<size).map { _ in
                    state = state &* 1_664_525 &+ 1_013_904_223
                    return UInt8(truncatingIfNeeded: state >> 24)
                })
            let path = path("\(size)-\(seed).car")
            let writer = try ColdArchiveWriter(path)
            try writer.append(content)
            let result = try writer.finish()
            #expect(result.contentCount == size)
            return (ColdArchive(root: result.root, path: path, count: result.count), content)
        }

        func content(_ name: String, _ root: CID) throws -> Bytes {
            let reader = try ColdArchiveReader(path(name), root: root)
            var bytes: [UInt8] = []
            while let run = try reader.next() { bytes += run.array }
            return Bytes(bytes)
        }

        func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }
    }

    private func refusal(_ body: () async throws -> Void) async -> ColdStorageError.Code? {
        do { try await body() } catch { return (error as? ColdStorageError)?.code }
        return nil
    }

    @Test(arguments: [ColdBackendConfiguration.Kind.directory, .kubo], [0, 1, 1 << 20, (1 << 20) + 1, 5_000_000])
    func roundTrip(_ kind: ColdBackendConfiguration.Kind, _ size: Int) async throws {
        let place = try Place()
        let backend = try place.backend(kind)
        let (archive, content) = try place.archive(size)
        try await backend.store(archive)
        // Once more does no harm.
        try await backend.store(archive)
        try await backend.fetch(archive.root, upTo: archive.count, into: place.path("back"))
        #expect(try place.content("back", archive.root) == content)
        try await backend.remove(archive.root)
        try await backend.remove(archive.root)
        let gone = await refusal {
            try await backend.fetch(archive.root, upTo: archive.count, into: place.path("gone"))
        }
        #expect(gone == .missing)
        #expect(!place.exists("gone"))
    }

    @Test func aDirectoryThatIsNotMountedIsNotMade() async throws {
        let place = try Place()
        let backend = try place.backend(.directory)
        let (archive, _) = try place.archive(1000)
        try FileManager.default.removeItem(atPath: place.path("vault"))
        #expect(await refusal { try await backend.store(archive) } == .unavailable)
        #expect(!place.exists("vault"))
    }

    @Test func aDirectoryWhoseFileWasChangedOrCut() async throws {
        let place = try Place()
        let backend = try place.backend(.directory)
        let (archive, _) = try place.archive(3_000_000)
        try await backend.store(archive)
        let file = URL(fileURLWithPath: place.path("vault/\(archive.root).car"))
        let whole = try Data(contentsOf: file)
        var changed = whole
        changed[2_000_000] ^= 1
        for bytes in [changed, whole.prefix(2_500_000), whole.prefix(70), whole + Data(count: 10), Data()] {
            try Data(bytes).write(to: file)
            let code = await refusal {
                try await backend.fetch(archive.root, upTo: archive.count, into: place.path("back"))
            }
            #expect(code == .notWhatWasAsked)
            #expect(!place.exists("back"))
        }
    }

    @Test(arguments: ["lie", "other", "missing", "too-much", "fail", "stall", "missing-block"])
    func aGatewayThatDoesNotGiveIt(_ fault: String) async throws {
        let place = try Place()
        let backend = try place.backend(.kubo)
        let (archive, _) = try place.archive(5_000_000)
        try await backend.store(archive)
        try place.counterparts.fault(gateway: fault)
        let begin = ContinuousClock.now
        let code = await refusal {
            try await backend.fetch(archive.root, upTo: archive.count, into: place.path("back"))
        }
        let expected: [String: ColdStorageError.Code] = [
            "missing": .missing, "missing-block": .missing, "fail": .unavailable, "stall": .unavailable,
        ]
        // Another archive is made whole by asking for the blocks, which this one has.
        if fault == "other" { #expect(code == nil) } else { #expect(code == expected[fault] ?? .notWhatWasAsked) }
        #expect(place.exists("back") == (code == nil))
        #expect(ContinuousClock.now - begin < .seconds(20))
    }

    @Test(arguments: ["truncate", "cut-header", "no-car"])
    func aGatewayThatGivesItBlockByBlock(_ fault: String) async throws {
        let place = try Place()
        let backend = try place.backend(.kubo)
        let (archive, content) = try place.archive(5_000_000)
        try await backend.store(archive)
        try place.counterparts.fault(gateway: fault)
        try await backend.fetch(archive.root, upTo: archive.count, into: place.path("back"))
        #expect(try place.content("back", archive.root) == content)
    }

    @Test(arguments: ["fail", "other-root", "pin-error", "break", "stall"])
    func aKuboThatDoesNotTakeIt(_ fault: String) async throws {
        let place = try Place()
        let backend = try place.backend(.kubo)
        let (archive, _) = try place.archive(3_000_000)
        try place.counterparts.fault(kubo: fault)
        let code = await refusal { try await backend.store(archive) }
        #expect(code == (fault == "other-root" ? .notWhatWasAsked : .unavailable))
    }

    @Test func aTransferEndsWithItsTask() async throws {
        let place = try Place()
        let backend = try place.backend(.kubo)
        let (archive, _) = try place.archive(100)
        try place.counterparts.fault(kubo: "stall")
        let task = Task { await refusal { try await backend.store(archive) } }
        try await Task.sleep(for: .milliseconds(300))
        task.cancel()
        #expect(await task.value == .unavailable)
    }

    @Test(arguments: [
        "", "{}", "[{\"name\": \"a b\", \"kind\": \"directory\", \"path\": \"/x\"}]",
        "[{\"name\": \"a\", \"kind\": \"directory\", \"path\": \"x\"}]", "[{\"name\": \"a\", \"kind\": \"kubo\"}]",
        "[{\"name\": \"a\", \"kind\": \"directory\", \"path\": \"/x\", \"agreement\": \"\"}]",
        "[{\"name\": \"a\", \"kind\": \"directory\", \"path\": \"/x\"}, {\"name\": \"a\", \"kind\": \"directory\", \"path\": \"/y\"}]",
        "[{\"name\": \"a\", \"kind\": \"tape\", \"path\": \"/x\"}]",
    ])
    func aConfigurationThatMakesNoSense(_ text: String) throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(text.utf8).write(to: file)
        #expect(throws: ColdStorageError.self) { try ColdBackendConfiguration.load(from: file.path) }
    }
}
