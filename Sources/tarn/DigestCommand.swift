import ArgumentParser

/// `tarn mail digest`: makes the mails about what is new, now.
struct DigestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "digest",
        abstract: "Make the mails about what is new in what people follow.",
        discussion: """
            A running server does this by itself, every ten minutes for those that are due: on every day, or on Mondays,
            at six o'clock (UTC). Where nothing is new no mail is made. Links in the mails begin with the server's
            --public-url, so ask the running one.

            Example:  tarn mail digest --all --data ./lake
            """)

    @Flag(help: "Also those whose day or week is not over yet.")
    var all = false

    @OptionGroup var lake: LakeOptions

    func run() async throws {
        struct Body: Encodable, Sendable { let all: Bool }
        struct Sent: Decodable, Sendable { let sent: Int }
        let body = Body(all: all)
        let answer = try await lake.withClient { client in
            try await client.send("POST", "/api/v1/digests", json: body).decoded(Sent.self)
        }
        Terminal.print(answer.sent == 1 ? "1 mail" : "\(answer.sent) mails")
    }
}
