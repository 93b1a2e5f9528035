internal import ByteIO
internal import DICOMImaging
internal import ObjectStorage
internal import Postgres
internal import Vault

/// One run of `Fsck`: rows, then counters, then segments.
struct FsckWalk {
    /// Tables whose rows refer to sealed bytes.
    enum Table: String, CaseIterable {
        case instance, held, conflict

        var query: String {
            let common = """
                object_segment, object_offset, object_length, patch_segment, patch_offset, patch_length, stored_size,
                stored_sha256
                """
            return switch self {
            case .instance:
                """
                SELECT id, uid, study_id, stored_crc32, frames, frame_index, \(common), object_here, patch_here
                FROM instance WHERE id > $1 ORDER BY id LIMIT 200
                """
            case .held:
                // What was released is an instance now, and checked as one; so is a conflict that was kept.
                """
                SELECT id, instance_uid AS uid, study_key_id AS study_id, NULL::bigint AS stored_crc32, 0 AS frames,
                    NULL::bytea AS frame_index, \(common), true AS object_here, true AS patch_here
                FROM held WHERE id > $1 AND state <> 'released' ORDER BY id LIMIT 200
                """
            case .conflict:
                """
                SELECT id, instance_uid AS uid, study_key_id AS study_id, NULL::bigint AS stored_crc32, 0 AS frames,
                    NULL::bytea AS frame_index, \(common), true AS object_here, true AS patch_here
                FROM conflict WHERE id > $1 AND state <> 'kept' ORDER BY id LIMIT 200
                """
            }
        }
    }

    private struct Row {
        let id: Int64
        let uid: String
        let study: Int64
        let addresses: StoredAddresses
        let size: Int
        let digest: [UInt8]
        let checksum: Int64?
        let frames: Int
        let frameIndex: [UInt8]?
        /// Whether the bytes are here, and not in cold storage only.
        let objectIsHere: Bool
        let patchIsHere: Bool

        init(_ row: PostgresRow) throws(PostgresError) {
            id = try row.decode("id")
            uid = try row.decode("uid")
            study = try row.decode("study_id")
            addresses = try StoredAddresses(row)
            size = try row.decode("stored_size")
            digest = try row.decode("stored_sha256")
            checksum = try row.decode("stored_crc32")
            frames = try row.decode("frames")
            frameIndex = try row.decode("frame_index")
            objectIsHere = try row.decode("object_here")
            patchIsHere = try row.decode("patch_here")
        }
    }

    private let context: LakeContext
    private let isDeep: Bool
    private(set) var report = FsckReport()
    /// Published instances that have a problem, by study.
    private(set) var damaged: [Int64: [Int64]] = [:]

    init(_ context: LakeContext, deep: Bool) {
        self.context = context
        isDeep = deep
    }

    // MARK: Rows

    mutating func check(_ table: Table) async throws(LakeError) {
        var last: Int64 = 0
        while true {
            let rows = try await LakeError.rethrowing {
                try await context.database.query(table.query, [last]).map { try Row($0) }
            }
            guard let end = rows.last else { return }
            for row in rows { await check(row, of: table) }
            last = end.id
        }
    }

    private mutating func check(_ row: Row, of table: Table) async {
        do throws(LakeError) {
            guard row.objectIsHere, row.patchIsHere else { return try await checkAway(row) }
            try await checkObject(row)
            let isAnonymous = try await context.keys.pair(study: row.study).identity == nil
            if isAnonymous {
                // Its patch went with its identity.
            } else if isDeep {
                _ = try await context.objects.original(row.addresses, uid: row.uid, study: row.study, in: context)
                report.rebuilt += 1
            } else {
                let patch = try await context.objects.patch(row.addresses.patch, uid: row.uid, study: row.study)
                try await patch.forEachRun { _ throws(LakeError) in }
            }
            report.bytes += row.addresses.object.length + (isAnonymous ? 0 : row.addresses.patch.length)
            switch table {
            case .instance: report.instances += 1
            case .held: report.held += 1
            case .conflict: report.conflicts += 1
            }
        } catch {
            report.problems.append(.init(kind: table.rawValue, subject: row.uid, reason: error.reason))
            if table == .instance { damaged[row.study, default: []].append(row.id) }
        }
    }

    /// An instance in cold storage: what of it is here is checked.
    private mutating func checkAway(_ row: Row) async throws(LakeError) {
        if row.objectIsHere { try await checkObject(row) }
        if row.patchIsHere, try await context.keys.pair(study: row.study).identity != nil {
            let patch = try await context.objects.patch(row.addresses.patch, uid: row.uid, study: row.study)
            try await patch.forEachRun { _ throws(LakeError) in }
            report.bytes += row.addresses.patch.length
        }
        report.offloaded += 1
    }

