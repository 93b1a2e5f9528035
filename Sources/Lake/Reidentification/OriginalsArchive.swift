public import ByteIO
internal import Deidentification
internal import Foundation
internal import Logging
internal import Postgres
internal import Vault

extension OriginalsRequests {
    /// Begins the download of what was asked for and approved. Who takes what is in the ledger before the first byte.
    /// - Throws: `.notFound`; `.conflict` for who did not ask, while it waits, or where an identity was
    ///   destroyed since; `.offloaded`; `.gone` once it was downloaded, or where it is too late.
    public func archive(_ id: Int64, principal: Principal) async throws(LakeError) -> OriginalsArchive {
        let found = try await visible(id, principal)
        guard found.asker == principal.accountID else {
            throw LakeError(.conflict, "only who asked for these files can download them")
        }
        return try await LakeError.rethrowing {
            try await context.database.transaction { connection in
                try await connection.query("SELECT 1 FROM originals_request WHERE id = $1 FOR UPDATE", [id])
                let request = try OriginalsRequest(
                    try await connection.single(
                        "SELECT \(OriginalsRequest.columns) FROM \(OriginalsRequest.source) WHERE r.id = $1", [id]),
                    principal)
                try Self.check(request)
                let studies = try await self.studies(id, connection)
                try await connection.execute(
                    "UPDATE originals_request SET downloads = downloads + 1 WHERE id = $1", [id])
                for study in studies {
                    try await AccessLog.write(
                        .originalsDownload, project: found.project, study: study.uid, purpose: request.reason,
                        detail: "request \(id)", count: study.instances, principal, connection)
                }
                return OriginalsArchive(request: request, studies: studies, context: context)
            }
        }
    }

    private static func check(_ request: OriginalsRequest) throws(LakeError) {
        switch request.state {
        case .approved: return
        case .waiting: throw LakeError(.conflict, "a second person has to approve this first")
        case .declined: throw LakeError(.conflict, "this was declined")
        case .withdrawn: throw LakeError(.conflict, "this was withdrawn")
        case .expired, .downloaded:
            throw LakeError(.gone, "this was downloaded already, or it is too late: ask once more")
        }
    }

    private func studies(_ id: Int64, _ connection: PostgresConnection) async throws -> [OriginalsArchive.Study] {
        let rows = try await connection.query(
            """
            SELECT s.id, s.uid, b.code, s.instance_count, s.anonymous, NOT EXISTS (
                SELECT 1 FROM instance i WHERE i.study_id = s.id AND NOT (i.object_here AND i.patch_here)) AS is_here
            FROM originals_request_study o JOIN study s ON s.id = o.study_id JOIN subject b ON b.id = s.subject_id
            WHERE o.request_id = $1 ORDER BY b.code, s.uid
            """, [id])
        guard try !rows.contains(where: { try $0.decode("anonymous") }) else {
            throw LakeError(.conflict, "the identity of one of these studies was destroyed since: ask without it")
        }
        guard try rows.allSatisfy({ try $0.decode("is_here") }) else { throw LakeError.offloaded }
        return try rows.map { try OriginalsArchive.Study($0) }
    }
}

/// Original files as a ZIP archive that is made while it is downloaded: each file rebuilt, compared with its digest, and
/// only then written. Behind the files stands `manifest.json` with their digests, and with what is damaged in the lake
/// and therefore missing; `damaged.txt` says so to people.
public struct OriginalsArchive: Sendable {
    struct Study: Sendable {
        let id: Int64
        let uid: String
        let code: String
        let instances: Int

        init(_ row: PostgresRow) throws {
            id = try row.decode("id")
            uid = try row.decode("uid")
            let text: String = try row.decode("code")
            code = String(text.map { $0.isLetter || $0.isNumber || $0 == "-" ? $0 : "_" })
            instances = try row.decode("instance_count")
        }
    }

    public let request: OriginalsRequest
    let studies: [Study]
    let context: LakeContext
    private static let step = 1 << 20

    /// Hands the bytes of the archive to `body`, in order; when the last is taken, the request is done.
    public func forEachRun(_ body: (Bytes) async throws -> Void) async throws {
        var zip = OriginalsZIP(request)
        for study in studies {
            var last: Int64 = 0
            while true {
                let rows = try await context.database.query(
                    """
                    SELECT i.id, i.uid, r.uid AS series, i.object_segment, i.object_offset, i.object_length,
                        i.patch_segment, i.patch_offset, i.patch_length
                    FROM instance i JOIN series r ON r.id = i.series_id WHERE i.study_id = $1 AND i.id > $2
                    ORDER BY i.id LIMIT 200
                    """, [study.id, last])
                guard let end = rows.last else { break }
                for row in rows { try await give(row, of: study, &zip, body) }
                last = try end.decode("id")
            }
        }
        for bytes in try zip.end() { try await body(bytes) }
        try await context.database.execute(
            "UPDATE originals_request SET downloaded_at = now() WHERE id = $1 AND downloaded_at IS NULL", [request.id])
    }

