import Foundation
import Lake
import Testing

/// People who label at the same time.
@Suite struct AnnotationConflictTests {
    @Test func `of many who save the same study at once exactly one wins, and nobody's work is mixed in`() async throws
    {
        try await TestLake.with { test in
            let place = try await AnnotatedPlace(test)
            var people = [place.annie, place.bob]
            for index in 0..<6 { people.append(try await test.person("person\(index)", [.annotator])) }
            let base = try await place.present()
            let outcomes = try await withThrowingTaskGroup(of: (String, LakeError.Code?).self) { group in
                for person in people {
                    let mark = place.mark(note: person.name)
                    group.addTask {
                        let code = await refusalCode {
                            _ = try await place.lake.labels.save(
                                [mark], of: place.study, in: place.set, message: person.name, ifMatch: base.tag,
                                principal: person)
                        }
                        return (person.name, code)
                    }
                }
                return try await group.reduce(into: [String: LakeError.Code?]()) { $0[$1.0] = .some($1.1) }
            }
            let winners = outcomes.filter { $0.value == nil }.keys
            #expect(winners.count == 1)
            #expect(outcomes.values.filter { $0 == .stale }.count == people.count - 1)
            let present = try await place.present()
            #expect(present.version == 1 && present.author == winners.first)
            #expect(present.annotations.map(\.note) == Array(winners))

            // Who lost adds to what is there now: nothing is lost.
            let loser = try #require(people.first { $0.name != present.author })
            let merged = try await place.lake.labels.save(
                present.annotations + [place.mark(note: loser.name)], of: place.study, in: place.set,
                ifMatch: present.tag, principal: loser)
            #expect(merged.state.annotations.count == 2 && merged.commit?.version == 2)
        }
    }

    @Test func `other studies of the set do not conflict, and their commits are one line`() async throws {
        try await TestLake.with { test in
            let place = try await AnnotatedPlace(test)
            var studies: [(study: String, series: String, image: String)] = []
            for index in 0..<6 {
                var phantom = AnnotationPhantom()
                phantom.patientID = "PHANTOM-\(index)"
                studies.append(try await AnnotatedPlace.bring(phantom, place.lake))
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, target) in studies.enumerated() {
                    var mark = place.mark()
                    mark.instance = target.image
                    let (study, person, annotation) = (target.study, index < 3 ? place.annie : place.bob, mark)
                    group.addTask {
                        for round in 0..<4 {
                            var next = annotation
                            next.note = "\(round)"
                            let present = try await place.present(study)
                            _ = try await place.lake.labels.save(
                                [next], of: study, in: place.set, ifMatch: present.tag, principal: person)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let history = try await place.lake.labels.commits(of: place.set, limit: 500, principal: place.annie)
            #expect(history.commits.map(\.version) == Array((1...24).reversed()))
            let set = try await place.lake.labels.set(place.set, principal: place.annie)
            #expect(set.version == 24 && set.studies == 6 && set.annotations == 6)
        }
    }

    @Test func `an answer that was lost is given again, to the same person for the same content only`() async throws {
        try await TestLake.with { test in
            let place = try await AnnotatedPlace(test)
            let mark = place.mark()
            func send(_ note: String, _ person: Principal) async throws -> SavedAnnotations {
                var mark = mark
                mark.note = note
                return try await place.lake.labels.save(
                    [mark], of: place.study, in: place.set, message: "sent", ifMatch: "0", principal: person)
            }
            let first = try await send("a", place.annie)
            #expect(try await send("a", place.annie) == first)
            #expect(await refusalCode { _ = try await send("b", place.annie) } == .stale)
            #expect(await refusalCode { _ = try await send("a", place.bob) } == .stale)
            #expect(try await place.present().version == 1)
        }
    }

    @Test func `a restore of what somebody changed meanwhile is refused`() async throws {
        try await TestLake.with { test in
            let place = try await AnnotatedPlace(test)
            let one = try await place.save([place.mark()])
            try await place.save([place.mark()], by: place.bob)
            #expect(
                await refusalCode {
                    _ = try await place.lake.labels.restore(
                        version: 0, of: place.study, in: place.set, ifMatch: one.state.tag, principal: place.annie)
                } == .stale)
        }
    }

    @Test func `two who change the list of labels at once: one of them is told`() async throws {
        try await TestLake.with { test in
            let place = try await AnnotatedPlace(test)
            let base = try await place.lake.labels.list(project: "CT", principal: place.annie)
            let codes = await withTaskGroup(of: LakeError.Code?.self) { group in
                for (index, person) in [place.annie, place.bob].enumerated() {
                    group.addTask {
                        await refusalCode {
                            _ = try await place.lake.labels.setList(
                                project: "CT", base.labels + [Label(name: "New \(index)", color: "#112233")],
                                ifMatch: base.tag, principal: person)
                        }
                    }
                }
                return await group.reduce(into: [LakeError.Code?]()) { $0.append($1) }
            }
            #expect(codes.contains(nil) && codes.contains(.stale))
            #expect(try await place.lake.labels.list(project: "CT", principal: place.bob).labels.count == 4)
        }
    }
}
