import ByteIO
import Foundation
import ObjectStorage
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite struct SegmentRecoveryTests {
    let directory = TemporaryDirectory()

    /// A segment as a killed process leaves it, without an end mark: its bytes, and where its records' blobs lie.
    func unfinished(_ sizes: [Int]) async throws -> (bytes: [UInt8], addresses: [BlobAddress]) {
        let other = TemporaryDirectory()
        let store = try SegmentStore(directory: other.path)
        let addresses = try await store.append(sizes.map { [pattern($0, $0)] })
        let bytes = try other.contents(try #require(other.segments.first))
        return (bytes, addresses)
    }

    @Test func aTailCutAtAnyByteIsRecognised() async throws {
        let (bytes, addresses) = try await unfinished([40, 0, 33])
        for cut in 0...bytes.count {
            let directory = TemporaryDirectory()
            try directory.write(bytes[..<cut], to: "0000000001.segment")
            let store = try SegmentStore(directory: directory.path)
            let whole = addresses.filter { $0.offset + $0.length <= cut }
            guard !whole.isEmpty else {
                #expect(try await store.segments().isEmpty, "cut at \(cut)")
                continue
            }
            let scan = try await store.scan(1)
            #expect(scan.blobs == whole && scan.damages.isEmpty && scan.isFinished, "cut at \(cut)")
            for address in whole {
                #expect(try await store.read(address) == pattern(Int(address.length), Int(address.length)))
            }
            let next = try await store.append([[pattern(5, 5)]])[0]
            #expect(next.segment == 2, "an older segment is never written to again")
        }
    }

    @Test(arguments: [0, 0xFF, 0x54]) func rubbishBehindTheLastRecordIsCut(filler: Int) async throws {
        let (bytes, addresses) = try await unfinished([40, 100])
        try directory.write(bytes + [UInt8](repeating: UInt8(filler), count: 5000), to: "0000000001.segment")
        let store = try SegmentStore(directory: directory.path)
        let scan = try await store.scan(1)
        #expect(scan.blobs == addresses && scan.damages.isEmpty && scan.isFinished)
        #expect(try directory.contents("0000000001.segment").count == bytes.count + 32)
    }

    @Test func damageInTheMiddleIsReportedAndNotCut() async throws {
        let (bytes, addresses) = try await unfinished([40, 100, 60])
        // In the second blob, then in the second record's header.
        for place in [Int(addresses[1].offset) + 3, Int(addresses[1].offset) - 20] {
            let directory = TemporaryDirectory()
            var damaged = bytes
            damaged[place] ^= 1
            try directory.write(damaged, to: "0000000001.segment")
            let store = try SegmentStore(directory: directory.path)
            let scan = try await store.scan(1)
            #expect(scan.blobs == [addresses[0], addresses[2]])
            #expect(scan.damages.count == 1)
            #expect(scan.damages.allSatisfy { $0.range.contains(Int64(place)) })
            #expect(try await store.read(addresses[2]) == pattern(60, 60))
        }
    }

    @Test func otherFilesAreLeftAlone() async throws {
        for name in ["notes.txt", "1.segment", "000000000x.segment", "-000000001.segment"] {
            try directory.write([1], to: name)
        }
        let store = try SegmentStore(directory: directory.path)
        #expect(try await store.segments().isEmpty)
        #expect(directory.segments.count == 3)
    }

    @Test func aMissingPlaceIsAnError() {
        #expect { try SegmentStore(directory: "/nonexistent/store") } throws: {
            ($0 as? StorageError)?.code == .cannotOpen
        }
    }

    @Test func aFullDiskRefusesOneGroupAndNothingElse() async throws {
        await #expect(processExitsWith: .success) {
            // The kernel's limit on file sizes stands in for a full disk: the write fails half-way, with an error.
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 200_000, rlim_max: 200_000)
            guard setrlimit(__rlimit_resource_t(1), &limit) == 0 else { exit(10) }
            let directory = TemporaryDirectory()
            do {
                let store = try SegmentStore(directory: directory.path)
                let first = try await store.append([[pattern(1, 120_000)]])[0]
                do {
                    _ = try await store.append([[pattern(2, 60_000)], [pattern(2, 60_000)]])
                    exit(11)
                } catch let error as StorageError { guard error.code == .noSpace else { exit(12) } }
                let scan = try await store.scan(first.segment)
                guard scan.blobs == [first], scan.damages.isEmpty else { exit(13) }
                // What fits is taken again.
                let second = try await store.append([[pattern(3, 20_000)]])[0]
                guard try await store.read(second) == pattern(3, 20_000),
                    try await store.read(first) == pattern(1, 120_000)
                else { exit(14) }
                do {
                    _ = try await store.append(count: 300_000) { emit in try emit(pattern(1, 300_000)) }
                    exit(15)
                } catch let error as StorageError { guard error.code == .noSpace else { exit(16) } }
                guard directory.segments.count == 1 else { exit(17) }
                await store.close()
                let reopened = try SegmentStore(directory: directory.path)
                guard try await reopened.scan(1).blobs == [first, second] else { exit(18) }
            } catch { exit(19) }
            exit(0)
        }
    }

    @Test(arguments: 1...8) func whatWasAcknowledgedSurvivesKillNine(round: Int) async throws {
        let directory = TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = directory.path as String, round = round as Int] in
            let log = open(path + "/acknowledged", O_WRONLY | O_CREAT | O_APPEND, 0o600)
            let store = try SegmentStore(directory: path, segmentSize: 3 << 20)
            Thread.detachNewThread {
                // Not before something was acknowledged, however slow the machine is.
                var status = stat()
                while fstat(log, &status) == 0, status.st_size == 0 { usleep(1000) }
                usleep(useconds_t(3_000 * round * round))
                kill(getpid(), SIGKILL)
            }
            await withTaskGroup(of: Void.self) { group in
                for worker in 0..<8 {
                    group.addTask {
                        for turn in 0... {
                            let seed = worker * 1000 + turn
                            guard
                                let addresses = try? await store.append([
                                    [pattern(seed, 30_000 + seed)], [pattern(seed, 90)],
                                ])
                            else { return }
                            for address in addresses {
                                let line = "\(seed) \(address.segment) \(address.offset) \(address.length)\n"
                                _ = line.withCString { write(log, $0, strlen($0)) }
                            }
                        }
                    }
                }
            }
        }
        let lines = try String(contentsOfFile: directory.path + "/acknowledged", encoding: .utf8).split(separator: "\n")
        #expect(!lines.isEmpty, "the child was killed before it did anything")
        let store = try SegmentStore(directory: directory.path)
        for line in lines {
            let fields = line.split(separator: " ").compactMap { Int64($0) }
            try #require(fields.count == 4)
            let address = BlobAddress(segment: fields[1], offset: fields[2], length: fields[3])
            #expect(try await store.read(address) == pattern(Int(fields[0]), Int(fields[3])))
        }
        for segment in try await store.segments() {
            let scan = try await store.scan(segment)
            #expect(scan.damages.isEmpty && scan.isFinished)
        }
    }
}
