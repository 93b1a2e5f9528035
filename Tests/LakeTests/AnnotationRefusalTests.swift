import Foundation
import Lake
import Testing

/// Who may not, and what is not taken.
@Suite struct AnnotationRefusalTests {
    @Test func `each role may what the gate says, and for others there is nothing`() async throws {
        try await TestLake.with { test in
            let place = try await AnnotatedPlace(test)
            let labels = place.lake.labels
            try await place.save([place.mark()])
            let master = try await test.lake.accounts.operatorPrincipal()
            let other = try await test.lake.projects.create(code: "OTHER", name: "Other", principal: master)
            for role in Role.allCases {
                for isMember in [true, false] {
                    let person = try await test.person(
                        "\(role)-\(isMember)", [role], project: isMember ? "CT" : "OTHER")
                    func may(_ permission: Permission) -> LakeError.Code? {
                        let permissions = isMember ? Gate.table[role] ?? [] : []
                        if !permissions.contains(.view) { return .notFound }
                        return permissions.contains(permission) ? nil : .forbidden
                    }
                    let who: Comment = "\(role) \(isMember)"
                    let reads: [() async throws -> Void] = [
                        { _ = try await labels.list(project: "CT", principal: person) },
                        { _ = try await labels.set(place.set, principal: person) },
                        { _ = try await labels.study(place.study, in: place.set, principal: person) },
                        { _ = try await labels.commits(of: place.set, principal: person) },
                        { _ = try await labels.file(.json, of: place.set, principal: person) },
                        { _ = try await labels.freeze(set: place.set, principal: person) },
                    ]
                    for read in reads { #expect(await refusalCode(read) == may(.view), who) }
                    let present = try await place.present()
                    let writes: [() async throws -> Void] = [
                        {
                            _ = try await labels.create(
                                project: "CT", name: "By \(person.name)", principal: person)
                        },
                        {
                            _ = try await labels.save(
                                [place.mark()], of: place.study, in: place.set, ifMatch: present.tag, principal: person)
                        },
                        { _ = try await labels.tag("t-\(person.name)", in: place.set, principal: person) },
                        { _ = try await labels.draft(of: place.study, in: place.set, principal: person) },
                        {
                            try await labels.keepDraft(
                                [], base: "0", of: place.study, in: place.set, principal: person)
                        },
                    ]
                    for write in writes { #expect(await refusalCode(write) == may(.annotate), who) }
                    let list = try await labels.list(project: "CT", principal: place.annie)
                    #expect(
                        await refusalCode {
                            _ = try await labels.setList(
                                project: "CT", list.labels, ifMatch: list.tag, principal: person)
                        } == may(.curateLabels), who)
                    let sets = try await labels.sets(principal: person)
                    #expect(sets.contains { $0.id == place.set } == (may(.view) == nil), who)
                }
            }
            #expect(other.code == "OTHER")
        }
    }

    @Test func `an image of another study or project is no image, whoever holds it`() async throws {
        try await TestLake.with { test in
            let place = try await AnnotatedPlace(test)
            let master = try await test.lake.accounts.operatorPrincipal()
            try await test.lake.projects.create(code: "OTHER", name: "Other", principal: master)
            let sibling = try await AnnotatedPlace.bring(AnnotationPhantom(), place.lake)
            let foreign = try await AnnotatedPlace.bring(AnnotationPhantom(), project: "OTHER", place.lake)
            for image in [sibling.image, foreign.image, "1.2.3", "", "not a UID", "1\0", "'; DROP TABLE study"] {
                var mark = place.mark()
                mark.instance = image
                #expect(await refusalCode { try await place.save([mark]) } == .notFound, "\(image)")
            }
            // The operator sees all projects, and still a label set is one project's.
            for (study, set) in [
                (foreign.study, place.set), ("1.2.3", place.set), ("1\0", place.set),
                (place.study, UUID().uuidString), (place.study, "1"), (place.study, "'"),
            ] {
                #expect(
                    await refusalCode {
                        _ = try await place.lake.labels.save(
                            [], of: study, in: set, ifMatch: "0", principal: master)
                    } == .notFound, "\(study) \(set)")
                #expect(
                    await refusalCode { _ = try await place.lake.labels.study(study, in: set, principal: master) }
                        == .notFound)
            }
            #expect(try await place.present().version == 0)
        }
    }

    @Test func `what makes no sense is refused whole, and nothing is changed`() async throws {
        try await TestLake.with { test in
            let place = try await AnnotatedPlace(test)
            let good = place.mark()
            let before = try await place.save([good]).state
            func bad(_ change: (inout Annotation) -> Void) -> Annotation {
                var mark = place.mark()
                change(&mark)
                return mark
            }
            let others: [(String, Annotation)] = [
                ("no such label", bad { $0.label = "finding" }), ("no label", bad { $0.label = "" }),
                ("a long label", bad { $0.label = String(repeating: "x", count: 100_000) }),
                ("NUL in a label", bad { $0.label = "Finding\0" }), ("NUL", bad { $0.note = "a\0b" }),
                ("escape", bad { $0.note = "\u{1B}[31m" }), ("C1", bad { $0.note = "\u{85}" }),
                ("1001 characters", bad { $0.note = String(repeating: "x", count: 1001) }),
                ("1 MB", bad { $0.note = String(repeating: "x", count: 1 << 20) }),
                ("one character of many", bad { $0.note = "e" + String(repeating: "\u{301}", count: 1001) }),
                ("infinite", bad { $0.points[0][0] = .infinity }), ("no number", bad { $0.points[0][1] = .nan }),
                ("negative", bad { $0.points[0][0] = -0.001 }), ("beyond", bad { $0.points[1][0] = 64.001 }),
                ("below", bad { $0.points[1][1] = 48.001 }), ("far", bad { $0.points[1][1] = 1e300 }),
                ("three points", bad { $0.points.append([1, 1]) }), ("one", bad { $0.points.removeLast() }),
                ("of three", bad { $0.points[0].append(1) }), ("of none", bad { $0.points[0] = [] }),
                ("an image with points", bad { $0.type = .image }),
                ("frame 0", bad { $0.frame = 0 }), ("frame 2", bad { $0.frame = 2 }),
                ("frame -1", bad { $0.frame = -1 }), ("frame of all", bad { $0.frame = .max }),
                ("id", bad { $0.id = "1" }), ("id in capitals", bad { $0.id = UUID().uuidString }),
                ("id in braces", bad { $0.id = "{\(UUID().uuidString.lowercased())}" }),
                ("no id", bad { $0.id = "" }), ("the same id", bad { $0.id = good.id }),
            ]
            for (what, mark) in others {
                let code = await refusalCode { try await place.save([good, mark]) }
                #expect(code == (what.hasPrefix("frame") ? .notFound : .invalid), "\(what)")
            }
            #expect(
                await refusalCode {
                    try await place.save((0...2000).map { _ in place.mark(.image, label: "") })
                } == .invalid)
            #expect(await refusalCode { try await place.save([], String(repeating: "m", count: 1001)) } == .invalid)
            #expect(await refusalCode { try await place.save([], "bell \u{7}") } == .invalid)
            #expect(try await place.present() == before)
            let full = try await place.save((0..<2000).map { _ in place.mark(.image, label: "") }).state
            #expect(full.annotations.count == 2000)
        }
    }

    @Test func `names of label sets, tags and cursors that are none are refused`() async throws {
        try await TestLake.with { test in
            let place = try await AnnotatedPlace(test)
            let labels = place.lake.labels
            func make(_ name: String, _ description: String = "", project: String = "CT") async -> LakeError.Code? {
                await refusalCode {
                    _ = try await labels.create(
                        project: project, name: name, description: description, principal: place.annie)
                }
            }
            #expect(await make("nodules") == .conflict)
            #expect(await make("") == .invalid)
            #expect(await make("a\nb") == .invalid)
            #expect(await make(String(repeating: "x", count: 101)) == .invalid)
            #expect(await make("x", "\0") == .invalid)
            #expect(await make("x", project: "NONE") == .notFound)
            #expect(await make("x", project: "CT\0") == .notFound)
            #expect(await make("<script>alert(1)</script>") == nil)
            func tag(_ name: String, _ version: Int? = nil) async -> LakeError.Code? {
                await refusalCode {
                    _ = try await labels.tag(name, in: place.set, version: version, principal: place.annie)
                }
            }
            #expect(await tag("v1") == .invalid, "nothing was saved yet")
            try await place.save([place.mark()])
            for name in ["", "7", "-v", ".v", "v 1", "v/1", "v\n", "é", String(repeating: "v", count: 65), "v\0"] {
                #expect(await tag(name) == .invalid, "\(name)")
            }
            #expect(await tag("v1", 2) == .notFound)
            #expect(await tag("v1", -1) == .notFound)
            #expect(await tag("v1", 0) == .invalid)
            #expect(await tag("v1", 1) == nil)
        }
    }

    @Test func `a draft that could never be saved is refused`() async throws {
        try await TestLake.with { test in
            let place = try await AnnotatedPlace(test)
            func keep(_ base: String = "0", _ change: (inout Annotation) -> Void) async -> LakeError.Code? {
                var mark = place.mark()
                change(&mark)
                let draft = mark
                return await refusalCode {
                    try await place.lake.labels.keepDraft(
                        [draft], base: base, of: place.study, in: place.set, principal: place.annie)
                }
            }
            #expect(await keep { $0.note = "\0" } == .invalid)
            #expect(await keep { $0.label = "\0" } == .invalid)
            #expect(await keep { $0.instance = "\0" } == .invalid)
            #expect(await keep { $0.points[0][0] = .nan } == .invalid)
            #expect(await keep("") { _ in } == .invalid)
            #expect(await keep(String(repeating: "0", count: 201)) { _ in } == .invalid)
            #expect(await keep { $0.label = "" } == nil)
        }
    }
}
