public import ByteIO
internal import Postgres

/// `manifest.json` of an export, written anew whenever it is read, always the same.
public struct ExportManifest: Sendable {
    private let row: ExportRow
    private let context: LakeContext

    /// Length in bytes.
    public var count: Int64 { row.layout.manifestSize }
    /// SHA-256 in hexadecimal.
    public var tag: String { row.export.manifestSHA256 }

    init(_ row: ExportRow, _ context: LakeContext) {
        self.row = row
        self.context = context
    }

    /// Hands the bytes of `range` to `body`, in order.
    /// - Throws: `LakeError` `.invalid` for a range outside; what `body` throws.
    public func forEachRun(_ range: Range<Int64>? = nil, _ body: (Bytes) async throws -> Void) async throws {
        let range = range ?? 0..<count
        guard range.lowerBound >= 0, range.upperBound <= count else { throw LakeError(.invalid, "no such range") }
        func give(_ bytes: Bytes, at offset: Int64) async throws {
            let part = range.clamped(to: offset..<(offset + Int64(bytes.count)))
            guard !part.isEmpty else { return }
            try await body(bytes[clamping: Int(part.lowerBound - offset)..<Int(part.upperBound - offset)])
        }
        let head = Bytes(utf8: row.layout.manifestHead)
        let tail = Bytes(utf8: ManifestText.tail)
        try await give(head, at: 0)
        let linesStart = Int64(head.count)
        let linesEnd = count - Int64(tail.count)
        if range.upperBound > linesStart, range.lowerBound < linesEnd {
            var pages = EntryPages(row, context, from: .manifest, offset: max(0, range.lowerBound - linesStart))
            while let page = try await pages.next(), let first = page.first?.entry {
                let start = linesStart + first.manifestOffset
                guard start < range.upperBound else { break }
                let text = page.map {
                    ManifestText.line($0.entry, isLast: $0.entry.position == row.layout.entryCount - 1)
                }
                try await give(Bytes(utf8: text.joined()), at: start)
            }
        }
        try await give(tail, at: linesEnd)
    }
}
