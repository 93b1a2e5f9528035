import ByteIO
import Foundation
import Lake
import Logging
import Synchronization
import TestMaterial
import Testing

/// No plaintext of a patient's data anywhere: files, database, spool, log.
@Suite(.serialized) struct PlantedWordsTests {
    static let words = [
        "PLANTED-ID-4711", "Plantedname", "PLANTEDNAME", "Quirin", "PLANTED-ACC-9", "Plantedhospital",
        "Plantedreferrer",
        "PLANTEDSTUDY", "19511123", "1951-11-23", "Plantedfile",
    ]

    @Test func noByteOfTheDataDirectoryOrTheLogShowsAPlantedWord() async throws {
        let sink = LogSink()
        let test = try await TestLake(ownServer: true) {
            $0.memoryLimit = 1 << 20
            $0.log = Logger(label: "planted") { _ in sink.handler }
        }
        let people = try await test.people()
        let study = SyntheticImage.uid()
        var images = SyntheticImage.series(3, study: study)
        var other = images[0]
        other.seed = 99
        var large = images[1]
        large.instance = SyntheticImage.uid()
        large.side = 512
        large.frames = 4
        images += [large, .capture(SyntheticImage.uid())]
        let batch = try await test.lake.ingest.batch(project: people.project, principal: people.technologist)
        for (index, image) in images.enumerated() {
            let part = await batch.part(name: "Plantedfile of Plantedname/\(index).dcm")
            await part.append(image.bytes)
            await part.finish()
        }
        let broken = await batch.part(name: "Plantedfile")
        await broken.append(images[0].bytes[clamping: 0..<900])
        await broken.finish()
        let kinds = await batch.finish().map(\.kind)
        #expect(kinds.prefix(5) == [.accepted, .accepted, .accepted, .accepted, .held])
        let conflict = try await test.lake.ingest.instance(
            other.bytes, name: "Plantedfile", project: people.project, principal: people.technologist)
        #expect(conflict.kind == .conflict)
        // Also what is in flight: the spool while it is full, and the database before it is closed.
        let waiting = try await test.lake.ingest.batch(project: people.project, principal: people.technologist)
        let part = await waiting.part(name: "Plantedfile")
        await part.append(large.bytes)
        try test.expectNoWords(Self.words, in: images)
        await part.cancel()
        await waiting.finish()
        await test.close()
        try test.expectNoWords(Self.words, in: images)
        let log = sink.text
        for word in Self.words + [study] { #expect(!log.contains(word), "the log shows \(word)") }
        await test.remove()
    }
}

extension TestLake {
    /// Reads every byte of every file: segments, spool, keys, and the database wherever it lies.
    func expectNoWords(_ words: [String], in images: [SyntheticImage]) throws {
        let uids = images.flatMap { [$0.study, $0.series, $0.instance] }
        let needles = (words + uids).map { Data($0.utf8) }
        var count = 0
        for root in [directory] + databaseHomes.map({ URL(fileURLWithPath: $0) }) {
            let files = try #require(FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
            while let url = files.nextObject() as? URL {
                #expect(!words.contains { url.lastPathComponent.contains($0) })
                guard let data = try? Data(contentsOf: url, options: .alwaysMapped) else { continue }
                count += 1
                for needle in needles where data.range(of: needle) != nil {
                    Issue.record("\(url.lastPathComponent) shows \(String(decoding: needle, as: UTF8.self))")
                }
            }
        }
        // The database's files are among them.
        #expect(count > 500)
    }
}

/// Keeps every line that is logged.
final class LogSink: Sendable {
    private let lines = Mutex<[String]>([])

    var text: String { lines.withLock { $0.joined(separator: "\n") } }
    var handler: any LogHandler { Handler(sink: self) }

    private struct Handler: LogHandler {
        let sink: LogSink
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            sink.lines.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
        }
    }
}
