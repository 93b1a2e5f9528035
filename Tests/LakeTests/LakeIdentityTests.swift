import Foundation
import Lake
import Postgres
import Testing
import Vault

/// A directory, a database and a master key that do not belong together are never taken for one lake.
@Suite struct LakeIdentityTests {
    private func refusal(_ configuration: LakeConfiguration) async -> LakeError? {
        await #expect(throws: LakeError.self) { _ = try await Lake.open(configuration) }
    }

    @Test func anotherMasterKeyIsRefusedByItsNameAndNothingIsSealedUnderIt() async throws {
        let test = try await TestLake()
        await test.lake.close()
        var configuration = test.configuration
        let right = try MasterKey.load(from: configuration.masterKeyFile)
        configuration.masterKeyFile += ".other"
        let wrong = try MasterKey.create(at: configuration.masterKeyFile)
        let error = await refusal(configuration)
        #expect(error?.code == .invalid)
        #expect(error?.reason.contains(right.id) == true && error?.reason.contains(wrong.id) == true)
        let again = try await Lake.open(test.configuration)
        await again.close()
        await test.remove()
    }

    @Test func aLakeWhoseKeyFileIsGoneGetsNoNewKey() async throws {
        let test = try await TestLake()
        await test.lake.close()
        var configuration = test.configuration
        configuration.masterKeyFile += ".elsewhere"
        #expect(await refusal(configuration)?.code == .invalid)
        #expect(!FileManager.default.fileExists(atPath: configuration.masterKeyFile))
        await test.remove()
    }

    @Test func onlyServeMakesALakeAndAMistypedDirectoryStaysAsItIs() async throws {
        let directory = TestLake.temporary()
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let configuration = LakeConfiguration(
            dataDirectory: directory.path, masterKeyFile: directory.path + ".key")
        #expect(await refusal(configuration)?.code == .notFound)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
    }

    @Test func twoDirectoriesOnOneDatabaseAreRefusedInBothOrders() async throws {
        let first = try await TestLake()
        let second = try await TestLake()
        await first.lake.close()
        await second.lake.close()
        var configuration = first.configuration
        configuration.databaseURL = second.configuration.databaseURL
        configuration.masterKeyFile = first.configuration.masterKeyFile
        #expect(await refusal(configuration)?.code == .invalid)
        // A new directory does not take over a database that is another's.
        configuration = second.configuration
        configuration.dataDirectory += ".new"
        #expect(await refusal(configuration)?.code == .invalid)
        try? FileManager.default.removeItem(atPath: configuration.dataDirectory)
        await first.remove()
        await second.remove()
    }
}
