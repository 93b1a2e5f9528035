internal import Deidentification
internal import Postgres

/// The statements that put receipts into the catalogue, within one transaction.
///
/// Order of locks: study keys by id; then everything below belongs to one of those studies. So two transactions
/// that share studies cannot lock each other out.
struct CatalogueTransaction {
    private let receipts: [Receipt]
    private let connection: PostgresConnection
    private var standings: [Standing] = []
    private var published: [Receipt] = []

    init(_ receipts: [Receipt], _ connection: PostgresConnection) {
        self.receipts = receipts
        self.connection = connection
    }

    mutating func run() async throws -> [Standing] {
        let studies = Array(Set(receipts.map(\.studyID))).sorted()
        let locked = try await connection.query(
            """
            SELECT id, identity_key_wrapped IS NOT NULL AS has_identity FROM study_key WHERE id = ANY($1)
            ORDER BY id FOR NO KEY UPDATE
            """, [studies])
        guard locked.count == studies.count else {
            throw LakeError(.gone, "the patient was erased while this came in: send it again if it is to be kept")
        }
        guard try locked.allSatisfy({ try $0.decode("has_identity") }) else {
            throw LakeError(
                .gone, "the identity of this study was destroyed while this came in: nothing is added to it")
        }
        try await decide()
        if !published.isEmpty {
            try await insertStudies()
            let seriesIDs = try await upsertSeries()
            try await insertInstances(seriesIDs: seriesIDs)
        }
        return standings
    }

    // MARK: What becomes of each

    private mutating func decide() async throws {
        var known = try await knownInstances()
        var seriesStudy = try await knownSeries()
        for receipt in receipts {
            let standing = Self.standing(of: receipt, known: known[receipt.uid], seriesStudy: seriesStudy)
            standings.append(standing)
            switch standing {
            case .accepted:
                published.append(receipt)
                known[receipt.uid] = Known(digest: receipt.digest, state: .published)
                seriesStudy[receipt.entry.series.uid] = receipt.studyID
            case .held(let reason):
                guard known[receipt.uid] == nil, case .hold(_, let sealedEntry, let pixels) = receipt.intent else {
                    break
                }
                known[receipt.uid] = Known(digest: receipt.digest, state: .waiting)
                try await insertHeld(receipt, reason: reason, sealedEntry: sealedEntry, pixels)
            case .conflict(let reason):
                try await insertConflict(receipt, reason: reason)
            case .alreadyThere, .kept, .refused: break
            }
        }
    }

    private struct Known {
        enum State: String { case published, waiting, released, rejected }
        let digest: [UInt8]
        let state: State
    }

    private static func standing(of receipt: Receipt, known: Known?, seriesStudy: [String: Int64]) -> Standing {
        if let known {
            guard known.digest == receipt.digest else { return .otherContent }
            switch known.state {
            case .published, .released: return .alreadyThere
            case .rejected: return .refused
            case .waiting:
                if case .hold(let reason, _, _) = receipt.intent { return .held(reason: reason) }
                return .alreadyThere
            }
        }
        if let study = seriesStudy[receipt.entry.series.uid], study != receipt.studyID { return .otherStudy }
        return switch receipt.intent {
        case .publish: .accepted
        case .hold(let reason, _, _): .held(reason: reason)
        case .conflict(let reason): .conflict(reason: reason)
        }
    }

    private func knownInstances() async throws -> [String: Known] {
        let rows = try await connection.query(
            """
            SELECT uid, original_digest, 'published' AS state FROM instance WHERE uid = ANY($1)
            UNION ALL
            SELECT instance_uid, original_digest, state FROM held WHERE instance_uid = ANY($1) AND state <> 'released'
            """, [receipts.map(\.uid)])
        var known: [String: Known] = [:]
        for row in rows {
            known[try row.decode("uid")] = Known(
                digest: try row.decode("original_digest"),
                state: Known.State(rawValue: try row.decode("state")) ?? .waiting)
        }
        return known
    }

