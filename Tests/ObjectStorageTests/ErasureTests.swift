import ByteIO
import Foundation
import ObjectStorage
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite struct ErasureTests {
    let directory = TemporaryDirectory()

    /// Text of which every erased byte would be recognised.
    func words(_ count: Int) -> Bytes {
        Bytes(Array(repeating: Array("PLANTED^WORD ".utf8), count: count / 13 + 1).joined().prefix(count).map { $0 })
    }

    func holds(_ file: [UInt8], _ text: String) -> Bool { Data(file).range(of: Data(text.utf8)) != nil }

    func refuses(_ store: SegmentStore, _ address: BlobAddress, _ code: StorageError.Code) async {
        await #expect { try await store.read(address) } throws: { ($0 as? StorageError)?.code == code }
        if address.length > 3 {
            await #expect { try await store.read(address, 1..<3) } throws: { ($0 as? StorageError)?.code == code }
        }
    }

    @Test func erasedBytesAreGoneAndTheirNeighboursStay() async throws {
        let sizes = [100, 9000, 1, 40_000, 0, 17, 1 << 20]
        let store = try SegmentStore(directory: directory.path)
        let addresses = try await store.append(sizes.map { [words($0)] } + [[pattern(1, 5000)]])
        let first = try await store.append([[pattern(2, 33)]])[0]
        let gone = Array(addresses[..<7])
        try await store.erase([gone[3], gone[0], gone[1], gone[2], gone[6], gone[5], gone[4]])
        for address in gone where address.length > 0 { await refuses(store, address, .erased) }
        #expect(!holds(try directory.contents("0000000001.segment"), "PLANTED"))
        #expect(try await store.read(addresses[7]) == pattern(1, 5000))
        #expect(try await store.read(first) == pattern(2, 33))
        // The segment being written goes on.
        let next = try await store.append([[pattern(3, 70_000)]])[0]
        #expect(next.segment == 1)
        let scan = try await store.scan(1)
        #expect(scan.blobs == [addresses[7], first, next] && scan.damages.isEmpty)
        #expect(scan.erased == gone && scan.halfErased.isEmpty)
        var status = stat()
        #expect(stat(directory.path + "/0000000001.segment", &status) == 0)
        #expect(status.st_blocks * 512 < 600_000, "the disk space is given back")
        await store.close()
        await #expect(throws: StorageError(.closed)) { try await store.erase(gone) }

        let reopened = try SegmentStore(directory: directory.path)
        #expect(try await reopened.scan(1).erased == gone)
        #expect(try await reopened.read(next) == pattern(3, 70_000))
        try await reopened.erase(gone + gone)
        await refuses(reopened, gone[1], .erased)
    }

    @Test func onlyWhatWasGivenIsErased() async throws {
        let store = try SegmentStore(directory: directory.path)
        let addresses = try await store.append([[words(100)], [words(4000)]])
        let wrong = [
            BlobAddress(segment: 1, offset: addresses[0].offset, length: 99),
            BlobAddress(segment: 1, offset: addresses[0].offset + 16, length: 16),
            BlobAddress(segment: 1, offset: addresses[0].offset + 1, length: 10),
            BlobAddress(segment: 1, offset: 32, length: 1), BlobAddress(segment: 1, offset: -64, length: 1),
            BlobAddress(segment: 1, offset: .max - 15, length: .max), BlobAddress(segment: 7, offset: 64, length: 1),
            BlobAddress(segment: -1, offset: 64, length: 1), BlobAddress(segment: 1, offset: 1 << 40, length: 1),
        ]
        for address in wrong {
            await #expect { try await store.erase([addresses[1], address]) } throws: {
                ($0 as? StorageError)?.code == .noSuchBlob
            }
        }
        #expect(try await store.read(addresses[0]) == words(100))
        #expect(try await store.read(addresses[1]) == words(4000), "nothing of a call that is refused is erased")
        try await store.erase([])
    }

    @Test func aLargeBlobIsErased() async throws {
        let store = try SegmentStore(directory: directory.path)
        let address = try await store.append(count: 3_000_000) { emit in for _ in 0..<3 { try emit(words(1_000_000)) } }
        try await store.erase([address])
        await refuses(store, address, .erased)
        #expect(!holds(try directory.contents("0000000001.segment"), "PLANTED"))
        await store.close()
        let reopened = try SegmentStore(directory: directory.path)
        let scan = try await reopened.scan(1)
        #expect(scan.erased == [address] && scan.damages.isEmpty && scan.isFinished)
        #expect(try await reopened.append([[words(1)]])[0].segment == 2)
    }

    /// As after a crash between mark and hole, of which the mark is durable and of the hole any part.
    @Test func aHalfDoneErasureIsSeenAndEndedWhenDoneAgain() async throws {
        let source = TemporaryDirectory()
        let store = try SegmentStore(directory: source.path)
        let addresses = try await store.append([[words(6000)], [pattern(1, 50)]])
        let before = try source.contents("0000000001.segment")
        try await store.erase([addresses[0]])
        let after = try source.contents("0000000001.segment")
        let header = Int(addresses[0].offset) - 32
        for gone in [0, 1, 4096, 5999] {
            let directory = TemporaryDirectory()
            let marked =
                before[..<header] + after[header..<header + 32 + gone] + before[(header + 32 + gone)...]
            try directory.write(marked, to: "0000000001.segment")
            let store = try SegmentStore(directory: directory.path)
            let scan = try await store.scan(1, verifyingContent: false)
            #expect(scan.damages.isEmpty && scan.halfErased == [addresses[0]] && scan.blobs == [addresses[1]])
            await refuses(store, addresses[0], .erased)
            try await store.erase(scan.halfErased)
            #expect(try await store.scan(1).halfErased.isEmpty)
            #expect(!holds(try directory.contents("0000000001.segment"), "PLANTED"))
            #expect(try await store.read(addresses[1]) == pattern(1, 50))
        }
        // Before the mark there is nothing to see.
        #expect(before[header..<header + 16] == after[header..<header + 16], "the mark is one write of 16 bytes")
    }

    /// A segment without an end mark of which all was erased is not removed: its number would be given again.
    @Test func aNumberIsNotGivenTwice() async throws {
        let source = TemporaryDirectory()
        let store = try SegmentStore(directory: source.path)
        let address = try await store.append([[words(500)]])[0]
        try await store.erase([address])
        try directory.write(try source.contents("0000000001.segment"), to: "0000000001.segment")
        let reopened = try SegmentStore(directory: directory.path)
        await refuses(reopened, address, .erased)
        #expect(try await reopened.append([[words(500)]])[0].segment == 2)
        try await reopened.erase([address])
    }

    @Test func whoReadsMeanwhileGetsAllOrAnError() async throws {
        let store = try SegmentStore(directory: directory.path)
        let blob = pattern(9, 200_000)
        let addresses = try await store.append((0..<60).map { _ in [blob] })
        try await withThrowingTaskGroup(of: Void.self) { group in
            for reader in 0..<4 {
                group.addTask {
                    for turn in 0..<200 {
                        do {
                            let bytes = try await store.read(addresses[(turn * 7 + reader) % 60])
                            #expect(bytes == blob)
                        } catch let error as StorageError { #expect(error.code == .erased) }
                    }
                }
            }
            group.addTask { for address in addresses { try await store.erase([address]) } }
            group.addTask { for address in addresses.reversed() { try await store.erase([address]) } }
            group.addTask {
                for turn in 0..<40 {
                    let address = try await store.append([[pattern(turn, 3000)]])[0]
                    #expect(try await store.read(address) == pattern(turn, 3000))
                }
            }
            try await group.waitForAll()
        }
        let scan = try await store.scan(1)
        #expect(scan.erased == addresses && scan.halfErased.isEmpty && scan.damages.isEmpty && scan.blobs.count == 40)
    }

    @Test(arguments: 1...6) func killNineAtAnyMoment(round: Int) async throws {
        let directory = TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = directory.path as String, round = round as Int] in
            let store = try SegmentStore(directory: path, segmentSize: 4 << 20)
            let kept = try await store.append([[pattern(5, 77_777)]])[0]
            let addresses = try await store.append(
                (0..<30).map { _ in
                    [Bytes(Array(repeating: Array("PLANTED^WORD ".utf8), count: 9000).joined().map { $0 })]
                })
            let lines = ([kept] + addresses).map { "\($0.segment) \($0.offset) \($0.length)\n" }.joined()
            try lines.write(toFile: path + "/addresses", atomically: true, encoding: .utf8)
            Thread.detachNewThread {
                usleep(useconds_t(300 * round * round))
                kill(getpid(), SIGKILL)
            }
            while true { for address in addresses { try await store.erase([address]) } }
        }
        let addresses = try String(contentsOfFile: directory.path + "/addresses", encoding: .utf8).split(
            separator: "\n"
        )
        .map { line in
            let fields = line.split(separator: " ").compactMap { Int64($0) }
            return BlobAddress(segment: fields[0], offset: fields[1], length: fields[2])
        }
        let store = try SegmentStore(directory: directory.path)
        for segment in try await store.segments() {
            let scan = try await store.scan(segment)
            #expect(scan.damages.isEmpty)
            #expect(Set(scan.blobs + scan.erased).isSubset(of: addresses))
        }
        try await store.erase(Array(addresses.dropFirst()))
        #expect(try await store.read(addresses[0]) == pattern(5, 77_777))
        for name in directory.segments { #expect(!holds(try directory.contents(name), "PLANTED")) }
    }
}
