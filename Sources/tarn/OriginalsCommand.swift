import ArgumentParser
import Foundation

/// `tarn originals`: files as they came in, given back from the lake.
struct OriginalsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "originals",
        abstract: "Get studies back from the lake as they came in, with who the patient is.",
        discussion: """
            Needs the permission identity.read, which the operator does not have: give --server and the token of a
            person. A few studies within a day are given at once; more wait until somebody else approves them. Each
            request can be downloaded once.

            Example:  tarn originals 2.25.4711 --project HEAD-CT --reason "second reading" --output back.zip \\
                          --server https://lake.example.org
                      tarn originals list
                      tarn originals approve 12
                      tarn originals get 12 --output back.zip
            """,
        subcommands: [Ask.self, List.self, Get.self, Approve.self, Decline.self, Withdraw.self],
        defaultSubcommand: Ask.self)

    /// A request as the API gives it.
    struct Request: Codable, Sendable {
        let id: Int64
        let project: String
        let by: String
        let at: String
        let reason: String
        let studies: Int
        let instances: Int64
        let needsSecondPerson: Bool
        let state: String
        let decidedBy: String?
        let decisionReason: String?
        let endsAt: String
        let mayDecide: Bool
        let mayDownload: Bool

        func say(json: Bool) throws {
            if json { return try Terminal.printJSON(self) }
            let decided = decidedBy.map { ", \($0)\(decisionReason.map { ": \($0)" } ?? "")" } ?? ""
            Terminal.print(
                "\(id)  \(project)  \(by)  \(at)  \(studies) studies, \(instances) images  \(state)\(decided)  \(reason)"
            )
        }
    }

    struct Requests: Decodable { let requests: [Request] }

    struct Ask: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ask",
            abstract: "Ask for studies, and download what needs no second person.",
            discussion: "Example:  tarn originals ask 2.25.4711 --project HEAD-CT --reason check --output back.zip")

        @Argument(help: ArgumentHelp("Study Instance UIDs in the lake.", valueName: "study")) var studies: [String] = []
        @Option(help: "Code of the project.") var project: String
        @Option(help: "All studies of this subject.") var subject: String?
        @Option(help: "Why; for who decides and for the ledger. Name nobody.") var reason: String
        @Option(help: "Where the ZIP archive goes.") var output: String?
        @Flag(help: "The request as JSON on standard output.") var json = false
        @OptionGroup var lake: LakeOptions

        func validate() throws {
            guard !studies.isEmpty || subject != nil else {
                throw ValidationError("name studies, or --subject")
            }
        }

        private struct Body: Encodable {
            struct Filter: Encodable { let subject: String? }
            let project: String
            let filter: Filter
            let studies: [String]?
            let reason: String
        }

        func run() async throws {
            if let output { try OriginalsDownload.check(output) }
            let body = Body(
                project: project, filter: .init(subject: subject), studies: studies.isEmpty ? nil : studies,
                reason: reason)
            let request = try await lake.withClient { client in
                let request = try await client.send("POST", "/api/v1/originals", json: body).decoded(Request.self)
                if let output, request.mayDownload {
                    try await OriginalsDownload(request.id, to: output, server: client.server).run()
                }
                return request
            }
            try request.say(json: json)
            if request.state == "waiting" {
                Terminal.say(
                    "a second person has to approve this: tarn originals approve \(request.id), with a token of theirs; "
                        + "then tarn originals get \(request.id)")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Who asked for what, newest first.", discussion: "Example:  tarn originals list --project HEAD-CT"
        )

        @Option(help: "Only of this project.") var project: String?
        @Flag(help: "One JSON object a line.") var json = false
        @OptionGroup var lake: LakeOptions

        func run() async throws {
            let query = project.map { "?project=" + Client.escaped($0) } ?? ""
            let all = try await lake.withClient {
                try await $0.send("GET", "/api/v1/originals" + query).decoded(Requests.self)
            }
            for request in all.requests { try request.say(json: json) }
            if all.requests.isEmpty, !json { Terminal.say("nobody asked") }
        }
    }

    struct Get: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "get",
            abstract: "Download what you asked for.", discussion: "Example:  tarn originals get 12 --output back.zip")

        @Argument(help: "Number of the request.") var id: Int64
        @Option(help: "Where the ZIP archive goes.") var output: String
        @OptionGroup var lake: LakeOptions

        func run() async throws {
            try OriginalsDownload.check(output)
            try await lake.withClient { try await OriginalsDownload(id, to: output, server: $0.server).run() }
        }
    }

    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "approve",
            abstract: "Approve what somebody else asked for.", discussion: "Example:  tarn originals approve 12")

        @Argument(help: "Number of the request.") var id: Int64
        @Flag(help: "The request as JSON on standard output.") var json = false
        @OptionGroup var lake: LakeOptions

        func run() async throws { try await decide("approve", id, nil, lake, json: json) }
    }

    struct Decline: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "decline",
            abstract: "Decline what somebody else asked for.",
            discussion: "Example:  tarn originals decline 12 --reason \"not needed\"")

        @Argument(help: "Number of the request.") var id: Int64
        @Option(help: "Why.") var reason: String
        @Flag(help: "The request as JSON on standard output.") var json = false
        @OptionGroup var lake: LakeOptions

        func run() async throws { try await decide("decline", id, reason, lake, json: json) }
    }

    struct Withdraw: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "withdraw",
            abstract: "Take your own request back.", discussion: "Example:  tarn originals withdraw 12")

        @Argument(help: "Number of the request.") var id: Int64
        @Flag(help: "The request as JSON on standard output.") var json = false
        @OptionGroup var lake: LakeOptions

        func run() async throws { try await decide("withdraw", id, nil, lake, json: json) }
    }
}