    /// The object opens and has size, digest, checksum and frames that the row says.
    private func checkObject(_ row: Row) async throws(LakeError) {
        let object = try await context.objects.object(row.addresses.object, uid: row.uid, study: row.study)
        guard object.count == row.size else { throw LakeError(.invalid, "the object has another size") }
        var state = (hash: SHA256(), checksum: CRC32())
        let workers = context.workers
        var offset = 0
        while offset < object.count {
            let run = try await object.read(offset..<min(object.count, offset + (1 << 20)))
            let before = state
            state = await workers.run {
                var next = before
                next.hash.update(run)
                next.checksum.update(run)
                return next
            }
            offset += run.count
        }
        guard state.hash.digest().array == row.digest else {
            throw LakeError(.invalid, "the object has another digest")
        }
        if let checksum = row.checksum, checksum != Int64(state.checksum.value) {
            throw LakeError(.invalid, "the object has another CRC-32")
        }
        if let encoded = row.frameIndex { try check(encoded, frames: row.frames, size: row.size) }
    }

    private func check(_ encoded: [UInt8], frames: Int, size: Int) throws(LakeError) {
        guard let index = try? FrameIndex(encoded: Bytes(encoded)) else {
            throw LakeError(.invalid, "the frame index cannot be read")
        }
        guard index.frameCount == frames else { throw LakeError(.invalid, "the frame index has another count") }
        for number in Set([1, frames]) where number > 0 {
            guard let location = try? index.location(ofFrame: number),
                location.ranges.allSatisfy({ $0.lowerBound >= 0 && $0.upperBound <= size })
            else { throw LakeError(.invalid, "frame \(number) lies outside the object") }
        }
    }

    // MARK: Counters

    /// Counts kept in study, series and subject against what is there.
    mutating func checkCounters() async throws(LakeError) {
        let queries = [
            """
            SELECT s.uid FROM study s LEFT JOIN (SELECT study_id, count(*) AS n, sum(stored_size) AS b FROM instance
                GROUP BY study_id) i ON i.study_id = s.id
            WHERE s.instance_count <> coalesce(i.n, 0) OR s.bytes <> coalesce(i.b, 0)
                OR s.series_count <> (SELECT count(*) FROM series r WHERE r.study_id = s.id)
            """,
            """
            SELECT s.uid FROM series s LEFT JOIN (SELECT series_id, count(*) AS n, sum(frames) AS f FROM instance
                GROUP BY series_id) i ON i.series_id = s.id
            WHERE s.instance_count <> coalesce(i.n, 0) OR s.frame_count <> coalesce(i.f, 0)
            """,
            """
            SELECT s.code AS uid FROM subject s
            WHERE s.study_count <> (SELECT count(*) FROM study t WHERE t.subject_id = s.id)
            """,
        ]
        for query in queries {
            let uids = try await LakeError.rethrowing {
                try await context.database.query(query).map { try $0.decode("uid", as: String.self) }
            }
            report.problems += uids.map {
                .init(kind: "counter", subject: $0, reason: "the count kept in the row is not what is there")
            }
        }
    }

    // MARK: Segments

    /// Blobs that no row refers to, and bytes that are no blob.
    mutating func checkSegments() async throws(LakeError) {
        let numbers = try await LakeError.rethrowing { try await context.store.segments() }
        for number in numbers {
            // Scanned before the rows are read: a blob appended in between is in the rows, not in the scan.
            let scan = try await LakeError.rethrowing { try await context.store.scan(number, verifyingContent: false) }
            let known = try await LakeError.rethrowing {
                let rows = try await context.database.query(
                    """
                    SELECT object_offset AS o FROM instance WHERE object_segment = $1
                    UNION ALL SELECT patch_offset FROM instance WHERE patch_segment = $1
                    UNION ALL SELECT object_offset FROM held WHERE object_segment = $1
                    UNION ALL SELECT patch_offset FROM held WHERE patch_segment = $1
                    UNION ALL SELECT object_offset FROM conflict WHERE object_segment = $1
                    UNION ALL SELECT patch_offset FROM conflict WHERE patch_segment = $1
                    UNION ALL SELECT object_offset FROM defaced_image WHERE object_segment = $1
                    """, [number])
                return Set(try rows.map { try $0.decode("o", as: Int64.self) })
            }
            report.erased += scan.erased.count
            // A crash came between mark and hole: ended here.
            if !scan.halfErased.isEmpty {
                try await LakeError.rethrowing { try await context.store.erase(scan.halfErased) }
            }
            for blob in scan.blobs where !known.contains(blob.offset) {
                report.unreferenced += 1
                report.unreferencedBytes += blob.length
            }
            report.problems += scan.damages.map {
                .init(kind: "segment", subject: "\(number):\($0.range.lowerBound)", reason: $0.kind.rawValue)
            }
        }
    }
}
