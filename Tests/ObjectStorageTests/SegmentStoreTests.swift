import ByteIO
import Foundation
import ObjectStorage
import Testing

/// A directory of its own for one test, gone with it.
final class TemporaryDirectory: Sendable {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("tarn-store-\(UUID().uuidString)").path

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var segments: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).filter { $0.hasSuffix(".segment") }
            .sorted()
    }

    func contents(_ name: String) throws -> [UInt8] {
        try Array(Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
    }

    func write(_ bytes: some Sequence<UInt8>, to name: String) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
    }
}

/// `count` bytes that follow from `seed`.
func pattern(_ seed: Int, _ count: Int) -> Bytes {
    Bytes((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ seed &* 17 &+ $0 >> 8) })
}

@Suite struct SegmentStoreTests {
    let directory = TemporaryDirectory()

    @Test func whatIsAppendedIsReadAgainAlsoAfterReopening() async throws {
        var addresses: [BlobAddress] = []
        let sizes = [0, 1, 15, 16, 17, 100_000]
        do {
            let store = try SegmentStore(directory: directory.path)
            addresses = try await store.append(sizes.map { [pattern($0, $0 / 2), pattern($0 + 1, $0 - $0 / 2)] })
            for (address, size) in zip(addresses, sizes) {
                #expect(
                    try await store.read(address).array == pattern(size, size / 2).array
                        + pattern(size + 1, size - size / 2).array)
            }
            await store.close()
        }
        let store = try SegmentStore(directory: directory.path)
        for (address, size) in zip(addresses, sizes) {
            #expect(address.length == size)
            #expect(
                try await store.read(address).array == pattern(size, size / 2).array
                    + pattern(size + 1, size - size / 2).array)
        }
        #expect(try await store.read(addresses[5], 7..<99).array == pattern(100_000, 50_000)[clamping: 7..<99].array)
        let scan = try await store.scan(1)
        #expect(scan.blobs == addresses && scan.damages.isEmpty && scan.isFinished)
    }

    @Test func concurrentAppendsAllComeBack() async throws {
        let store = try SegmentStore(directory: directory.path, segmentSize: 1 << 20)
        let stored = try await withThrowingTaskGroup(of: (Int, [BlobAddress]).self) { group in
            for index in 0..<300 {
                group.addTask { (index, try await store.append([[pattern(index, 20_000)], [pattern(index + 1, 50)]])) }
            }
            var stored: [Int: [BlobAddress]] = [:]
            for try await (index, addresses) in group { stored[index] = addresses }
            return stored
        }
        for (index, addresses) in stored {
            #expect(try await store.read(addresses[0]) == pattern(index, 20_000))
            #expect(try await store.read(addresses[1]) == pattern(index + 1, 50))
            #expect(addresses[0].segment == addresses[1].segment, "an object and its patch lie side by side")
        }
        let segments = try await store.segments()
        #expect(segments.count > 2)
        var found: Set<BlobAddress> = []
        for segment in segments {
            let scan = try await store.scan(segment)
            #expect(scan.damages.isEmpty)
            found.formUnion(scan.blobs)
        }
        #expect(found == Set(stored.values.joined()))
    }

    @Test func oneStoreHasOneOwner() async throws {
        let store = try SegmentStore(directory: directory.path)
        #expect(throws: StorageError(.inUse)) { try SegmentStore(directory: directory.path) }
        await store.close()
    }

    @Test func addressesWhereNothingIsAreRefused() async throws {
        let store = try SegmentStore(directory: directory.path)
        let address = try await store.append([[pattern(1, 100)]])[0]
        func refuses(_ address: BlobAddress, _ range: Range<Int>) async {
            await #expect { try await store.read(address, range) } throws: {
                ($0 as? StorageError)?.code == .noSuchBlob
            }
        }
        await refuses(address, 0..<101)
        await refuses(BlobAddress(segment: 9, offset: 64, length: 10), 0..<10)
        await refuses(BlobAddress(segment: -1, offset: 64, length: 10), 0..<10)
        await refuses(BlobAddress(segment: 1, offset: 1 << 40, length: 10), 0..<10)
        await refuses(BlobAddress(segment: 1, offset: .max, length: .max), 0..<10)
        await refuses(BlobAddress(segment: 1, offset: 0, length: 10), 0..<10)
    }

    @Test func aClosedStoreTakesNothing() async throws {
        let store = try SegmentStore(directory: directory.path)
        let address = try await store.append([[pattern(1, 10)]])[0]
        await store.close()
        await #expect(throws: StorageError(.closed)) { try await store.append([[pattern(1, 10)]]) }
        await #expect(throws: StorageError(.closed)) { try await store.read(address) }
        await #expect(throws: StorageError(.closed)) { try await store.append(count: 1) { emit in try emit([1]) } }
    }

    @Test func aLargeBlobIsWrittenAsItIsProduced() async throws {
        let store = try SegmentStore(directory: directory.path)
        let small = try await store.append([[pattern(3, 10)]])[0]
        let address = try await store.append(count: 3_000_001) { emit in
            for index in 0..<3 { try emit(pattern(index, 1_000_000)) }
            try emit([7])
        }
        #expect(try await store.read(address, 1_000_000..<2_000_000) == pattern(1, 1_000_000))
        #expect(try await store.read(address, 3_000_000..<3_000_001) == [7])
        #expect(try await store.read(small) == pattern(3, 10))
        let scan = try await store.scan(address.segment)
        #expect(scan.blobs == [address] && scan.damages.isEmpty && scan.isFinished)
    }

    @Test func aLargeBlobThatFailsLeavesNothing() async throws {
        struct Interrupted: Error {}
        let store = try SegmentStore(directory: directory.path)
        await #expect(throws: Interrupted.self) {
            try await store.append(count: 100) { emit in
                try emit(pattern(1, 50))
                throw Interrupted()
            }
        }
        for count in [9, 11] {
            await #expect { try await store.append(count: count) { emit in try emit(pattern(1, 10)) } } throws: {
                ($0 as? StorageError)?.code == .lengthDiffers
            }
        }
        #expect(directory.segments.isEmpty)
        #expect(try await store.segments().isEmpty)
    }
}
