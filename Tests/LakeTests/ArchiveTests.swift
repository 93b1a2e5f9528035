import ByteIO
import ColdStorage
import ContentAddressing
import Foundation
import Lake
import Postgres
import Synchronization
import TestMaterial
import Testing
import Vault

@Suite struct ArchiveTests {
    /// A lake with a study of three images, and two backends: one under an agreement, one without.
    struct Scene {
        let test: TestLake
        let people: People
        let vault: FailingBackend
        let plain: FailingBackend
        let study: String
        let images: [SyntheticImage]
        let uids: [String]

        func archive(_ backend: String = "vault", offload: Bool = false) async throws -> StudyArchive {
            try await test.lake.archive.archive(study, backend: backend, offload: offload, principal: people.custodian)
            await test.lake.archive.settle()
            return try await status()
        }

        func restore() async throws -> StudyArchive {
            try await test.lake.archive.restore(study, principal: people.custodian)
            await test.lake.archive.settle()
            return try await status()
        }

        func status() async throws -> StudyArchive {
            try await test.lake.archive.status(study, principal: people.custodian)
        }

        /// Every original, bit for bit.
        func checkOriginals() async throws {
            for (uid, image) in zip(uids, images) {
                let back = try await test.lake.originals.original(uid, reason: "test", principal: people.custodian)
                #expect(try back.read(0..<back.count) == image.bytes)
            }
            let report = try await test.lake.fsck.run(deep: true, principal: people.operator)
            #expect(report.problems == [])
            #expect(report.rebuilt == images.count)
        }

        /// Nothing of an archive waits on this machine's disk.
        func checkNothingWaits() throws {
            let path = test.configuration.dataDirectory + "/archive"
            #expect(try FileManager.default.contentsOfDirectory(atPath: path) == [])
        }
    }

    private func with(
        change: (inout LakeConfiguration) -> Void = { _ in }, _ body: (Scene) async throws -> Void
    ) async throws {
        let directory = TestLake.temporary()
        let vault = try FailingBackend("vault", in: directory)
        let plain = try FailingBackend("plain", in: directory, agreement: nil)
        let test = try await TestLake(in: directory) { configuration in
            configuration.archive.backends = [vault, plain]
            change(&configuration)
        }
        do {
            let people = try await test.people()
            let images = SyntheticImage.series(3, study: SyntheticImage.uid())
            let verdicts = try await test.bring(images)
            let row = try #require(try await test.database?.single("SELECT uid FROM study"))
            try await body(
                Scene(
                    test: test, people: people, vault: vault, plain: plain, study: try row.decode("uid"),
                    images: images, uids: verdicts.compactMap(\.instance)))
        } catch {
            await test.remove()
            throw error
        }
        await test.remove()
    }

    @Test func aCopyIsReadBackAndNothingLocalGoes() async throws {
        try await with { scene in
            let state = try await scene.archive()
            #expect(state.job?.error == nil)
            #expect(state.job?.state == "done")
            #expect(state.isArchived)
            #expect(state.local == "here")
            let copy = try #require(state.copies.first)
            #expect(copy.state == "verified" && copy.hasPatches && copy.isCurrent)
            #expect(copy.cid?.hasPrefix("b") == true && copy.pieceV1?.hasPrefix("baga") == true)
            #expect(copy.pieceV2?.hasPrefix("bafkzcib") == true)
            #expect(scene.vault.calls.withLock { $0 } == ["store", "fetch"])
            try await scene.checkOriginals()
            try scene.checkNothingWaits()
            // Once more: it is there already.
            #expect(try await scene.archive().copies.count == 1)
            #expect(scene.vault.calls.withLock { $0 } == ["store", "fetch"])
        }
    }

    @Test func whatLeavesIsSealed() async throws {
        try await with { scene in
            _ = try await scene.archive()
            let file = try #require(scene.vault.files.first)
            let data = try Data(contentsOf: URL(fileURLWithPath: file))
            for word in ["Plantedname", "PLANTED-ID", scene.study, "DICM", "manifest", scene.uids[0]] {
                #expect(data.range(of: Data(word.utf8)) == nil, "\(word)")
            }
        }
    }

