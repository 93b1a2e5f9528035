internal import Foundation
internal import Postgres

/// What somebody has not saved yet, kept so that nothing is lost when a browser closes.
public struct LabelDraft: Codable, Hashable, Sendable {
    /// Entity tag of the state it was made from.
    public let base: String
    /// ISO 8601, UTC.
    public let savedAt: String
    public let annotations: [Annotation]
}

extension Labels {
    /// One's own draft of a study; nobody else sees it.
    /// - Throws: `.notFound`; `.forbidden`.
    public func draft(of uid: String, in set: String, principal: Principal) async throws(LakeError) -> LabelDraft? {
        let place = try await place(set, study: uid, .annotate, principal: principal)
        return try await LakeError.rethrowing {
            let row = try await context.database.first(
                """
                SELECT base, annotations, saved_at FROM label_draft
                WHERE label_set_id = $1::uuid AND study_id = $2 AND account_id = $3
                """, [place.set, place.study, principal.accountID])
            guard let row else { return nil }
            let annotations: String = try row.decode("annotations")
            return LabelDraft(
                base: try row.decode("base"), savedAt: try row.decode("saved_at", as: Date.self).formatted(.iso8601),
                annotations: try JSONDecoder().decode([Annotation].self, from: Data(annotations.utf8)))
        }
    }

    /// Keeps a draft in the place of the one before. Labels and images are looked at when it is saved, and it is
    /// measured then.
    /// - Throws: `.notFound`; `.forbidden`; `.invalid` for what could never be saved.
    public func keepDraft(
        _ annotations: [Annotation], base: String, of uid: String, in set: String, principal: Principal
    ) async throws(LakeError) {
        let place = try await place(set, study: uid, .annotate, principal: principal)
        try Annotation.check(annotations)
        guard (1...200).contains(base.utf8.count), base.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }),
            annotations.allSatisfy({
                LabelNaming.isUID($0.instance) && $0.frame > 0
                    && LabelNaming.fault(ofText: $0.label, limit: LabelNaming.longestName) == nil
            })
        else { throw LakeError(.invalid, "a draft names the version it was made from, and images by UID and frame") }
        var kept = annotations
        for index in kept.indices { kept[index].measured = nil }
        let text = kept.canonicalText
        try await LakeError.rethrowing {
            try await context.database.execute(
                """
                INSERT INTO label_draft (label_set_id, study_id, account_id, base, annotations)
                VALUES ($1::uuid, $2, $3, $4, $5)
                ON CONFLICT (label_set_id, study_id, account_id) DO UPDATE
                SET base = excluded.base, annotations = excluded.annotations, saved_at = now()
                """, [place.set, place.study, principal.accountID, base, text])
        }
    }

    /// Throws one's own draft away.
    /// - Throws: `.notFound`; `.forbidden`.
    public func dropDraft(of uid: String, in set: String, principal: Principal) async throws(LakeError) {
        let place = try await place(set, study: uid, .annotate, principal: principal)
        try await LakeError.rethrowing {
            try await context.database.execute(
                "DELETE FROM label_draft WHERE label_set_id = $1::uuid AND study_id = $2 AND account_id = $3",
                [place.set, place.study, principal.accountID])
        }
    }
}
