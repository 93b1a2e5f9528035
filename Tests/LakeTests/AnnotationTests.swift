import Foundation
import Lake
import Postgres
import Testing

/// Label sets as people use them.
@Suite struct AnnotationTests {
    @Test func `what is saved is a commit with author, message, parent and what changed`() async throws {
        try await TestLake.with { test in
            let place = try await AnnotatedPlace(test)
            let empty = try await place.present()
            #expect(empty.version == 0 && empty.annotations.isEmpty && empty.digest == nil && empty.tag == "0")
            var finding = place.mark(note: "größer als 5 mm\n– 結節 👩🏽‍⚕️ e\u{301}")
            let length = place.mark(.length, label: "")
            let first = try await place.save([finding, length], "first look")
            let commit = try #require(first.commit)
            #expect(commit.version == 1 && commit.parent == nil && commit.kind == .save)
            #expect(commit.author == "annie" && commit.message == "first look" && commit.study == place.study)
            #expect(commit.digest.utf8.count == 64 && first.state.digest == commit.digest)
            #expect(commit.changes.added.map(\.id) == [finding.id, length.id])
            #expect(commit.changes.changed.isEmpty && commit.changes.removed.isEmpty)
            #expect(
                first.state.annotations.map { Array($0.note.utf8) } == [finding, length].map { Array($0.note.utf8) })

            finding.label = "Artefact"
            finding.points[1] = [21, 16]
            let key = place.mark(.image, label: "Normal")
            let second = try await place.save([finding, key], by: place.bob)
            let changes = try #require(second.commit).changes
            #expect(second.commit?.parent == 1 && second.commit?.author == "bob")
            #expect(changes.added.map(\.id) == [key.id] && changes.removed.map(\.id) == [length.id])
            #expect(changes.changed.map(\.what) == [[.geometry, .label]])
            #expect(try await place.present() == second.state)
        }
    }

    @Test func `every version can be read again, by number and by tag, and a tag never moves`() async throws {
        try await TestLake.with { test in
            let place = try await AnnotatedPlace(test)
            let labels = place.lake.labels
            let one = try await place.save([place.mark()], "one")
            let tag = try await labels.tag("v1.0", in: place.set, message: "for the paper", principal: place.annie)
            #expect(tag.version == 1 && tag.by == "annie")
            let two = try await place.save([place.mark(), place.mark(.point)], "two")
            func at(_ moment: String) async throws -> AnnotatedStudy {
                try await labels.study(place.study, in: place.set, at: moment, principal: place.bob)
            }
            #expect(try await at("1") == one.state)
            #expect(try await at("v1.0") == one.state)
            #expect(try await at("2") == two.state)
            #expect(try await at("0").annotations.isEmpty)
            for name in ["v1.0", "V1.0"] {
                #expect(
                    await refusalCode { _ = try await labels.tag(name, in: place.set, principal: place.bob) }
                        == .conflict)
            }
            for moment in ["3", "v2", "-1", "1e0", "99999999999", "", "v1.0\0", "../1"] {
                #expect(await refusalCode { _ = try await at(moment) } == .notFound, "\(moment)")
            }
            let set = try await labels.set(place.set, principal: place.bob)
            #expect(set.version == 2 && set.studies == 1 && set.annotations == 2 && set.tags == [tag])
        }
    }

    @Test func `a restore is a commit, and what it replaced stays`() async throws {
        try await TestLake.with { test in
            let place = try await AnnotatedPlace(test)
            let labels = place.lake.labels
            let one = try await place.save([place.mark(), place.mark(.ellipse)])
            let two = try await place.save([])
            #expect(try await labels.set(place.set, principal: place.annie).studies == 0)
            let back = try await labels.restore(
                version: 1, of: place.study, in: place.set, message: "not so fast", ifMatch: two.state.tag,
                principal: place.bob)
            #expect(back.commit?.kind == .restore && back.commit?.restoredFrom == 1 && back.commit?.version == 3)
            #expect(back.state.annotations == one.state.annotations)
            #expect(back.commit?.changes.added.count == 2)
            let none = try await labels.restore(
                version: 0, of: place.study, in: place.set, ifMatch: back.state.tag, principal: place.bob)
            #expect(none.state.annotations.isEmpty && none.commit?.restoredFrom == 0)
            #expect(
                await refusalCode {
                    _ = try await labels.restore(
                        version: 2, of: place.study, in: place.set, ifMatch: none.state.tag, principal: place.bob)
                } == .invalid, "the same again")
            #expect(
                await refusalCode {
                    _ = try await labels.restore(
                        version: 9, of: place.study, in: place.set, ifMatch: none.state.tag, principal: place.bob)
                } == .notFound)
            #expect(
                try await labels.study(place.study, in: place.set, at: "1", principal: place.annie) == one.state)
        }
    }

    @Test func `the history comes in pages, newest first, of the set or of a study`() async throws {
        try await TestLake.with { test in
            let place = try await AnnotatedPlace(test)
            let other = try await AnnotatedPlace.bring(AnnotationPhantom(), place.lake)
            var mark = place.mark(.image, label: "")
            for index in 0..<5 {
                mark.note = "\(index)"
                try await place.save([mark])
                if index == 2 {
                    var elsewhere = mark
                    elsewhere.instance = other.image
                    try await place.save([elsewhere], study: other.study)
                }
            }
            func versions(_ study: String?, limit: Int) async throws -> [Int] {
                var found: [Int] = []
                var cursor: String?
                repeat {
                    let page = try await place.lake.labels.commits(
                        of: place.set, study: study, cursor: cursor, limit: limit, principal: place.annie)
                    #expect(page.commits.count <= limit)
                    found += page.commits.map(\.version)
                    cursor = page.next
                } while cursor != nil
                return found
            }
            #expect(try await versions(nil, limit: 2) == [6, 5, 4, 3, 2, 1])
            #expect(try await versions(place.study, limit: 3) == [6, 5, 3, 2, 1])
            #expect(try await versions(other.study, limit: 50) == [4])
            #expect(
                await refusalCode {
                    _ = try await place.lake.labels.commits(of: place.set, cursor: "x", principal: place.annie)
                } == .invalid)
        }
    }

    @Test func `the same again makes no commit, but a message does`() async throws {
        try await TestLake.with { test in
            let place = try await AnnotatedPlace(test)
            let mark = place.mark()
            let one = try await place.save([mark], "one")
            #expect(try await place.save([mark]).state == one.state)
            let looked = try await place.save([mark], "looked at it again", by: place.bob)
            #expect(looked.commit?.version == 2 && looked.state.annotations == one.state.annotations)
            #expect(looked.commit?.changes.changed.isEmpty == true)
        }
    }

    @Test func `a draft is one's own, takes the place of the one before, and ends with the commit`() async throws {
        try await TestLake.with { test in
            let place = try await AnnotatedPlace(test)
            let labels = place.lake.labels
            #expect(try await labels.draft(of: place.study, in: place.set, principal: place.annie) == nil)
            let unfinished = place.mark(label: "")
            for note in ["one", "two"] {
                var draft = unfinished
                draft.note = note
                try await labels.keepDraft(
                    [draft], base: "\"0\"", of: place.study, in: place.set, principal: place.annie)
            }
            let draft = try #require(try await labels.draft(of: place.study, in: place.set, principal: place.annie))
            #expect(draft.base == "\"0\"" && draft.annotations.map(\.note) == ["two"])
            #expect(try await labels.draft(of: place.study, in: place.set, principal: place.bob) == nil)
            try await place.save([place.mark()], by: place.bob)
            #expect(try await labels.draft(of: place.study, in: place.set, principal: place.annie) == draft)
            try await place.save([place.mark()], by: place.annie)
            #expect(try await labels.draft(of: place.study, in: place.set, principal: place.annie) == nil)
            try await labels.keepDraft([], base: "x", of: place.study, in: place.set, principal: place.annie)
            try await labels.dropDraft(of: place.study, in: place.set, principal: place.annie)
            #expect(try await labels.draft(of: place.study, in: place.set, principal: place.annie) == nil)
        }
    }

    @Test func `a project's labels are added, changed and retired, and never taken away`() async throws {
        try await TestLake.with { test in
            let place = try await AnnotatedPlace(test)
            let labels = place.lake.labels
            let standard = try await labels.list(project: "ct", principal: place.bob)
            #expect(standard.labels.map(\.name) == ["Finding", "Normal", "Artefact"])
            let mark = place.mark(label: "Finding")
            try await place.save([mark])
            var changed = standard.labels + [Label(name: "Rundherd (≥ 3 mm)", color: "#AbCdEf")]
            changed[0] = Label(name: "Finding", color: "#000000", retired: true)
            let next = try await labels.setList(
                project: "CT", changed, ifMatch: standard.tag, principal: place.annie)
            #expect(next.version == 1 && next.labels[3].color == "#abcdef")
            #expect(try await labels.list(project: "CT", principal: place.bob) == next)
            func refused(_ list: [Label], _ tag: String) async -> LakeError.Code? {
                await refusalCode {
                    _ = try await labels.setList(project: "CT", list, ifMatch: tag, principal: place.bob)
                }
            }
            #expect(await refused(changed, standard.tag) == .stale)
            #expect(await refused(Array(changed.dropFirst()), next.tag) == .invalid, "taken away")
            #expect(await refused(changed + [Label(name: "FINDING", color: "#000000")], next.tag) == .invalid)
            #expect(await refused(changed + [Label(name: "x\ny", color: "#000000")], next.tag) == .invalid)
            #expect(await refused(changed + [Label(name: "x", color: "red")], next.tag) == .invalid)
            #expect(
                await refused(
                    changed + (0..<500).map { Label(name: "x\($0)", color: "#000000") }, next.tag) == .invalid)

            // Retired: it stays where it was, on that annotation, and nowhere else.
            var moved = mark
            moved.points[0] = [1, 1]
            try await place.save([moved, place.mark(label: "Rundherd (≥ 3 mm)")])
            #expect(await refusalCode { try await place.save([moved, place.mark(label: "Finding")]) } == .invalid)
            try await place.save([])
            #expect(await refusalCode { try await place.save([moved]) } == .invalid)
        }
    }

    @Test func `what was saved is there after a restart, and the database refuses to change it`() async throws {
        let directory = TestLake.temporary()
        var configuration: LakeConfiguration?
        let first = try await TestLake(in: directory)
        let place = try await AnnotatedPlace(first)
        let saved = try await place.save([place.mark(), place.mark(.length)], "kept")
        configuration = first.configuration
        for sql in [
            "UPDATE label_commit SET message = ''", "DELETE FROM label_commit", "TRUNCATE label_commit CASCADE",
            "DELETE FROM label_tag", "UPDATE label_set SET name = 'x'", "UPDATE label_set SET head = 7",
            "DELETE FROM label_set", "UPDATE label_list SET labels = '[]'",
            """
            INSERT INTO label_commit SELECT label_set_id, 3, 2, study_id, study_uid, author_id, author, at, kind,
                message, restored_from, content, content_digest, sha256('x'), annotations, changes FROM label_commit
            """,
            """
            INSERT INTO label_commit SELECT label_set_id, 2, 1, study_id, study_uid, author_id, author, at, kind,
                message, restored_from, '[]', content_digest, sha256('x'), annotations, changes FROM label_commit
            """,
        ] {
            await #expect(throws: (any Error).self, "\(sql)") { try await first.database?.execute(sql) }
        }
        await first.close()
        let again = try await Lake.open(try #require(configuration))
        let master = try await again.accounts.operatorPrincipal()
        let state = try await again.labels.study(place.study, in: place.set, principal: master)
        #expect(state == saved.state)
        await again.close()
        await first.remove()
    }
}
