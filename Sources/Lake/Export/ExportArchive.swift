public import ByteIO
internal import Postgres

/// An archive that exists only while it is read: any range of it, any number of times, always the same bytes.
public struct ExportArchive: Sendable {
    public let export: Export
    private let row: ExportRow
    private let context: LakeContext

    /// Length in bytes.
    public var count: Int64 { row.layout.size }
    /// Changes when the bytes do: for an ETag.
    public var tag: String { row.export.manifestSHA256 }

    /// Pieces that are read and decrypted ahead of the reader.
    private static let ahead = 3
    private static let runCount: Int64 = 4 << 20

    init(_ row: ExportRow, _ context: LakeContext) {
        self.row = row
        self.context = context
        export = row.export
    }

    /// Hands the bytes of `range` to `body`, in order.
    /// - Throws: `LakeError` `.invalid` for a range outside; what `body` throws.
    public func forEachRun(_ range: Range<Int64>? = nil, _ body: (Bytes) async throws -> Void) async throws {
        let range = range ?? 0..<count
        guard range.lowerBound >= 0, range.upperBound <= count else { throw LakeError(.invalid, "no such range") }
        let layout = row.layout
        var place = Place(range: range)
        try await place.give(layout.localHeader(layout.manifestEntry), at: 0, body)
        try await giveManifest(&place, body)
        try await giveFiles(&place, body)
        try await place.give(layout.directoryHeader(layout.manifestEntry), at: layout.directoryOffset, body)
        try await giveDirectory(&place, body)
        try await place.give(layout.tail, at: layout.directoryEnd, body)
    }

    private func giveManifest(_ place: inout Place, _ body: (Bytes) async throws -> Void) async throws {
        let start = ArchiveLayout.manifestOffset
        guard let wanted = place.part(of: start..<(start + row.layout.manifestSize)) else { return }
        try await ExportManifest(row, context).forEachRun(wanted, body)
    }

    private func giveDirectory(_ place: inout Place, _ body: (Bytes) async throws -> Void) async throws {
        let start = row.layout.entryDirectoryOffset
        guard let wanted = place.part(of: start..<row.layout.directoryEnd) else { return }
        var pages = EntryPages(row, context, from: .directory, offset: wanted.lowerBound)
        while let page = try await pages.next() {
            var builder = Bytes.Builder()
            var first: Int64?
            for entry in page.map(\.entry) {
                if first == nil { first = start + entry.directoryOffset }
                try row.layout.directoryHeader(entry).withUnsafeBytes { try builder.append($0) }
            }
            guard let first, first < place.range.upperBound else { return }
            try await place.give(builder.finish(), at: first, body)
        }
    }

    /// The files, with their local headers; decrypted a little ahead of who takes them.
    private func giveFiles(_ place: inout Place, _ body: (Bytes) async throws -> Void) async throws {
        let start = row.layout.entriesOffset
        guard let wanted = place.part(of: start..<row.layout.directoryOffset) else { return }
        var jobs = FileJobs(
            pages: EntryPages(row, context, from: .archive, offset: start + wanted.lowerBound), layout: row.layout,
            export: row.id, wanted: (start + wanted.lowerBound)..<(start + wanted.upperBound), runCount: Self.runCount)
        var tasks: [Task<Bytes, any Error>] = []
        defer { for task in tasks { task.cancel() } }
        while true {
            while tasks.count <= Self.ahead, let job = try await jobs.next() {
                let context = context
                tasks.append(Task { try await job.bytes(context) })
            }
            guard !tasks.isEmpty else { return }
            try Task.checkCancellation()
            try await body(try await tasks.removeFirst().value)
        }
    }

    /// Which part of the archive is wanted.
    private struct Place {
        let range: Range<Int64>

        /// The part of `span` that is wanted, counted from its beginning.
        func part(of span: Range<Int64>) -> Range<Int64>? {
            let wanted = range.clamped(to: span)
            guard !wanted.isEmpty else { return nil }
            return (wanted.lowerBound - span.lowerBound)..<(wanted.upperBound - span.lowerBound)
        }

        func give(_ bytes: Bytes, at offset: Int64, _ body: (Bytes) async throws -> Void) async throws {
            guard let part = part(of: offset..<(offset + Int64(bytes.count))) else { return }
            try await body(bytes[clamping: Int(part.lowerBound)..<Int(part.upperBound)])
        }
    }
}

/// What to read next of the files of an archive.
private struct FileJobs {
    var pages: EntryPages
    let layout: ArchiveLayout
    let export: Int64
    /// Of the archive.
    let wanted: Range<Int64>
    let runCount: Int64
    private var page: [EntryPages.Row] = []
    private var index = 0
    /// Of the present file: how much of header and content was given out.
    private var offset: Int64 = 0

    init(pages: EntryPages, layout: ArchiveLayout, export: Int64, wanted: Range<Int64>, runCount: Int64) {
        self.pages = pages
        self.export = export
        self.layout = layout
        self.wanted = wanted
        self.runCount = runCount
    }

    mutating func next() async throws -> FileJob? {
        while true {
            if index == page.count {
                guard let next = try await pages.next() else { return nil }
                (page, index, offset) = (next, 0, 0)
            }
            let row = page[index]
            let header = ArchiveLayout.localHeaderCount(row.entry)
            let span = row.entry.archiveOffset..<(row.entry.archiveOffset + header + row.entry.size)
            guard span.lowerBound < wanted.upperBound else { return nil }
            let part = wanted.clamped(to: span)
            let start = max(offset, part.lowerBound - span.lowerBound)
            let end = min(part.upperBound - span.lowerBound, start + runCount)
            guard start < end else {
                index += 1
                offset = 0
                continue
            }
            offset = end
            let head = layout.localHeader(row.entry)
            return FileJob(
                head: head[clamping: Int(min(start, header))..<Int(min(end, header))],
                range: Int(max(0, start - header))..<Int(max(0, end - header)), row: row, export: export)
        }
    }
}

/// One run of a file: the end of its local header, some of its content, or both.
private struct FileJob: Sendable {
    let head: Bytes
    let range: Range<Int>
    let row: EntryPages.Row
    let export: Int64

    func bytes(_ context: LakeContext) async throws -> Bytes {
        guard !range.isEmpty else { return head }
        guard row.entry.instanceID != nil else {
            return try joined(try await LabelFiles.content(of: row.entry, in: export, range, context.database))
        }
        guard let stored = row.stored else {
            throw LakeError(.notFound, "a file of this export was erased since")
        }
        let blob = try await context.objects.object(stored.address, uid: row.entry.uid, study: stored.study)
        guard blob.count == Int(row.entry.size) else {
            throw LakeError(.unavailable, "a file of this export has another length than was frozen")
        }
        return try joined(try await blob.read(range))
    }

    private func joined(_ content: Bytes) throws -> Bytes {
        guard !head.isEmpty else { return content }
        var builder = Bytes.Builder()
        try builder.reserve(head.count + content.count)
        try head.withUnsafeBytes { try builder.append($0) }
        try content.withUnsafeBytes { try builder.append($0) }
        return builder.finish()
    }
}
