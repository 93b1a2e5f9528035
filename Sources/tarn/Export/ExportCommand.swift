import ArgumentParser
import Foundation

/// `tarn export`: freezes a selection, and downloads it.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Freeze a selection of studies and download it as a ZIP archive with a manifest of digests.",
        discussion: """
            The download resumes where it broke off when the command is run again with --id. Afterwards every file is
            compared with the manifest.

            Example:  tarn export --project HEAD-CT --modality CT --from 2020-01-01 --output head-ct.zip --data ./lake
                      tarn export --project HEAD-CT --labels Lesions@v2 --output labelled.zip --data ./lake
                      tarn export --project HEAD-MR --deface --output heads.zip --data ./lake
                      tarn export --id 12 --output head-ct.zip --server https://lake.example.org
            Exit status: 0 done, 1 failed, 2 usage.
            """)

    @Option(help: "Code of the project.") var project: String?
    @Option(help: "An export that was frozen before.") var id: String?
    @Option(help: "Only these studies; may be repeated.") var study: [String] = []
    @Option(help: "CT, MR, …") var modality: String?
    @Option(help: "Body Part Examined.") var bodyPart: String?
    @Option(help: "First study date, YYYY-MM-DD.") var from: String?
    @Option(help: "Last study date, YYYY-MM-DD.") var to: String?
    @Option(help: "Youngest age in years.") var ageFrom: Int?
    @Option(help: "Oldest age in years.") var ageTo: Int?
    @Option(help: "F, M or O.") var sex: String?
    @Option(help: "Part of the study description.") var description: String?
    @Option(help: "Code of the subject.") var subject: String?
    @Option(help: "Studies that hold this label now.") var label: String?
    @Option(
        help: ArgumentHelp(
            "Take along a label set, at a tag or version or as it is now; may be repeated.", valueName: "name[@version]"
        ))
    var labels: [String] = []
    @Flag(
        help: ArgumentHelp(
            "Take the faces out of CT and MR of heads.",
            discussion: """
                The export holds new images of them, and faces.json says of which. What may show a face and cannot be \
                defaced safely is left out. This makes recognising somebody hard, not impossible.
                """))
    var deface = false
    @Option(help: "Where the archive goes; without it, it is frozen and not downloaded.") var output: String?
    @Flag(help: "The export as JSON on standard output.") var json = false
    @OptionGroup var lake: LakeOptions

    func validate() throws {
        guard (project == nil) != (id == nil) else { throw ValidationError("name --project, or --id of an export") }
        guard id == nil || !deface else {
            throw ValidationError("--deface goes with --project: an export that was frozen stays as it is")
        }
        for (option, text) in [("--from", from), ("--to", to)] where text.map(Self.isDate) == false {
            throw ValidationError("\(option) wants a date, YYYY-MM-DD")
        }
    }

    private static func isDate(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2], text.utf8.allSatisfy({ $0 == 0x2D || (0x30...0x39).contains($0) }) else {
            return false
        }
        let date = DateComponents(
            calendar: Calendar(identifier: .gregorian), year: Int(parts[0]), month: Int(parts[1]), day: Int(parts[2]))
        return date.isValidDate
    }

    struct Export: Codable, Sendable {
        let id: String
        let project: String
        let createdAt: String
        let studies: Int?
        let instances: Int
        let bytes: Int64
        let archiveBytes: Int64
        let manifestSHA256: String
        let labels: [Labels]
        let faces: Faces?

        struct Faces: Codable, Sendable {
            let method: Int
            let defaced: Int
            let leftOut: Int
        }

        struct Labels: Codable, Sendable {
            let set: String
            let name: String
            let version: Int
            let tag: String?
            let digest: String
            let folder: String
        }
    }

    private struct Request: Encodable {
        struct Filter: Encodable {
            let modality: String?
            let bodyPart: String?
            let from: String?
            let to: String?
            let ageFrom: Int?
            let ageTo: Int?
            let sex: String?
            let description: String?
            let subject: String?
            let label: String?
        }
        let project: String
        let filter: Filter
        let studies: [String]?
        let labels: [LabelSelection]?
        let deface: Bool?
    }

    /// How far faces are taken out.
    private struct Progress: Decodable {
        let ready: Int
        let of: Int
    }

    func run() async throws {
        // Nothing is frozen that could not be put anywhere.
        if let output { try Download.check(output) }
        let export = try await lake.withClient { client in
            let export = try await freeze(client)
            if let output { try await Download(export, to: output, server: client.server).run() }
            return export
        }
        if json {
            try Terminal.printJSON(export)
        } else {
            Terminal.print(
                "export \(export.id): \(export.instances) files, \(Terminal.size(export.bytes)), manifest \(export.manifestSHA256)"
            )
            if let faces = export.faces {
                Terminal.print(
                    "faces taken out of \(faces.defaced) series, \(faces.leftOut) series left out: see faces.json")
            }
            for labels in export.labels {
                Terminal.print("labels \(labels.name): version \(labels.version), digest \(labels.digest)")
            }
        }
    }

    private func freeze(_ client: Client) async throws -> Export {
        if let id { return try await client.send("GET", "/api/v1/exports/" + Client.escaped(id)).decoded(Export.self) }
        let request = Request(
            project: project ?? "",
            filter: .init(
                modality: modality, bodyPart: bodyPart, from: from, to: to, ageFrom: ageFrom, ageTo: ageTo, sex: sex,
                description: description, subject: subject, label: label),
            studies: study.isEmpty ? nil : study,
            labels: labels.isEmpty
                ? nil : try await LabelSelection.find(labels, project: project ?? "", client),
            deface: deface ? true : nil)
        var reply = try await client.send("POST", "/api/v1/exports", json: request)
        while reply.status == 202 {
            let progress = try reply.decoded(Progress.self)
            Terminal.progress("faces: \(progress.ready) of \(progress.of) series")
            reply = try await client.send("POST", "/api/v1/exports", json: request)
        }
        let export = try reply.decoded(Export.self)
        Terminal.say("export \(export.id) is frozen: \(export.instances) files, \(Terminal.size(export.archiveBytes))")
        return export
    }
}