    private func knownSeries() async throws -> [String: Int64] {
        let uids = Array(Set(receipts.map(\.entry.series.uid)))
        var studies: [String: Int64] = [:]
        for row in try await connection.query("SELECT uid, study_id FROM series WHERE uid = ANY($1)", [uids]) {
            studies[try row.decode("uid")] = try row.decode("study_id", as: Int64.self)
        }
        return studies
    }

    // MARK: Published

    private func insertStudies() async throws {
        var seen: Set<Int64> = []
        let first = published.filter { seen.insert($0.studyID).inserted }
        let rows = try await connection.query(
            """
            INSERT INTO study (id, project_id, subject_id, uid, study_date, study_time, description, study_id,
                age_days, sex)
            SELECT u.id, u.project, k.subject_id, u.uid, u.date, u.time, u.description, u.study, u.age, u.sex
            FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[]::date[], $5::text[], $6::text[], $7::text[],
                $8::bigint[]::integer[], $9::text[])
                AS u (id, project, uid, date, time, description, study, age, sex)
                -- The subject may be another than when the bytes were sealed: this row is locked.
                JOIN study_key k ON k.id = u.id
            ON CONFLICT (id) DO NOTHING RETURNING subject_id
            """,
            [
                first.map(\.studyID), first.map(\.projectID), first.map(\.entry.study.uid),
                first.map(\.entry.study.date), first.map(\.entry.study.time), first.map(\.entry.study.description),
                first.map(\.entry.study.studyID), first.map(\.entry.study.ageDays), first.map(\.entry.study.sex),
            ])
        guard !rows.isEmpty else { return }
        var subjects: [Int64] = []
        for row in rows { subjects.append(try row.decode("subject_id")) }
        _ = try await connection.query(
            """
            UPDATE subject SET study_count = study_count + d.n
            FROM (SELECT id, count(*) AS n FROM unnest($1::bigint[]) id GROUP BY id) d WHERE subject.id = d.id
            """, [subjects])
    }

    /// The numbers that a group of instances adds to their series or study.
    private struct Gain {
        let first: Receipt
        var instances = 0
        var frames = 0
        var bytes = 0
        var rows = 0
        var columns = 0
        var series = 0
        var modalities: Set<String> = []
        var bodyParts: Set<String> = []
        /// The most careful of all; `nil` where one has none.
        var mark: String?

        init(_ receipt: Receipt) {
            first = receipt
            mark = receipt.entry.series.recognizable
        }

        private static func stronger(_ one: String?, _ other: String?) -> String? {
            guard let one, let other else { return nil }
            let mark = Recognizability.stronger(Recognizability(rawValue: one), Recognizability(rawValue: other))
            return mark?.rawValue ?? ""
        }

        mutating func add(_ receipt: Receipt) {
            let instance = receipt.entry.instance
            instances += 1
            frames += instance.frames
            bytes += instance.storedSize
            if rows == 0 { (rows, columns) = (instance.rows, instance.columns) }
            modalities.insert(receipt.entry.series.modality)
            bodyParts.insert(receipt.entry.series.bodyPart)
            mark = Self.stronger(mark, receipt.entry.series.recognizable)
        }
    }

