import ByteIO
import Foundation
import Lake
import TestMaterial
import Testing

extension TestLake {
    /// One more person of the project `CT`.
    func person(_ name: String, _ roles: Set<Role>, project: String = "CT") async throws -> Principal {
        let master = try await lake.accounts.operatorPrincipal()
        try await lake.accounts.add(name: name, password: "correct horse battery staple", principal: master)
        try await lake.projects.setMember(project, name: name, roles: roles, principal: master)
        let token = try await lake.accounts.createToken(name: name, label: "test", principal: master)
        return try #require(try await lake.accounts.principal(bearer: token))
    }

    /// Brings images in; every one has to be accepted.
    func bring(_ images: [SyntheticImage], project: String = "CT") async throws -> [Verdict] {
        let master = try await lake.accounts.operatorPrincipal()
        var verdicts: [Verdict] = []
        for image in images {
            let verdict = try await lake.ingest.instance(image.bytes, project: project, principal: master)
            try #require(verdict.kind == .accepted, "\(verdict.reason ?? "")")
            verdicts.append(verdict)
        }
        return verdicts
    }

    /// Studies of one image, for searches: each of a patient of its own.
    func bringStudies(_ count: Int, modality: (Int) -> String = { _ in "CT" }) async throws -> [Verdict] {
        try await bring(
            (0..<count).map { index in
                var image = SyntheticImage.series(1, study: SyntheticImage.uid(), patientID: "PATIENT-\(index)")[0]
                image.modality = modality(index)
                return image
            })
    }
}

/// Collects what is handed out in runs.
func collect(_ body: ((Bytes) async throws -> Void) async throws -> Void) async throws -> Bytes {
    var array: [UInt8] = []
    try await body { array += $0.array }
    return Bytes(array)
}
