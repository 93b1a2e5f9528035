import ByteIO
import TestMaterial
import Testing

extension Corpus {
    /// A row of its manifest.
    struct Entry: Sendable, CustomTestStringConvertible {
        let path: String
        let expected: String
        var testDescription: String { path }
    }

    static let entries: [Entry] = ((try? rows()) ?? []).compactMap { row in
        guard let path = row["path"], let expected = row["expected"] else { return nil }
        return Entry(path: path, expected: expected)
    }

    static func entries(expecting expected: String...) -> [Entry] {
        entries.filter { expected.contains($0.expected) }
    }

    static func bytes(_ entry: Entry) throws -> Bytes { try bytes(entry.path) }
}
