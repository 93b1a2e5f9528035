import Foundation
import Lake
import Mail
import Testing

extension TestLake {
    /// Sends what waits, and gives all mail that was ever written, oldest first.
    func mails() async throws -> [WrittenMessage] {
        try await lake.mail.deliver()
        let directory = MailDirectory(path: configuration.dataDirectory + "/mail")
        return try directory.entries().map { try directory.read($0) }
    }

    /// The secret in the newest mail to `address`.
    func linkedToken(_ address: String, page: String = "verify") async throws -> String {
        let mail = try #require(try await mails().last { $0.to == address })
        return try #require(mail.tokens(page).last)
    }

    /// An account that `name` made with their own address.
    func signUp(_ name: String, password: String = "correct horse battery") async throws {
        try await lake.accounts.signUp(name: name, password: password, email: name + "@example.org")
        let outcome = try await lake.accounts.verify(token: try await linkedToken(name + "@example.org"))
        try #require(outcome == .verified(.signUp, name: name))
    }

    /// People may sign up as soon as there is an administrator.
    func administrator(_ name: String = "root-admin") async throws {
        let root = try await lake.accounts.operatorPrincipal()
        try await lake.accounts.add(
            name: name, password: "correct horse battery", isAdministrator: true, principal: root)
    }

    /// What a lake refuses, by its code.
    func refusal(_ body: () async throws -> Void) async -> LakeError.Code? {
        do { try await body() } catch { return (error as? LakeError)?.code }
        return nil
    }
}

extension WrittenMessage {
    /// Secrets of the links to a page.
    func tokens(_ page: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            guard let range = line.range(of: "/\(page)#") else { return nil }
            return String(line[range.upperBound...])
        }
    }
}
