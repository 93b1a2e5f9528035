import Foundation
import Lake
import Mail
import Postgres
import Testing

/// When mails are made, and how often.
@Suite struct DigestTests {
    @Test func onlyWhatIsDueIsToldAndTheNextIsDueAtSix() async throws {
        try await FollowedPlace.with { place in
            let database = try #require(place.test.database)
            for every in Subscription.Interval.allCases {
                _ = try await place.subscriptions.follow(
                    project: "CT", name: every.rawValue, every: every, principal: place.ada)
            }
            func due() async throws -> [String] {
                try await database.query(
                    """
                    SELECT to_char(due_at AT TIME ZONE 'UTC', 'HH24:MI') || CASE WHEN due_at > now() THEN ' later' ELSE ' now' END
                        || CASE WHEN due_at <= now() + CASE every WHEN 'day' THEN interval '1 day' ELSE interval '7 days' END
                            THEN '' ELSE ' too late' END
                        || CASE every WHEN 'week' THEN to_char(due_at AT TIME ZONE 'UTC', ' FMDay') ELSE '' END AS t
                    FROM subscription ORDER BY id
                    """
                ).map { try $0.decode("t") }
            }
            #expect(try await due() == ["06:00 later", "06:00 later Monday"])
            _ = try await place.test.bringStudies(1)
            try await Task.sleep(for: .milliseconds(1100))
            #expect(try await place.test.lake.digests.send(all: false, principal: place.root) == 0)
            try await database.execute(
                "UPDATE subscription SET due_at = now() - interval '1 minute' WHERE every = 'week'")
            #expect(try await place.test.lake.digests.send(all: false, principal: place.root) == 1)
            #expect(try await due() == ["06:00 later", "06:00 later Monday"])
            #expect(try await place.test.lake.digests.send(all: false, principal: place.root) == 0)
        }
    }

    @Test func ofManyServersOneMakesTheMail() async throws {
        try await FollowedPlace.with { place in
            for number in 0..<5 {
                _ = try await place.subscriptions.follow(
                    project: "CT", name: "\(number)", every: .day, principal: place.ada)
            }
            _ = try await place.test.bringStudies(1)
            try await Task.sleep(for: .milliseconds(1100))
            let sent = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await place.test.lake.digests.send(all: true, principal: place.root) }
                }
                return try await group.reduce(0, +)
            }
            let told = try await place.digests().count + sent
            #expect(told == 5)
            #expect(Set(try await place.test.mails().map(\.subject)).count == 5)
        }
    }

    @Test func whatIsStillOnItsWayIsToldWhenItIsThere() async throws {
        try await FollowedPlace.with { place in
            _ = try await place.test.bringStudies(2)
            try await Task.sleep(for: .milliseconds(1100))
            _ = try await place.subscriptions.follow(project: "CT", name: "CT", every: .day, principal: place.ada)
            #expect(try await place.digests().isEmpty)
            let database = try #require(place.test.database)
            // A study that bears the time at which a long transaction began.
            let (isOpen, open) = AsyncStream.makeStream(of: Void.self)
            let (mayCommit, commit) = AsyncStream.makeStream(of: Void.self)
            let slow = Task {
                try await database.transaction { connection in
                    try await connection.execute(
                        "UPDATE study SET created_at = now() WHERE id = (SELECT min(id) FROM study)")
                    open.finish()
                    for await _ in mayCommit {}
                }
            }
            for await _ in isOpen {}
            try await Task.sleep(for: .milliseconds(1100))
            #expect(try await place.digests().isEmpty)
            commit.finish()
            try await slow.value
            #expect(try await place.digests().first?.text.contains("  1 new study: CT 1\n") == true)
            #expect(try await place.digests().isEmpty)
        }
    }

    @Test func whoDoesNotOperateTheSiteMakesNone() async throws {
        try await FollowedPlace.with { place in
            #expect(
                await place.test.refusal {
                    _ = try await place.test.lake.digests.send(all: true, principal: place.ada)
                } == .notFound)
            let admin = try await place.test.person("boss", administrator: true)
            #expect(try await place.test.lake.digests.send(all: true, principal: admin) == 0)
        }
    }
}
