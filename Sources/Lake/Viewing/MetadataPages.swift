public import ByteIO
internal import Postgres

/// The metadata of a scope as one JSON array (PS3.18 §10.4.1.1.2), a page at a time.
public struct MetadataPages: Sendable {
    private static let pageSize = 500

    private let database: PostgresPool
    private let conditions: Conditions
    /// Where `/studies` begins: what references to bulk data are made absolute with.
    private let baseURL: String
    private var page: [PostgresRow]?
    private var hasBegun = false
    private var hasEnded = false

    init(_ context: LakeContext, _ scope: RetrieveScope, baseURL: String) throws(LakeError) {
        database = context.database
        conditions = try scope.conditions()
        self.baseURL = baseURL
    }

    /// The first page's project and studies: asked before anything is given.
    mutating func begin() async throws(LakeError) -> (project: Int64, study: String, count: Int)? {
        let page = try await load(after: nil)
        self.page = page
        guard let first = page.first else { return nil }
        return try await LakeError.rethrowing {
            (try first.decode("project_id"), try first.decode("study"), page.count)
        }
    }

    /// The next bytes of the array; `nil` at the end.
    public mutating func next() async throws(LakeError) -> Bytes? {
        guard !hasEnded, let page else { return nil }
        return try await LakeError.rethrowing {
            var builder = Bytes.Builder()
            for row in page {
                try Self.append(hasBegun ? "," : "[", to: &builder)
                hasBegun = true
                try append(row, to: &builder)
            }
            if page.count < Self.pageSize {
                try Self.append(hasBegun ? "]" : "[]", to: &builder)
                hasEnded = true
            } else if let last = page.last {
                self.page = try await load(after: last)
            }
            return builder.finish()
        }
    }

    private func load(after last: PostgresRow?) async throws(LakeError) -> [PostgresRow] {
        try await LakeError.rethrowing {
            var conditions = conditions
            if let last {
                let keys = [
                    conditions.parameter(try last.decode("series_number", as: Int64.self)),
                    conditions.parameter(try last.decode("series_id", as: Int64.self)),
                    conditions.parameter(try last.decode("number", as: Int64.self)),
                    conditions.parameter(try last.decode("id", as: Int64.self)),
                ]
                conditions.add("(\(Self.order)) > (\(keys.map { $0 + "::bigint" }.joined(separator: ", ")))")
            }
            return Array(
                try await database.query(
                    """
                    SELECT i.id, i.uid, s.uid AS study, r.uid AS series, i.project_id, i.metadata, r.id AS series_id,
                        \(Self.seriesNumber) AS series_number, \(Self.number) AS number
                    FROM \(StoredInstance.source) WHERE true\(conditions.conjunction)
                    ORDER BY \(Self.order) LIMIT \(Self.pageSize)
                    """, conditions.parameters))
        }
    }

    // Instances without a number come last.
    private static let seriesNumber = "coalesce(r.number, 2147483648)"
    private static let number = "coalesce(i.number, 2147483648)"
    private static let order = "\(seriesNumber), r.id, \(number), i.id"

    /// One instance's stored JSON, its references to bulk data made absolute.
    private func append(_ row: PostgresRow, to builder: inout Bytes.Builder) throws {
        let metadata = Bytes(try row.decode("metadata", as: [UInt8].self))
        let study: String = try row.decode("study")
        let series: String = try row.decode("series")
        let uid: String = try row.decode("uid")
        let base = "\(baseURL)/studies/\(study)/series/\(series)/instances/\(uid)/"
        // No text of the data set can look like this: quotes within JSON strings are escaped.
        let mark: StaticString = "\"BulkDataURI\":\"bulkdata/"
        var offset = 0
        while let found = metadata.range(of: mark, from: offset) {
            let path = found.upperBound - "bulkdata/".utf8.count
            try metadata[clamping: offset..<path].withUnsafeBytes { try builder.append($0) }
            try Self.append(base, to: &builder)
            offset = path
        }
        try metadata[clamping: offset..<metadata.count].withUnsafeBytes { try builder.append($0) }
    }

    private static func append(_ text: String, to builder: inout Bytes.Builder) throws {
        var text = text
        try text.withUTF8 { try builder.append(UnsafeRawBufferPointer($0)) }
    }
}

extension Viewing {
    /// The headers of a study, a series or an instance as DICOM JSON.
    /// - Parameter baseURL: where `/studies` begins, such as `https://host/dicom-web`.
    /// - Throws: `.notFound`.
    public func metadata(
        _ scope: RetrieveScope, baseURL: String, principal: Principal
    ) async throws(LakeError) -> MetadataPages {
        var pages = try MetadataPages(context, scope, baseURL: baseURL)
        guard let first = try await pages.begin(), Gate.permits(principal, .view, project: first.project) else {
            throw LakeError(.notFound, "there is no such study, series or instance")
        }
        try await accessLog.record(
            .view, project: first.project, study: first.study, count: first.count, principal: principal)
        return pages
    }

    /// Digest of the digests of a scope's objects: another as soon as one is added.
    /// - Throws: `.notFound`.
    public func contentDigest(_ scope: RetrieveScope, principal: Principal) async throws(LakeError) -> [UInt8] {
        let conditions = try scope.conditions()
        let row = try await LakeError.rethrowing {
            try await context.database.first(
                """
                SELECT i.project_id, sha256(string_agg(i.stored_sha256, ''::bytea ORDER BY i.id)) AS digest
                FROM \(StoredInstance.source) WHERE true\(conditions.conjunction) GROUP BY i.project_id
                """, conditions.parameters
            ).map {
                (
                    project: try $0.decode("project_id", as: Int64.self),
                    digest: try $0.decode("digest", as: [UInt8].self)
                )
            }
        }
        guard let row, Gate.permits(principal, .view, project: row.project) else {
            throw LakeError(.notFound, "there is no such study, series or instance")
        }
        return row.digest
    }
}
