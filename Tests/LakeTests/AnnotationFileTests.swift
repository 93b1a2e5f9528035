import ByteIO
import Foundation
import Lake
import Testing
import Vault

/// Label sets as files, and what anybody can check of them.
@Suite struct AnnotationFileTests {
    private func object(_ bytes: Bytes) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(bytes.array)) as? [String: Any])
    }

    /// SHA-256 of a JSON value without white space and with sorted members, made by Foundation and not by the lake.
    private func digest(_ value: Any) throws -> String {
        let data = try JSONSerialization.data(withJSONObject: value, options: [.sortedKeys, .withoutEscapingSlashes])
        return SHA256.of(Bytes([UInt8](data))).array.hexadecimal
    }

    @Test func `the chain of digests is computed again from the file, and shows what was changed`() async throws {
        try await TestLake.with { test in
            let place = try await AnnotatedPlace(test)
            let second = try await AnnotatedPlace.bring(AnnotationPhantom(), place.lake)
            let mark = place.mark(note: "a \"quoted\" note / größer\nnext line")
            let one = try await place.save([mark, place.mark(.length)], "first")
            var elsewhere = place.mark(.point, [[12.25, 9.5]])
            elsewhere.instance = second.image
            try await place.save([elsewhere], "second", study: second.study, by: place.bob)
            try await place.save([mark])
            let back = try await place.lake.labels.restore(
                version: 1, of: place.study, in: place.set, message: "back",
                ifMatch: try await place.present().tag, principal: place.bob)
            let file = try object(try await place.lake.labels.freeze(set: place.set, principal: place.annie).json)
            let history = try #require(file["history"] as? [[String: Any]])
            #expect(history.count == 4)
            func check(_ history: [[String: Any]]) throws -> Bool {
                var parent: Any = NSNull()
                for record in history {
                    var record = record
                    let said = record.removeValue(forKey: "digest") as? String
                    guard (parent as? String) == (record["parent"] as? String), try digest(record) == said else {
                        return false
                    }
                    parent = said ?? ""
                }
                return (parent as? String) == (file["digest"] as? String)
            }
            #expect(try check(history))
            #expect(file["digest"] as? String == back.commit?.digest)
            for (index, name, value) in [
                (1, "author", "annie"), (2, "message", "x"), (0, "at", "2020-01-01T00:00:00Z"),
            ] {
                var forged = history
                forged[index][name] = value
                #expect(try !check(forged), "\(name)")
            }
            var shortened = history
            shortened.remove(at: 1)
            #expect(try !check(shortened))

            // The states are what the newest records of their studies say.
            for study in try #require(file["studies"] as? [[String: Any]]) {
                let uid = try #require(study["study"] as? String)
                let record = try #require(history.last { $0["study"] as? String == uid })
                #expect(record["version"] as? Int == study["version"] as? Int)
                let stored = try #require(study["annotations"] as? [[String: Any]]).map { annotation in
                    annotation.filter { $0.key != "derived" }
                }
                #expect(try digest(stored) == record["content"] as? String)
            }
            #expect(one.commit?.digest == history[0]["digest"] as? String)
        }
    }

    @Test func `the same version is the same bytes, whatever happened since`() async throws {
        try await TestLake.with { test in
            let place = try await AnnotatedPlace(test)
            try await place.save([place.mark(note: "=1+1"), place.mark(.ellipse), place.mark(.image)], "one")
            _ = try await place.lake.labels.tag("v1", in: place.set, principal: place.annie)
            let before = try await place.lake.labels.freeze(set: place.set, at: "v1", principal: place.annie)
            #expect(before.version == 1 && before.tag == "v1" && before.name == "Nodules" && before.project == "CT")
            try await place.save([place.mark()], "two")
            let list = try await place.lake.labels.list(project: "CT", principal: place.annie)
            _ = try await place.lake.labels.setList(
                project: "CT", list.labels.map { Label(name: $0.name, color: "#123456", retired: true) },
                ifMatch: list.tag, principal: place.annie)
            let after = try await place.lake.labels.freeze(set: place.set, at: "v1", principal: place.bob)
            #expect(after.json == before.json && after.csv == before.csv && after.digest == before.digest)
            let empty = try await place.lake.labels.freeze(set: place.set, at: "0", principal: place.bob)
            #expect(empty.digest.isEmpty)
            #expect((try object(empty.json)["studies"] as? [Any])?.isEmpty == true)
        }
    }

    @Test func `points are given in millimetres of the patient where the plane is known`() async throws {
        try await TestLake.with { test in
            let place = try await AnnotatedPlace(test)
            var phantom = AnnotationPhantom()
            phantom.spacing = nil
            let flat = try await AnnotatedPlace.bring(phantom, place.lake)
            // Half a sample in: the centre of the first one is where the file says the image is.
            try await place.save([place.mark(.length, [[0.5, 0.5], [4.5, 10.5]])])
            var mark = place.mark()
            mark.instance = flat.image
            try await place.save([mark], study: flat.study)
            let file = try object(try await place.lake.labels.freeze(set: place.set, principal: place.annie).json)
            let studies = try #require(file["studies"] as? [[String: Any]])
            #expect(studies.count == 2)
            for study in studies {
                let annotation = try #require((study["annotations"] as? [[String: Any]])?.first)
                let derived = try #require(annotation["derived"] as? [String: Any])
                if study["study"] as? String == place.study {
                    #expect(derived["patientPoints"] as? [[Double]] == [[-10, 20, 30], [-9, 25, 30]])
                    #expect(derived["series"] as? String == place.series)
                } else {
                    #expect(derived["patientPoints"] == nil)
                }
            }
        }
    }

    @Test func `of some studies only those are given, and of the others' commits no more than digests`() async throws {
        try await TestLake.with { test in
            let place = try await AnnotatedPlace(test)
            let other = try await AnnotatedPlace.bring(AnnotationPhantom(), place.lake)
            try await place.save([place.mark(note: "kept apart")], "secret message")
            var mark = place.mark(note: "asked for")
            mark.instance = other.image
            try await place.save([mark], "open", study: other.study)
            let id = try await test.count("SELECT id FROM study WHERE uid = '\(other.study)'")
            let files = try await place.lake.labels.freeze(
                set: place.set, studies: [Int64(id)], principal: place.annie)
            let (json, csv) = (String(decoding: files.json, as: UTF8.self), String(decoding: files.csv, as: UTF8.self))
            for text in [json, csv] {
                #expect(text.contains("asked for") && text.contains(other.study))
                #expect(!text.contains("kept apart") && !text.contains(place.study) && !text.contains("secret"))
            }
            let history = try #require(try object(files.json)["history"] as? [[String: Any]])
            #expect(history.count == 2 && history[0].keys.sorted() == ["digest", "version"])
            #expect(history[1]["parent"] as? String == history[0]["digest"] as? String)
        }
    }

    @Test func `cells that a spreadsheet would run are protected, and can be read back`() async throws {
        try await TestLake.with { test in
            let place = try await AnnotatedPlace(test)
            let notes = [
                "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "'=1", "'", "＝1", "a=b", "", " ",
                "\"=1\"", "a,b", "a\r\nb", "größer – 結節",
            ]
            try await place.save(notes.map { place.mark(note: $0) })
            let csv = String(
                decoding: try await place.lake.labels.freeze(set: place.set, principal: place.annie).csv, as: UTF8.self)
            let rows = Self.parse(csv)
            #expect(rows[0].count == 26 && rows[0][8] == "note")
            #expect(rows.dropFirst().map { $0[8].hasPrefix("'") ? String($0[8].dropFirst()) : $0[8] } == notes)
            for (row, note) in zip(rows.dropFirst(), notes) {
                #expect(row.count == 26)
                let isBare = row[8].unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false
                #expect(!isBare, "\(note)")
                #expect(row[7] == "Finding" && row[9...12] == ["10", "8", "20", "16"] && row[14] == "10")
                #expect(row[16] == "70" && row[17] == "30" && row[20] == "80" && row[21] == "HU")
            }
        }
    }

    /// RFC 4180, by scalars: a line break is two of them.
    private static func parse(_ text: String) -> [[String]] {
        var rows: [[String]] = []
        var row: [String] = []
        var cell = ""
        var isQuoted = false
        let scalars = Array(text.unicodeScalars)
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            if isQuoted {
                if scalar == "\"", index + 1 < scalars.count, scalars[index + 1] == "\"" {
                    cell.unicodeScalars.append("\"")
                    index += 1
                } else if scalar == "\"" {
                    isQuoted = false
                } else {
                    cell.unicodeScalars.append(scalar)
                }
            } else if scalar == "\"" {
                isQuoted = true
            } else if scalar == "," {
                row.append(cell)
                cell = ""
            } else if scalar == "\r", index + 1 < scalars.count, scalars[index + 1] == "\n" {
                rows.append(row + [cell])
                (row, cell) = ([], "")
                index += 1
            } else {
                cell.unicodeScalars.append(scalar)
            }
            index += 1
        }
        return rows
    }

    @Test func `studies are found by the labels they have now`() async throws {
        try await TestLake.with { test in
            let place = try await AnnotatedPlace(test)
            let other = try await AnnotatedPlace.bring(AnnotationPhantom(), place.lake)
            let more = try await place.lake.labels.create(project: "CT", name: "Second", principal: place.bob).id
            func found(_ label: String, _ person: Principal? = nil) async throws -> Set<String> {
                var filter = StudyFilter()
                filter.label = label
                return Set(
                    try await place.lake.catalog.studies(filter, principal: person ?? place.annie).studies.map(\.uid))
            }
            #expect(try await found("Finding").isEmpty)
            try await place.save([place.mark(), place.mark(.image, label: "Normal")])
            var mark = place.mark()
            mark.instance = other.image
            _ = try await place.lake.labels.save(
                [mark], of: other.study, in: more, ifMatch: "0", principal: place.bob)
            #expect(try await found("Finding") == [place.study, other.study])
            #expect(try await found("Normal") == [place.study])
            #expect(try await found("normal").isEmpty)
            #expect(try await found("%").isEmpty)
            let stranger = try await test.person("stan", [])
            #expect(try await found("Finding", stranger).isEmpty)
            try await place.save([])
            #expect(try await found("Finding") == [other.study])
            #expect(try await found("Normal").isEmpty)
            #expect(await refusalCode { _ = try await found("Finding\0") } == .invalid)
        }
    }

    @Test func `what was done is in the access history`() async throws {
        try await TestLake.with { test in
            let place = try await AnnotatedPlace(test)
            let saved = try await place.save([place.mark()])
            _ = try await place.lake.labels.tag("v1", in: place.set, principal: place.annie)
            _ = try await place.lake.labels.restore(
                version: 0, of: place.study, in: place.set, ifMatch: saved.state.tag, principal: place.bob)
            _ = try await place.lake.labels.file(.csv, of: place.set, principal: place.bob)
            let master = try await place.lake.accounts.operatorPrincipal()
            let project = try await place.lake.projects.project("CT", principal: master)
            let events = try await place.lake.accessLog.events(project: project, principal: master)
            let kinds = Set(events.map { "\($0.account) \($0.kind.rawValue)" })
            #expect(
                kinds.isSuperset(of: [
                    "annie labels.create", "annie labels.read", "annie labels.save", "annie labels.tag",
                    "bob labels.restore", "bob labels.download",
                ]))
            #expect(events.first { $0.kind == .labelsSave }?.study == place.study)
        }
    }
}