/// Downloads an archive to `output` + `.part`, from where that ends, and gives it its name when it is whole.
private struct Download {
    private static let attempts = 10
    private let export: ExportCommand.Export
    private let output: String
    private let server: Server

    init(_ export: ExportCommand.Export, to output: String, server: Server) {
        (self.export, self.output, self.server) = (export, output, server)
    }

    func run() async throws {
        try Self.check(output)
        let (part, total) = (output + ".part", export.archiveBytes)
        for attempt in 1...Self.attempts {
            do {
                try await fetch(part, total)
            } catch let error as ClientError where error.status == 0 && attempt < Self.attempts {
                Terminal.say("\(error); going on in \(attempt) s")
                try await Task.sleep(for: .seconds(attempt))
                continue
            }
            break
        }
        guard Self.size(part) == total else {
            throw ClientError("\(part) is \(Self.size(part)) of \(total) bytes; run again with --id \(export.id)")
        }
        try await verify(part)
        guard rename(part, output) == 0 else { throw ClientError("\(output): \(String(cString: strerror(errno)))") }
    }

    /// - Throws: where `output` is there already, or its folder is not or cannot be written to.
    static func check(_ output: String) throws {
        var status = stat()
        guard lstat(output, &status) != 0 else { throw ClientError("\(output) is there already") }
        let folder = output.lastIndex(of: "/").map { $0 == output.startIndex ? "/" : String(output[..<$0]) } ?? "."
        guard access(folder, W_OK | X_OK) == 0 else {
            throw ClientError("\(folder): \(String(cString: strerror(errno)))")
        }
    }

    /// Compares every file with the manifest, before the archive gets its name. What is not as frozen is taken away.
    private func verify(_ part: String) async throws {
        let expected = export.manifestSHA256
        var problem: String?
        do {
            let report = try await Client.onThread {
                try ArchiveCheck.run(part) { done, total in
                    if done.isMultiple(of: 50) { Terminal.progress("checked \(done) of \(total)") }
                }
            }
            if let first = report.findings.first {
                problem = "\(first.path): \(first.reason)"
            } else if report.manifestSHA256 != expected {
                problem = "the manifest is another one"
            }
        } catch { problem = "\(error)" }
        guard let problem else { return }
        unlink(part)
        throw ClientError(
            "what was downloaded is not what was frozen (\(problem)); it was removed: run again with --id \(export.id)")
    }

    private static func size(_ path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }

    private func fetch(_ part: String, _ total: Int64) async throws {
        let (server, id, tag) = (server, export.id, export.manifestSHA256)
        try await Client.onThread {
            let descriptor = open(part, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else { throw ClientError(status: 1, "\(part): \(String(cString: strerror(errno)))") }
            defer { close(descriptor) }
            let have = Self.size(part)
            if have >= total { return }
            var call = HTTPTransfer.Call(target: "/api/v1/exports/\(Client.escaped(id))/archive.zip")
            if have > 0 { call.headers = ["Range: bytes=\(have)-", "If-Range: \"\(tag)\""] }
            var refusal: [UInt8] = []
            var written = have
            let answer = try HTTPTransfer(server).perform(call) { bytes, answer in
                guard answer.status == (have > 0 ? 206 : 200) else {
                    if refusal.count < 1 << 16 { refusal.append(contentsOf: bytes) }
                    return
                }
                try Self.write(bytes, to: descriptor, part)
                written += Int64(bytes.count)
                Terminal.progress("\(Terminal.size(written)) of \(Terminal.size(total))")
            }
            guard answer.status == (have > 0 ? 206 : 200) else {
                if answer.status == 200 { throw ClientError(status: 1, "\(part) belongs to another export; remove it") }
                throw Client.refusal(answer.status, refusal)
            }
        }
    }

    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ path: String) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw ClientError(status: 1, "\(path): \(String(cString: strerror(errno)))") }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }
}
