internal import ByteIO
internal import DICOM
internal import Deidentification
internal import Foundation
internal import Logging
internal import Postgres
internal import Vault

/// A study that is reported on: what is known of its patient, and the key under which a text as written is sealed.
struct ReportedStudy: Sendable {
    let id: Int64
    let uid: String
    let projectID: Int64

    init(_ row: PostgresRow) throws(PostgresError) {
        id = try row.decode("study_id")
        uid = try row.decode("uid")
        projectID = try row.decode("project_id")
    }

    /// What a version's text as written is sealed for: it opens in no other place.
    func context(report: Int64, version: Int) -> SealingContext {
        SealingContext("report-text", uid, "\(report)", "\(version)")
    }

    /// What the places of that text are sealed for.
    func placesContext(report: Int64, version: Int) -> SealingContext {
        SealingContext("report-places", uid, "\(report)", "\(version)")
    }
}

extension ReportedStudy {
    /// Series whose headers are looked into: names of staff differ from one to the next.
    private static let mostSeries = 8

    /// Original headers of the study, to find names and numbers again in a text: what the identity record says, then
    /// one header of each of the first series. They exist in memory only. Empty once the identity was destroyed.
    func headers(_ context: LakeContext) async throws(LakeError) -> [DataSet] {
        guard try await context.keys.pair(study: id).identity != nil else { return [] }
        var headers: [DataSet] = []
        if let record = try await context.keys.identityRecord(study: id) { headers.append(record.dataSet) }
        let rows = try await LakeError.rethrowing {
            try await context.database.query(
                """
                SELECT DISTINCT ON (i.series_id) i.uid, i.object_segment, i.object_offset, i.object_length,
                    i.patch_segment, i.patch_offset, i.patch_length
                FROM instance i WHERE i.study_id = $1 AND i.stored_size <= $2 AND i.object_here AND i.patch_here
                ORDER BY i.series_id, i.stored_size, i.id LIMIT \(Self.mostSeries)
                """, [id, context.configuration.memoryLimit])
        }
        for row in rows {
            do {
                headers.append(try await header(row, context))
            } catch {
                // A damaged object is fsck's to report; the other headers still count.
                context.log.error("a header could not be read for a report: \(LakeError(error))")
            }
        }
        return headers
    }

    private func header(_ row: PostgresRow, _ context: LakeContext) async throws -> DataSet {
        let original = try await context.objects.original(
            StoredAddresses(row), uid: try row.decode("uid"), study: id, in: context)
        var options = ReadOptions()
        options.stopBefore = .PixelData
        return try await context.workers.run { [options] () throws(DICOMError) in
            try DICOMFile.read(original, options: options).dataSet
        }
    }
}

extension ReportedStudy {
    /// Where others read something else than stands in a version as written.
    func places(_ sealed: Bytes, _ row: ReportRow, _ key: SymmetricKey) throws -> [ReportCheck.Place] {
        let context = placesContext(report: row.id, version: row.version)
        let json = try SealedObject.open(sealed, key: key, context: context)
        return try JSONDecoder().decode([ReportCheck.Place].self, from: Data(json.array))
    }
}

extension IdentityRecord {
    /// As a header would say it.
    var dataSet: DataSet {
        var dataSet = DataSet()
        dataSet.set(.SpecificCharacterSet, .CS, "ISO_IR 192")
        let values: [(Tag, VR, String?)] = [
            (.PatientName, .PN, patientName), (.PatientID, .LO, patientID),
            (.IssuerOfPatientID, .LO, issuerOfPatientID), (.PatientBirthDate, .DA, birthDate),
            (.AccessionNumber, .SH, accessionNumber), (.StudyInstanceUID, .UI, studyInstanceUID),
        ]
        for (tag, vr, value) in values { if let value { dataSet.set(tag, vr, value) } }
        return dataSet
    }
}
