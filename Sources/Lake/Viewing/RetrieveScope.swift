internal import Postgres

/// What is retrieved: a study, a series of it, or one instance. UIDs that do not belong together find nothing.
public struct RetrieveScope: Hashable, Sendable {
    public var study: String?
    public var series: String?
    public var instance: String?

    public init(study: String? = nil, series: String? = nil, instance: String? = nil) {
        self.study = study
        self.series = series
        self.instance = instance
    }

    /// The deepest UID first, since that is what an index finds at once.
    func conditions() throws(LakeError) -> Conditions {
        var conditions = Conditions()
        if let instance { conditions.add("i.uid = %", instance) }
        if let series { conditions.add("r.uid = %", series) }
        if let study { conditions.add("s.uid = %", study) }
        guard !conditions.clauses.isEmpty else { throw LakeError(.invalid, "name a study, a series or an instance") }
        return conditions
    }
}

/// One instance to be retrieved.
public struct RetrievedInstance: Hashable, Sendable {
    public let uid: String
    public let series: String
    public let study: String
    public let sopClass: String
    public let transferSyntax: String
    public let frames: Int
    /// Bytes of the de-identified object.
    public let size: Int
    public let sha256: [UInt8]

    init(_ instance: StoredInstance) {
        uid = instance.uid
        series = instance.series
        study = instance.study
        sopClass = instance.sopClass
        transferSyntax = instance.transferSyntax
        frames = instance.frames
        size = instance.size
        sha256 = instance.sha256
    }
}

extension Viewing {
    /// What a scope holds, in the order of series and instance numbers; recorded as viewed.
    /// - Throws: `.notFound` for a scope that holds nothing.
    public func instances(
        _ scope: RetrieveScope, principal: Principal
    ) async throws(LakeError) -> [RetrievedInstance] {
        let found = try await stored(scope, principal: principal)
        try await record(.download, found, principal: principal)
        return found.map { RetrievedInstance($0) }
    }

    func stored(_ scope: RetrieveScope, principal: Principal) async throws(LakeError) -> [StoredInstance] {
        let conditions = try scope.conditions()
        let found = try await LakeError.rethrowing {
            try await context.database.query(
                """
                SELECT \(StoredInstance.columns) FROM \(StoredInstance.source) WHERE true\(conditions.conjunction)
                ORDER BY r.number NULLS LAST, r.id, i.number NULLS LAST, i.id
                """, conditions.parameters
            ).map { try StoredInstance($0) }
        }
        guard let first = found.first, Gate.permits(principal, .view, project: first.projectID) else {
            throw LakeError(.notFound, "there is no such study, series or instance")
        }
        return found
    }

    func record(
        _ kind: AccessEvent.Kind, _ found: [StoredInstance], principal: Principal
    ) async throws(LakeError) {
        for (study, instances) in Dictionary(grouping: found, by: \.study) {
            try await accessLog.record(
                kind, project: instances.first?.projectID, study: study, instance: instances.first?.uid,
                count: instances.count, principal: principal)
        }
    }

    /// The instance that stands for a scope: the middle one of the series with most frames.
    func representative(_ scope: RetrieveScope, principal: Principal) async throws(LakeError) -> String {
        let conditions = try scope.conditions()
        let row = try await LakeError.rethrowing {
            try await context.database.first(
                """
                WITH found AS (
                    SELECT i.uid, i.project_id, i.series_id, r.frame_count, r.number AS series_number,
                        row_number() OVER (PARTITION BY i.series_id ORDER BY i.number NULLS LAST, i.id) AS place,
                        count(*) OVER (PARTITION BY i.series_id) AS total
                    FROM \(StoredInstance.source) WHERE i.frames > 0\(conditions.conjunction))
                SELECT uid, project_id FROM found WHERE place = (total + 1) / 2
                ORDER BY frame_count DESC, series_number NULLS LAST LIMIT 1
                """, conditions.parameters
            ).map { (uid: try $0.decode("uid", as: String.self), project: try $0.decode("project_id", as: Int64.self)) }
        }
        guard let row, Gate.permits(principal, .view, project: row.project) else {
            throw LakeError(.notFound, "there is nothing to be shown")
        }
        return row.uid
    }
}
