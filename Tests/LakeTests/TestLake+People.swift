import Foundation
import Lake

/// A project and one person for each part, made through the lake's own doors.
struct People: Sendable {
    /// Code of the project.
    let project: String
    let technologist: Principal
    let custodian: Principal
    let auditor: Principal
    /// Has an account and no role.
    let stranger: Principal
    let `operator`: Principal

    /// Who decides on what is held.
    var reviewer: Principal { custodian }
}

extension TestLake {
    /// Makes the project `CT` and its people.
    func people() async throws -> People {
        let master = try await lake.accounts.operatorPrincipal()
        try await lake.projects.create(code: "CT", name: "A test", principal: master)
        func person(_ name: String, _ roles: Set<Role>) async throws -> Principal {
            try await lake.accounts.add(name: name, password: "correct horse battery staple", principal: master)
            try await lake.projects.setMember("CT", name: name, roles: roles, principal: master)
            let token = try await lake.accounts.createToken(name: name, label: "test", principal: master)
            guard let principal = try await lake.accounts.principal(bearer: token) else {
                throw LakeError(.notFound, "the token does not work")
            }
            return principal
        }
        return People(
            project: "CT", technologist: try await person("tess", [.technologist]),
            custodian: try await person("cuno", [.custodian]), auditor: try await person("aude", [.auditor]),
            stranger: try await person("stan", []), operator: master)
    }
}
