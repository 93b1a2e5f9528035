import ByteIO
import DICOM
import Foundation
import Synchronization
import Testing

/// The corpus beside the repository: real files with what is expected of them.
enum Corpus {
    /// A row of its manifest.
    struct Entry: Sendable, CustomTestStringConvertible {
        let path: String
        let expected: String
        var testDescription: String { path }
    }

    static let directory = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("shared/corpus").path

    static let entries: [Entry] = {
        guard let text = try? String(contentsOfFile: directory + "/manifest.csv", encoding: .utf8) else {
            print("The corpus ../shared/corpus is absent: its tests are skipped.")
            return []
        }
        let lines = text.split(whereSeparator: \.isNewline)
        guard let header = lines.first else { return [] }
        let columns = fields(of: header)
        guard let path = columns.firstIndex(of: "path"), let expected = columns.firstIndex(of: "expected") else {
            return []
        }
        return lines.dropFirst().map(fields).map { Entry(path: $0[path], expected: $0[expected]) }
    }()

    static func entries(expecting expected: String...) -> [Entry] {
        entries.filter { expected.contains($0.expected) }
    }

    static func bytes(_ entry: Entry) throws -> Bytes { try Bytes.mapping(file: directory + "/" + entry.path) }

    private static func fields(of line: some StringProtocol) -> [String] {
        var fields = [""]
        var isQuoted = false
        for character in line {
            switch character {
            case "\"": isQuoted.toggle()
            case "," where !isQuoted: fields.append("")
            default: fields[fields.count - 1].append(character)
            }
        }
        return fields
    }
}

/// A source that is not memory, so that values are deferred and windows move.
struct RangedSource: ByteSource {
    let bytes: Bytes
    var count: Int { bytes.count }

    func read(_ range: Range<Int>) throws(ByteIOError) -> Bytes {
        let slice = try bytes.read(range)
        return Bytes(slice.array)
    }
}

/// A beginning, then zeros, then an end: a file of gigabytes that takes no space.
final class HugeSource: ByteSource {
    let head: Bytes
    let tail: Bytes
    let count: Int
    private let delivered = Mutex(0)

    init(head: Bytes, zeros: Int, tail: Bytes) {
        self.head = head
        self.tail = tail
        count = head.count + zeros + tail.count
    }

    /// Bytes that were read so far.
    var readBytes: Int { delivered.withLock { $0 } }

    func read(_ range: Range<Int>) throws(ByteIOError) -> Bytes {
        guard range.lowerBound >= 0, range.upperBound <= count else { throw ByteIOError(.outOfRange) }
        delivered.withLock { $0 += range.count }
        return Bytes(
            range.map { index in
                if index < head.count { return head[index] }
                let fromEnd = index - (count - tail.count)
                return fromEnd >= 0 ? tail[fromEnd] : 0
            })
    }
}