    /// Returns the row of each series, and adds what came to the studies.
    private func upsertSeries() async throws -> [String: Int64] {
        var gains: [String: Gain] = [:]
        for receipt in published { gains[receipt.entry.series.uid, default: Gain(receipt)].add(receipt) }
        let all = gains.values.sorted { $0.first.entry.series.uid < $1.first.entry.series.uid }
        let series = all.map(\.first.entry.series)
        let rows = try await connection.query(
            """
            INSERT INTO series (study_id, project_id, uid, number, modality, description, body_part, series_date,
                series_time, rows, columns, instance_count, frame_count, bytes, recognizable)
            SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[]::integer[], $5::text[],
                $6::text[], $7::text[], $8::text[]::date[], $9::text[], $10::bigint[]::integer[],
                $11::bigint[]::integer[], $12::bigint[]::integer[], $13::bigint[], $14::bigint[], $15::text[])
            ON CONFLICT (uid) DO UPDATE SET
                instance_count = series.instance_count + excluded.instance_count,
                frame_count = series.frame_count + excluded.frame_count, bytes = series.bytes + excluded.bytes,
                rows = CASE WHEN series.rows = 0 THEN excluded.rows ELSE series.rows END,
                columns = CASE WHEN series.rows = 0 THEN excluded.columns ELSE series.columns END,
                recognizable = CASE WHEN series.recognizable IS NULL OR excluded.recognizable IS NULL THEN NULL
                    WHEN 'picture' IN (series.recognizable, excluded.recognizable) THEN 'picture'
                    WHEN 'head' IN (series.recognizable, excluded.recognizable) THEN 'head'
                    WHEN 'unnamed' IN (series.recognizable, excluded.recognizable) THEN 'unnamed' ELSE '' END
            WHERE series.study_id = excluded.study_id
            RETURNING id, uid, xmax = 0 AS is_new
            """,
            [
                all.map(\.first.studyID), all.map(\.first.projectID), series.map(\.uid), series.map(\.number),
                series.map(\.modality), series.map(\.description), series.map(\.bodyPart), series.map(\.date),
                series.map(\.time), all.map(\.rows), all.map(\.columns), all.map(\.instances), all.map(\.frames),
                all.map(\.bytes), all.map(\.mark),
            ])
        // A row that does not come back was made by another node meanwhile, for another study: try again, and see it.
        guard rows.count == all.count else {
            throw PostgresError(.server, sqlState: "40001", reason: "a series appeared in another study")
        }
        var ids: [String: Int64] = [:]
        var isNew: Set<String> = []
        for row in rows {
            let uid: String = try row.decode("uid")
            ids[uid] = try row.decode("id", as: Int64.self)
            if try row.decode("is_new") { isNew.insert(uid) }
        }
        try await addToStudies(newSeries: isNew)
        return ids
    }

    private func addToStudies(newSeries: Set<String>) async throws {
        var gains: [Int64: Gain] = [:]
        var counted: Set<String> = []
        for receipt in published {
            gains[receipt.studyID, default: Gain(receipt)].add(receipt)
            let uid = receipt.entry.series.uid
            if newSeries.contains(uid), counted.insert(uid).inserted { gains[receipt.studyID]?.series += 1 }
        }
        let all = gains.values.sorted { $0.first.studyID < $1.first.studyID }
        let separator = "\u{1F}"
        _ = try await connection.query(
            """
            UPDATE study SET series_count = series_count + d.series, instance_count = instance_count + d.instances,
                bytes = study.bytes + d.bytes, changed_at = now(),
                modalities = CASE WHEN modalities @> d.m THEN modalities ELSE
                    (SELECT array_agg(DISTINCT v ORDER BY v) FROM unnest(modalities || d.m) v) END,
                body_parts = CASE WHEN body_parts @> d.b THEN body_parts ELSE
                    (SELECT array_agg(DISTINCT v ORDER BY v) FROM unnest(body_parts || d.b) v) END
            FROM (SELECT id, series, instances, bytes,
                    coalesce(string_to_array(nullif(m, ''), chr(31)), '{}') AS m,
                    coalesce(string_to_array(nullif(b, ''), chr(31)), '{}') AS b
                FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[])
                    AS u (id, series, instances, bytes, m, b)) d
            WHERE study.id = d.id
            """,
            [
                all.map(\.first.studyID), all.map(\.series), all.map(\.instances), all.map(\.bytes),
                all.map { $0.modalities.filter { !$0.isEmpty }.sorted().joined(separator: separator) },
                all.map { $0.bodyParts.filter { !$0.isEmpty }.sorted().joined(separator: separator) },
            ])
    }