    @Test func offloadedThenBroughtBackBitForBit() async throws {
        try await with { scene in
            // What is open is forgotten.
            _ = try await scene.test.lake.viewing.frame(scene.uids[0], 1, principal: scene.people.custodian)
            let away = try await scene.archive(offload: true)
            #expect(away.local == "offloaded")
            #expect(away.job?.error == nil)
            for uid in scene.uids {
                #expect(
                    await scene.test.refusal {
                        _ = try await scene.test.lake.viewing.frame(uid, 1, principal: scene.people.custodian)
                    } == .offloaded)
                #expect(
                    await scene.test.refusal {
                        _ = try await scene.test.lake.originals.original(
                            uid, reason: "test", principal: scene.people.custodian)
                    } == .offloaded)
            }
            let page = try await scene.test.lake.catalog.studies(
                StudyFilter(), order: .date, cursor: nil, limit: 10, principal: scene.people.custodian)
            #expect(page.studies.map(\.local) == ["offloaded"])
            let report = try await scene.test.lake.fsck.run(deep: true, principal: scene.people.operator)
            #expect(report.problems == [])
            #expect(report.offloaded == 3)
            let back = try await scene.restore()
            #expect(back.job?.error == nil)
            #expect(back.local == "here")
            try await scene.checkOriginals()
            _ = try await scene.test.lake.viewing.frame(scene.uids[0], 1, principal: scene.people.custodian)
            try scene.checkNothingWaits()
            // And again.
            #expect(try await scene.archive(offload: true).local == "offloaded")
            #expect(try await scene.restore().local == "here")
            try await scene.checkOriginals()
        }
    }

    @Test func withoutAnAgreementPatchesStay() async throws {
        try await with { scene in
            let away = try await scene.archive("plain", offload: true)
            #expect(away.copies.first?.hasPatches == false)
            #expect(away.local == "offloaded")
            let patches = try await scene.test.count(
                "SELECT count(*) FROM instance WHERE patch_here AND NOT object_here")
            #expect(patches == 3)
            #expect(try await scene.restore().local == "here")
            try await scene.checkOriginals()
        }
    }

    @Test(arguments: FailingBackend.Step.allCases)
    func aBackendThatFailsCostsNothing(_ step: FailingBackend.Step) async throws {
        try await with { scene in
            scene.vault.failing.withLock { $0 = step }
            let failed = try await scene.archive(offload: true)
            #expect(failed.job?.state == "failed")
            #expect(failed.job?.error?.contains(step.rawValue) == true)
            #expect(failed.local == "here")
            #expect(!failed.isArchived)
            try await scene.checkOriginals()
            scene.vault.failing.withLock { $0 = nil }
            let done = try await scene.archive(offload: true)
            #expect(done.job?.error == nil)
            #expect(done.local == "offloaded")
            scene.vault.failing.withLock { $0 = .afterFetch }
            let kept = try await scene.restore()
            #expect(kept.job?.state == "failed")
            #expect(kept.local == "offloaded")
            scene.vault.failing.withLock { $0 = nil }
            #expect(try await scene.restore().local == "here")
            try await scene.checkOriginals()
            try scene.checkNothingWaits()
        }
    }

    @Test func aCopyThatWasChangedIsNotBelieved() async throws {
        try await with { scene in
            _ = try await scene.archive(offload: true)
            let file = URL(fileURLWithPath: try #require(scene.vault.files.first))
            let whole = try Data(contentsOf: file)
            for cut in [whole.count / 2, whole.count - 1, 30, 0] {
                try whole.prefix(cut).write(to: file)
                let failed = try await scene.restore()
                #expect(failed.local == "offloaded" && failed.job?.state == "failed")
            }
            var changed = whole
            changed[whole.count / 2] ^= 1
            try changed.write(to: file)
            #expect(try await scene.restore().local == "offloaded")
            try FileManager.default.removeItem(at: file)
            #expect(try await scene.restore().job?.error?.contains("not there") == true)
            try whole.write(to: file)
            #expect(try await scene.restore().local == "here")
            try await scene.checkOriginals()
        }
    }

    @Test func aSecondCopyStandsInForTheFirst() async throws {
        try await with { scene in
            _ = try await scene.archive("vault")
            // The same bundle does not go where there is no agreement: another one does.
            let both = try await scene.archive("plain")
            #expect(Set(both.copies.compactMap(\.cid)).count == 2)
            #expect(Set(both.copies.compactMap(\.backend)) == ["vault", "plain"])
        }
    }

    @Test func imagesThatComeMeanwhileAreNotErased() async throws {
        try await with { scene in
            let test = scene.test
            var late = scene.images[0]
            late.instance += ".9"
            late.number = 9
            late.seed = 99
            let image = late
            scene.vault.during.withLock { $0 = { _ = try? await test.bring([image]) } }
            let state = try await scene.archive(offload: true)
            #expect(state.local == "here")
            #expect(state.job?.error?.contains("archive it again") == true)
            scene.vault.during.withLock { $0 = nil }
            let again = try await scene.archive(offload: true)
            #expect(again.local == "offloaded")
            #expect(again.copies.count == 2)
        }
    }

    @Test func imagesThatComeAfterwardsCanBeRead() async throws {
        try await with { scene in
            _ = try await scene.archive(offload: true)
            var late = scene.images[0]
            late.instance += ".9"
            late.seed = 99
            let verdict = try await scene.test.bring([late])[0]
            let uid = try #require(verdict.instance)
            _ = try await scene.test.lake.viewing.frame(uid, 1, principal: scene.people.custodian)
            // The old ones cannot be packed with it, and come back.
            #expect(try await scene.archive().job?.error?.contains("bring it back first") == true)
            #expect(try await scene.restore().local == "here")
            let report = try await scene.test.lake.fsck.run(deep: true, principal: scene.people.operator)
            #expect(report.problems == [] && report.rebuilt == 4)
        }
    }

    @Test func twoAtOnceAreOne() async throws {
        try await with { scene in
            let lake = scene.test.lake
            let (study, custodian) = (scene.study, scene.people.custodian)
            let codes = await withTaskGroup(of: LakeError.Code?.self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        await scene.test.refusal {
                            _ = try await lake.archive.archive(study, backend: "vault", principal: custodian)
                        }
                    }
                }
                var codes: [LakeError.Code?] = []
                for await code in group { codes.append(code) }
                return codes
            }
            await lake.archive.settle()
            #expect(codes.contains(nil))
            #expect(codes.allSatisfy { $0 == nil || $0 == .conflict })
            let states = try await scene.status().copies.map(\.state)
            #expect(states == ["verified"])
            #expect(scene.vault.calls.withLock { $0 } == ["store", "fetch"])
        }
    }

    @Test func aKeyThatIsLostIsSaid() async throws {
        try await with { scene in
            _ = try await scene.archive(offload: true)
            let key = try #require(
                try await scene.test.database?.single("SELECT key_wrapped FROM archive_bundle").decode(
                    "key_wrapped", as: [UInt8].self))
            try await scene.test.database?.execute("UPDATE archive_bundle SET key_wrapped = NULL", [])
            #expect(try await scene.restore().job?.error?.contains("key of this bundle was destroyed") == true)
            var wrong = key
            wrong[40] ^= 1
            try await scene.test.database?.execute("UPDATE archive_bundle SET key_wrapped = $1", [wrong])
            #expect(try await scene.restore().job?.error?.contains("key of this bundle cannot be opened") == true)
            try await scene.test.database?.execute("UPDATE archive_bundle SET key_wrapped = $1", [key])
            #expect(try await scene.restore().local == "here")
        }
    }

    @Test func lostLocalBytesComeBackByCID() async throws {
        try await with { scene in
            _ = try await scene.archive()
            // A disk that forgot what was written to it.
            let objects = URL(fileURLWithPath: scene.test.configuration.dataDirectory + "/objects")
            for file in try FileManager.default.contentsOfDirectory(at: objects, includingPropertiesForKeys: nil)
            where file.lastPathComponent.contains(".seg") || file.pathExtension != "" {
                guard let handle = try? FileHandle(forWritingTo: file) else { continue }
                let size = try handle.seekToEnd()
                guard size > 4096 else { continue }
                try handle.seek(toOffset: 600)
                try handle.write(contentsOf: Data(count: 2000))
                try handle.close()
            }
            let found = try await scene.test.lake.fsck.run(principal: scene.people.operator)
            #expect(!found.problems.isEmpty)
            let mended = try await scene.test.lake.fsck.run(restoring: true, principal: scene.people.operator)
            #expect(mended.restoring == 1)
            await scene.test.lake.archive.settle()
            #expect(try await scene.status().local == "here")
            for (uid, image) in zip(scene.uids, scene.images) {
                let back = try await scene.test.lake.originals.original(
                    uid, reason: "test", principal: scene.people.custodian)
                #expect(try back.read(0..<back.count) == image.bytes)
            }
        }
    }

    @Test func theKeyOpensTheBundleWithoutTheLake() async throws {
        try await with { scene in
            let state = try await scene.archive()
            let key = try await scene.test.lake.archive.key(
                scene.study, reason: "a test", principal: scene.people.custodian)
            #expect(key.cid == state.copies.first?.cid)
            let reader = try ColdArchiveReader(try #require(scene.vault.files.first), root: CID(text: key.cid))
            let age = AgeDecryptor(try AgeIdentity(text: key.identity))
            var plaintext: [UInt8] = []
            while let run = try reader.next() { plaintext += try age.append(run).array }
            plaintext += try age.finish().array
            #expect(plaintext.starts(with: "manifest.json".utf8))
            #expect(plaintext.count % 512 == 0)
            #expect(
                await scene.test.refusal {
                    _ = try await scene.test.lake.archive.key(
                        scene.study, reason: " ", principal: scene.people.custodian)
                } == .invalid)
            let events = try await scene.test.lake.accessLog.accesses(
                study: scene.study, principal: scene.people.auditor)
            #expect(events.contains { $0.kind == .archiveKey && $0.purpose == "a test" })
            #expect(events.contains { $0.kind == .archiveVerified })
        }
    }

    @Test func whoMayWhat() async throws {
        try await with { scene in
            let lake = scene.test.lake
            let researcher = try await scene.test.person("rosa", [.researcher])
            _ = try await scene.archive(offload: true)
            for other in [scene.people.stranger, scene.people.technologist, scene.people.auditor] {
                #expect(
                    await scene.test.refusal { _ = try await lake.archive.status(scene.study, principal: other) }
                        == .notFound)
                #expect(
                    await scene.test.refusal { try await lake.archive.restore(scene.study, principal: other) }
                        == .notFound)
            }
            for other in [researcher, scene.people.stranger] {
                #expect(
                    await scene.test.refusal {
                        try await lake.archive.archive(scene.study, backend: "vault", principal: other)
                    } == .notFound)
                #expect(
                    await scene.test.refusal {
                        _ = try await lake.archive.key(scene.study, reason: "x", principal: other)
                    } == .notFound)
                #expect(try await lake.archive.list(principal: other).studies == [])
            }
            let seen = try await lake.archive.status(scene.study, principal: researcher)
            #expect(seen.local == "offloaded" && seen.isArchived)
            #expect(seen.backends == nil)
            #expect(
                seen.copies.allSatisfy { $0.cid == nil && $0.backend == nil && $0.pieceV2 == nil && $0.bytes == nil })
            #expect(try await lake.archive.list(principal: scene.people.custodian).studies.count == 1)
            // Who may look at it may have it back.
            try await lake.archive.restore(scene.study, principal: researcher)
            await lake.archive.settle()
            #expect(try await scene.status().local == "here")
            #expect(
                await scene.test.refusal {
                    try await lake.archive.archive(scene.study, backend: "none", principal: scene.people.custodian)
                } == .invalid)
            #expect(
                await scene.test.refusal {
                    try await lake.archive.archive("1.2\0", backend: "vault", principal: scene.people.custodian)
                } == .notFound)
        }
    }

    @Test func nothingLeavesWithoutConfiguration() async throws {
        func change(_ configuration: inout LakeConfiguration) { configuration.archive = ArchiveConfiguration() }
        try await with(change: change) { scene in
            #expect(
                await scene.test.refusal {
                    try await scene.test.lake.archive.archive(scene.study, principal: scene.people.custodian)
                } == .invalid)
        }
    }

    @Test func whatIsErasedLeavesItsBackends() async throws {
        try await with { scene in
            _ = try await scene.archive(offload: true)
            #expect(scene.vault.files.count == 1)
            // What an erasure does to the archive's tables, in its own transaction.
            try await scene.test.database?.execute("UPDATE archive_bundle SET key_wrapped = NULL", [])
            try await scene.test.database?.execute("UPDATE archive_copy SET state = 'removing'", [])
            try await scene.test.lake.archive.removeCopies()
            #expect(scene.vault.files == [])
            #expect(try await scene.test.count("SELECT count(*) FROM archive_copy WHERE state = 'removed'") == 1)
            #expect(try await scene.restore().local == "offloaded")
        }
    }
}
