import ArgumentParser
import DICOMImaging
import Foundation

extension HeldCommand {
    /// What is sent with a release or an approval.
    struct Decision: Encodable, Sendable {
        var regions: [PixelRegion]
        var seen: [PixelRegion]?
        var note: String?
    }

    /// One version of an approval.
    struct Approval: Codable, Sendable {
        let id: Int64
        let project: String
        let alike: String
        let device: String
        let version: Int
        let isWithdrawn: Bool
        let regions: [PixelRegion]
        let seen: [PixelRegion]
        let note: String
        let author: String
        let at: String
        let instances: Int
    }

    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "approve",
            abstract: "Publish, and decide the same for all images like it.",
            discussion: """
                Like it are images of the same maker, model, size and kind: those that wait are published soon after, \
                those that come later as they come in. Where text is found outside of the boxes one waits all the same.
                Example:  tarn held approve 12 --box 0,0,640,40 --note "name in the top line" --data ./lake
                """)

        @Argument(help: "Number from `tarn held list`.") var id: Int64
        @Option(help: "Black out x,y,width,height in every frame; may be given several times.") var box: [Box] = []
        @Option(help: "Text at x,y,width,height was looked at and may stay.") var seen: [Box] = []
        @Option(help: "Why, for who looks at it later.") var note = ""
        @OptionGroup var lake: LakeOptions

        func run() async throws {
            let decision = Decision(regions: box.map(\.region), seen: seen.map(\.region), note: note)
            try await HeldCommand.each([id], lake) {
                try await $0.send("POST", "/api/v1/held/\($1)/approve", json: decision)
            }
        }
    }

    struct Approvals: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "approvals",
            abstract: "What was decided for all images that look alike, the newest first.",
            discussion: "Example:  tarn held approvals --project HEAD-CT --data ./lake")

        @Option(help: "Only of this project.") var project: String?
        @Flag(help: "One JSON object a line.") var json = false
        @OptionGroup var lake: LakeOptions

        func run() async throws {
            struct Answer: Decodable { let approvals: [Approval] }
            let query = project.map { "?project=" + Client.escaped($0) } ?? ""
            let answer = try await lake.withClient {
                try await $0.send("GET", "/api/v1/pixel-approvals" + query).decoded(Answer.self)
            }
            for one in answer.approvals {
                if json {
                    try Terminal.printJSON(one)
                    continue
                }
                let boxes = one.regions.map(\.description).joined(separator: " ")
                let what = one.isWithdrawn ? "withdrawn" : "boxes \(boxes.isEmpty ? "none" : boxes)"
                Terminal.print(
                    "\(one.alike)  \(one.project)  version \(one.version)  \(one.device)  \(what)  \(one.author)  \(one.at)"
                )
            }
            if !json, answer.approvals.isEmpty { Terminal.say("nothing is approved") }
        }
    }

    struct Withdraw: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "withdraw",
            abstract: "End an approval for what comes in from now on.",
            discussion: "Example:  tarn held withdraw 1a79a4d6 --project CT --reason \"another layout\" --data ./lake")

        @Argument(help: "Which images, as `tarn held approvals` says first.") var alike: String
        @Option(help: "The project.") var project: String
        @Option(help: "Why.") var reason: String
        @OptionGroup var lake: LakeOptions

        func run() async throws {
            let (target, body) = (
                "/api/v1/projects/\(Client.escaped(project))/pixel-approvals/\(Client.escaped(alike))/withdraw",
                ["reason": reason]
            )
            let approval = try await lake.withClient {
                try await $0.send("POST", target, json: body).decoded(Approval.self)
            }
            Terminal.print("withdrawn: \(approval.device)")
        }
    }
}

extension HeldCommand {
    /// x,y,width,height.
    struct Box: ExpressibleByArgument, Sendable {
        let region: PixelRegion

        init?(argument: String) {
            guard let region = PixelRegion(argument) else { return nil }
            self.region = region
        }
    }
}