    private func insertInstances(seriesIDs: [String: Int64]) async throws {
        let all = published
        let instances = all.map(\.entry.instance)
        _ = try await connection.query(
            """
            INSERT INTO instance (series_id, study_id, project_id, batch_id, uid, sop_class, transfer_syntax, number,
                rows, columns, frames, object_segment, object_offset, object_length, patch_segment, patch_offset,
                patch_length, stored_size, stored_sha256, stored_crc32, original_digest, frame_index, metadata,
                profile_version, pixel_approval_id)
            SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[],
                $7::text[], $8::bigint[]::integer[], $9::bigint[]::integer[], $10::bigint[]::integer[],
                $11::bigint[]::integer[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[],
                $17::bigint[], $18::bigint[], $19::bytea[], $20::bigint[], $21::bytea[], $22::bytea[], $23::bytea[],
                $24::bigint[]::integer[], $25::bigint[])
            """,
            [
                all.map { seriesIDs[$0.entry.series.uid] }, all.map(\.studyID), all.map(\.projectID),
                all.map(\.batchID), instances.map(\.uid), instances.map(\.sopClass), instances.map(\.transferSyntax),
                instances.map(\.number), instances.map(\.rows), instances.map(\.columns), instances.map(\.frames),
                all.map(\.addresses.object.segment), all.map(\.addresses.object.offset),
                all.map(\.addresses.object.length), all.map(\.addresses.patch.segment),
                all.map(\.addresses.patch.offset), all.map(\.addresses.patch.length), instances.map(\.storedSize),
                instances.map(\.storedSHA256), instances.map { Int64($0.storedCRC32) }, instances.map(\.originalDigest),
                instances.map(\.frameIndex), instances.map(\.metadata), instances.map { $0.profileVersion ?? 1 },
                instances.map(\.pixelApproval),
            ])
    }

    // MARK: Held and conflicting

    private func insertHeld(
        _ receipt: Receipt, reason: String, sealedEntry: [UInt8], _ pixels: HeldPixels
    ) async throws {
        let entry = receipt.entry
        let description = entry.series.description.isEmpty ? entry.study.description : entry.series.description
        _ = try await connection.query(
            """
            INSERT INTO held (project_id, study_key_id, batch_id, instance_uid, series_uid, study_uid, reason, modality,
                description, rows, columns, frames, object_segment, object_offset, object_length, patch_segment,
                patch_offset, patch_length, stored_size, stored_sha256, original_digest, entry, received_by, signature,
                by_signature, proposed, found, approval_tried)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
                $22, $23, $24, $25, $26::jsonb, $27::jsonb, $28)
            """,
            [
                receipt.projectID, receipt.studyID, receipt.batchID, receipt.uid, entry.series.uid, entry.study.uid,
                reason, entry.series.modality, description, Int32(clamping: entry.instance.rows),
                Int32(clamping: entry.instance.columns), Int32(clamping: entry.instance.frames),
                receipt.addresses.object.segment, receipt.addresses.object.offset, receipt.addresses.object.length,
                receipt.addresses.patch.segment, receipt.addresses.patch.offset, receipt.addresses.patch.length,
                entry.instance.storedSize, entry.instance.storedSHA256, receipt.digest, sealedEntry, receipt.accountID,
                pixels.signature, pixels.isDecidedBySignature, try pixels.proposed.json, try pixels.found.json,
                pixels.triedApproval,
            ])
    }

    private func insertConflict(_ receipt: Receipt, reason: String) async throws {
        let entry = receipt.entry
        _ = try await connection.query(
            """
            INSERT INTO conflict (project_id, study_key_id, batch_id, instance_uid, series_uid, study_uid,
                object_segment, object_offset, object_length, patch_segment, patch_offset, patch_length, stored_size,
                stored_sha256, original_digest, received_by, reason)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
            ON CONFLICT (instance_uid, original_digest) DO NOTHING
            """,
            [
                receipt.projectID, receipt.studyID, receipt.batchID, receipt.uid, entry.series.uid, entry.study.uid,
                receipt.addresses.object.segment, receipt.addresses.object.offset, receipt.addresses.object.length,
                receipt.addresses.patch.segment, receipt.addresses.patch.offset, receipt.addresses.patch.length,
                entry.instance.storedSize, entry.instance.storedSHA256, receipt.digest, receipt.accountID, reason,
            ])
    }
}
