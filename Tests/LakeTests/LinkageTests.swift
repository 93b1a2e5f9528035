import ByteIO
import DICOM
import Foundation
import Lake
import TestMaterial
import Testing

/// What belongs together stays together, and what must not be told apart is not.
@Suite struct LinkageTests {
    private func place(
        _ test: TestLake, _ image: SyntheticImage, project: String = "CT"
    ) async throws -> (verdict: Verdict, file: DICOMFile, code: String) {
        let boss = try await test.lake.accounts.operatorPrincipal()
        let verdict = try await test.lake.ingest.instance(image.bytes, project: project, principal: boss)
        try #require(verdict.kind == .accepted, "\(verdict.reason ?? "")")
        let object = try await test.lake.viewing.object(try #require(verdict.instance), principal: boss)
        let bytes = try await collect { body in try await object.forEachRun { try await body($0) } }
        let code = try await test.lake.catalog.study(try #require(verdict.study), principal: boss).study.subject
        return (verdict, try DICOMFile.read(bytes), code)
    }

    private func image(_ patient: String, _ issuer: String = "", date: String = "20210304") -> SyntheticImage {
        var image = SyntheticImage.series(1, study: SyntheticImage.uid(), patientID: patient)[0]
        image.issuer = issuer
        image.studyDate = date
        return image
    }

    private static func day(_ file: DICOMFile) throws -> Date {
        let text = try #require(file.dataSet.string(.StudyDate))
        let formatter = DateFormatter()
        formatter.dateFormat = "yyyyMMdd"
        formatter.timeZone = .gmt
        return try #require(formatter.date(from: text))
    }

    @Test func `visits of one patient share a code and keep their intervals, in any order`() async throws {
        try await TestLake.with { test in
            _ = try await test.people()
            // The later visit comes first, and the number is written differently.
            let late = try await place(test, image("0004711", date: "20210501"))
            let early = try await place(test, image(" 4711", date: "20210401"))
            let middle = try await place(test, image("4711", date: "20210411"))
            #expect(late.code == early.code && middle.code == early.code)
            for visit in [late, early, middle] { #expect(visit.file.dataSet.string(.PatientID) == early.code) }
            let first = try Self.day(early.file)
            #expect(try Self.day(late.file).timeIntervalSince(first) == 30 * 86400)
            #expect(try Self.day(middle.file).timeIntervalSince(first) == 10 * 86400)
            #expect(try #require(early.file.dataSet.string(.StudyDate)) != "20210401")
            let other = try await place(test, image("4712"))
            #expect(other.code != early.code)
            // The same number of another issuer is another patient.
            #expect(try await place(test, image("4711", "OTHER HOSPITAL")).code != early.code)
        }
    }

    @Test func `the same file again is the same instance, after everything else came, too`() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            var images = SyntheticImage.series(4, study: SyntheticImage.uid())
            images.shuffle()
            let verdicts = try await test.bring(images)
            #expect(Set(verdicts.map(\.study)).count == 1 && Set(verdicts.map(\.series)).count == 1)
            for (image, verdict) in zip(images, verdicts) {
                let again = try await test.lake.ingest.instance(
                    image.bytes, project: "CT", principal: people.technologist)
                #expect(again.kind == .alreadyThere && again.instance == verdict.instance)
            }
        }
    }

    @Test func `nothing in two projects tells that it is the same patient`() async throws {
        try await TestLake.with { test in
            let people = try await test.people()
            try await test.lake.projects.create(code: "OTHER", name: "Other", principal: people.operator)
            let one = try await place(test, image("4711"))
            var again = image("4711")
            let two = try await place(test, again, project: "OTHER")
            again.study = SyntheticImage.uid()
            let words: (DICOMFile) -> Set<String> = { file in
                Set(
                    [
                        file.dataSet.string(.PatientID), file.dataSet.string(.StudyInstanceUID),
                        file.dataSet.string(.SeriesInstanceUID), file.dataSet.string(.SOPInstanceUID),
                        file.dataSet.string(.PatientName),
                    ].compactMap { $0 }.filter { !$0.isEmpty && $0.count > 8 })
            }
            #expect(one.code != two.code && words(one.file).isDisjoint(with: words(two.file)))
            let shared = try await test.count(
                """
                SELECT count(*) FROM study_key a JOIN study_key b ON a.project_id < b.project_id
                    AND (a.patient_token = b.patient_token OR a.person_token = b.person_token)
                """)
            let tokens = try await test.count("SELECT count(DISTINCT match_token) FROM subject")
            #expect(shared == 0 && tokens == 2)
            #expect(try Self.day(one.file) != Self.day(two.file))
            // Nor may one merge over that border.
            let custodian = people.custodian
            #expect(
                await refusalCode {
                    _ = try await test.lake.subjectChanges.merge(
                        one.code, into: two.code, project: "CT", reason: "x", principal: custodian)
                } == .notFound)
        }
    }
}