private func decide(
    _ what: String, _ id: Int64, _ reason: String?, _ lake: LakeOptions, json: Bool
) async throws {
    let body = reason.map { ["reason": $0] } ?? [:]
    let request = try await lake.withClient {
        try await $0.send("POST", "/api/v1/originals/\(id)/\(what)", json: body).decoded(OriginalsCommand.Request.self)
    }
    try request.say(json: json)
}

/// Downloads an archive, and gives it its name when every file in it is what its manifest says. Nobody else may read it.
private struct OriginalsDownload {
    private let id: Int64
    private let output: String
    private let server: Server

    init(_ id: Int64, to output: String, server: Server) { (self.id, self.output, self.server) = (id, output, server) }

    /// - Throws: where `output` is there already, or its folder cannot be written to.
    static func check(_ output: String) throws {
        var status = stat()
        guard lstat(output, &status) != 0 else { throw ClientError("\(output) is there already") }
        let folder = output.lastIndex(of: "/").map { $0 == output.startIndex ? "/" : String(output[..<$0]) } ?? "."
        guard access(folder, W_OK | X_OK) == 0 else {
            throw ClientError("\(folder): \(String(cString: strerror(errno)))")
        }
    }

    func run() async throws {
        let part = output + ".part"
        defer { unlink(part) }
        try await fetch(part)
        let report = try await Client.onThread { try ArchiveCheck.run(part) { _, _ in } }
        if let first = report.findings.first {
            throw ClientError("what was downloaded is damaged (\(first.path): \(first.reason)): try again")
        }
        guard rename(part, output) == 0 else { throw ClientError("\(output): \(String(cString: strerror(errno)))") }
        Terminal.say("\(output): it says who the patients are; keep it where nobody else can read it")
        guard let damaged = report.damaged, !damaged.isEmpty else { return }
        for file in damaged { Terminal.say("\(file.path): not in the archive: \(file.reason)") }
        throw ClientError(
            "\(damaged.count) files are damaged in the lake and could not be put back together: mend it, and ask for them "
                + "once more")
    }

    private func fetch(_ part: String) async throws {
        let (server, id) = (server, id)
        try await Client.onThread {
            let descriptor = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw ClientError("\(part): \(String(cString: strerror(errno)))") }
            defer { close(descriptor) }
            var refusal: [UInt8] = []
            var written: Int64 = 0
            let call = HTTPTransfer.Call(target: "/api/v1/originals/\(id)/archive.zip")
            let answer = try HTTPTransfer(server).perform(call) { bytes, answer in
                guard answer.status == 200 else {
                    if refusal.count < 1 << 16 { refusal.append(contentsOf: bytes) }
                    return
                }
                var rest = bytes
                while !rest.isEmpty {
                    let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
                    if count < 0, errno == EINTR { continue }
                    guard count > 0 else { throw ClientError("\(part): \(String(cString: strerror(errno)))") }
                    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                }
                written += Int64(bytes.count)
                Terminal.progress(Terminal.size(written))
            }
            guard answer.status == 200 else { throw Client.refusal(answer.status, refusal) }
        }
    }
}