    private func give(
        _ row: PostgresRow, of study: Study, _ zip: inout OriginalsZIP, _ body: (Bytes) async throws -> Void
    ) async throws {
        try Task.checkCancellation()
        let uid: String = try row.decode("uid")
        let path = "\(study.code)/\(study.uid)/\(try row.decode("series", as: String.self))/\(uid).dcm"
        let original: any ByteSource
        do throws(LakeError) {
            original = try await context.objects.original(
                try LakeError.rethrowing { try StoredAddresses(row) }, uid: uid, study: study.id, in: context)
        } catch {
            // One damaged patch keeps no other file from whom it was approved for.
            guard error.isDamage else { throw error }
            context.log.error("an original cannot be given back", metadata: ["instance": "\(uid)"])
            zip.leaveOut(path, reason: error.reason)
            return
        }
        let workers = context.workers
        // Sizes and digests stand before the bytes: read twice rather than kept twice.
        let (checksum, digest) = try await workers.run {
            var (checksum, hash) = (CRC32(), SHA256())
            try [Piece.source(0..<original.count)].forEachChunk(from: original, atMost: Self.step) {
                checksum.update($0)
                hash.update($0)
            }
            return (checksum.value, hash.digest().array)
        }
        try await body(zip.begin(path, size: Int64(original.count), crc32: checksum, sha256: digest))
        var offset = 0
        while offset < original.count {
            let range = offset..<min(original.count, offset + Self.step)
            try await body(try await workers.run { try original.read(range) })
            offset = range.upperBound
        }
    }
}

/// Where files lie in such an archive, as far as it was written.
struct OriginalsZIP {
    /// A file that is not in the archive.
    private struct LeftOut: Encodable {
        let path: String
        let reason: String
    }

    private var leftOut: [LeftOut] = []
    private var layout: ArchiveLayout
    private var entries: [ExportEntry] = []
    private var offset: Int64 = 0
    private let request: OriginalsRequest

    init(_ request: OriginalsRequest) {
        self.request = request
        layout = Self.layout(ManifestText.path, 0, 0, count: 0, directory: 0, size: 0)
    }

    private static func layout(
        _ head: String, _ manifestSize: Int64, _ checksum: UInt32, count: Int, directory: Int64, size: Int64
    ) -> ArchiveLayout {
        ArchiveLayout(
            manifestHead: head, manifestSize: manifestSize, manifestCRC32: checksum, entryCount: count,
            directoryOffset: directory, size: size, time: DOSTime(.now))
    }

    /// The header of a file whose bytes follow.
    mutating func begin(_ path: String, size: Int64, crc32: UInt32, sha256: [UInt8]) -> Bytes {
        let entry = ExportEntry(
            position: entries.count, path: path, size: size, crc32: crc32, sha256: sha256, archiveOffset: offset)
        entries.append(entry)
        let header = layout.localHeader(entry)
        offset += Int64(header.count) + size
        return header
    }

    /// Says that a file is missing, and why.
    mutating func leaveOut(_ path: String, reason: String) { leftOut.append(LeftOut(path: path, reason: reason)) }

    /// What is missing, in words; nothing where nothing is.
    private mutating func explanation() -> [Bytes] {
        guard !leftOut.isEmpty else { return [] }
        let lines = leftOut.map { "\($0.path)\n    \($0.reason)\n" }
        let head = "These files are damaged in the lake and could not be put back together:\n\n"
        let text = Bytes(utf8: head + lines.joined())
        var checksum = CRC32()
        checksum.update(text)
        let digest = SHA256.of(text).array
        return [begin("damaged.txt", size: Int64(text.count), crc32: checksum.value, sha256: digest), text]
    }

    /// The manifest and the directory.
    mutating func end() throws -> [Bytes] {
        let explanation = explanation()
        // Codes, UIDs and times need no escapes.
        let of = "\"request\":\(request.id),\"project\":\"\(request.project)\""
        var text = "{\"format\":\"tarn-originals-1\",\(of),\"files\":[\n"
        for (index, entry) in entries.enumerated() {
            text += ManifestText.line(entry, isLast: index == entries.count - 1)
        }
        let damaged = try String(decoding: JSONEncoder().encode(leftOut), as: UTF8.self)
        let manifest = Bytes(utf8: text + (leftOut.isEmpty ? ManifestText.tail : "],\"damaged\":\(damaged)}\n"))
        var checksum = CRC32()
        checksum.update(manifest)
        let files = entries.count
        let header = begin(ManifestText.path, size: Int64(manifest.count), crc32: checksum.value, sha256: [])
        var pieces = explanation + [header, manifest]
        let directory = entries.map { layout.directoryHeader($0) }
        let count = directory.reduce(Int64(0)) { $0 + Int64($1.count) }
        layout = Self.layout(
            "", Int64(manifest.count), checksum.value, count: files, directory: offset,
            size: ArchiveLayout.size(entryCount: files, directoryOffset: offset, directorySize: count))
        pieces += directory
        pieces.append(layout.tail)
        return pieces
    }
}
