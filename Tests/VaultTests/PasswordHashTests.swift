import Testing
import Vault

@Suite struct PasswordHashTests {
    @Test func aPasswordIsKnownAgainAndAnotherIsNot() throws {
        let hash = try PasswordHash.make("correct horse")
        #expect(hash.hasPrefix("$argon2id$v=19$m=65536,t=2,p=1$"))
        #expect(try PasswordHash.verify("correct horse", against: hash))
        #expect(try !PasswordHash.verify("correct horsf", against: hash))
        #expect(try !PasswordHash.verify("", against: hash))
        #expect(try PasswordHash.make("correct horse") != hash)
        #expect(!PasswordHash.needsRenewal(hash))
    }

    /// Made by the `argon2` reference program: `-id -t 2 -m 12 -p 1 -l 32`, salt `somesaltsomesalt`.
    @Test func aHashOfAnotherProgramIsVerified() throws {
        let hash = "$argon2id$v=19$m=4096,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$H5mZn8QsFFwntPktdbjGNtqB+DDJ+nixq94uJAZoqIk"
        #expect(try PasswordHash.verify("password", against: hash))
        #expect(PasswordHash.needsRenewal(hash))
    }

    @Test(arguments: [
        "", "x", "$argon2id$", "$argon2i$v=19$m=65536,t=3,p=1$c29tZXNhbHQ$AAAA", "$2b$12$abc",
        "$argon2id$v=19$m=4294967295,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=99999999999999,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAA",
    ])
    func whatIsNoHashIsAnError(text: String) {
        #expect(throws: VaultError(.passwordHashMalformed)) { try PasswordHash.verify("password", against: text) }
    }
}
