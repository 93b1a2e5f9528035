import ArgumentParser
import Foundation

/// `tarn held`: the queue of what may show a name in its pixels.
struct HeldCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "held",
        abstract: "List, black out, release or reject what is held for a look.",
        discussion: "Example:  tarn held list --data ./lake",
        subcommands: [List.self, Release.self, Reject.self, Approve.self, Approvals.self, Withdraw.self],
        defaultSubcommand: List.self)

    /// One of them.
    struct Item: Codable, Sendable {
        let id: Int64
        let project: String
        let reason: String
        let modality: String?
        let description: String?
        let frames: Int?
        let receivedAt: String
    }

    struct Items: Decodable { let items: [Item] }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "What waits, oldest first.",
            discussion: "Example:  tarn held list --project HEAD-CT --data ./lake")

        @Option(help: "Only of this project.") var project: String?
        @Flag(help: "One JSON object a line.") var json = false
        @OptionGroup var lake: LakeOptions

        func run() async throws {
            let query = project.map { "?project=" + Client.escaped($0) } ?? ""
            let items = try await lake.withClient {
                try await $0.send("GET", "/api/v1/held" + query).decoded(Items.self)
            }
            for item in items.items {
                if json {
                    try Terminal.printJSON(item)
                } else {
                    Terminal.print(
                        "\(item.id)  \(item.project)  \(item.modality ?? "-")  \(item.receivedAt)  \(item.reason)")
                }
            }
            if !json, items.items.isEmpty { Terminal.say("nothing is held") }
        }
    }

    struct Release: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "release",
            abstract: "Publish: the pixels show no name, or it is blacked out.",
            discussion: "Example:  tarn held release 12 --box 0,0,640,40 --data ./lake")

        @Argument(help: "Numbers from `tarn held list`.") var ids: [Int64]
        @Option(help: "Black out x,y,width,height in every frame before; may be given several times.")
        var box: [Box] = []
        @OptionGroup var lake: LakeOptions

        func run() async throws {
            let decision = Decision(regions: box.map(\.region))
            try await HeldCommand.each(ids, lake) {
                try await $0.send("POST", "/api/v1/held/\($1)/release", json: decision)
            }
        }
    }

    struct Reject: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reject",
            abstract: "Refuse: it stays sealed and is never published.",
            discussion: "Example:  tarn held reject 12 --reason \"name burned in\" --data ./lake")

        @Argument(help: "Numbers from `tarn held list`.") var ids: [Int64]
        @Option(help: "Why.") var reason: String
        @OptionGroup var lake: LakeOptions

        func run() async throws {
            let body = ["reason": reason]
            try await HeldCommand.each(ids, lake) { try await $0.send("POST", "/api/v1/held/\($1)/reject", json: body) }
        }
    }

    /// Does the same to each; one that fails does not stop the others.
    static func each(
        _ ids: [Int64], _ lake: LakeOptions, _ body: (Client, Int64) async throws -> Client.Reply
    ) async throws {
        let failures = try await lake.withClient { client in
            var failures = 0
            for id in ids {
                do {
                    _ = try await body(client, id)
                    Terminal.print("\(id) done")
                } catch {
                    failures += 1
                    Terminal.say("\(id): \(error)")
                }
            }
            return failures
        }
        if failures > 0 { throw ExitCode(1) }
    }
}
