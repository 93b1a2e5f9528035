internal import ByteIO
internal import Foundation
internal import Postgres
internal import Vault

extension StudyKeys {
    /// Who the patient of a study is; `nil` once that was destroyed.
    func identityRecord(study id: Int64) async throws(LakeError) -> IdentityRecord? {
        guard let key = try await pair(study: id).identity else { return nil }
        return try await LakeError.rethrowing {
            let row = try await database.single(
                "SELECT study_uid, identity_record FROM study_key WHERE id = $1", [id])
            guard let sealed = try row.decode("identity_record", as: [UInt8]?.self) else { return nil }
            let record = try SealedObject.open(
                Bytes(sealed), key: key, context: Self.recordContext(study: try row.decode("study_uid")))
            return try JSONDecoder().decode(IdentityRecord.self, from: Data(record.array))
        }
    }
}
