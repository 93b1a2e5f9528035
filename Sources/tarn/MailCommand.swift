import ArgumentParser
import Foundation
import Mail

/// `tarn mail`: what a lake without a mail server would have sent.
struct MailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mail",
        abstract: "Show mail that was written to DATA/mail, where no --smtp takes it.",
        discussion: """
            Example:  tarn mail --data ./lake
                      tarn mail show --latest --data ./lake
            """,
        subcommands: [List.self, Show.self, DigestCommand.self], defaultSubcommand: List.self)

    /// One mail as JSON.
    private struct Mail: Encodable {
        let id: Int64
        let file: String
        let date: String
        let from: String
        let to: String
        let subject: String
        let unsubscribe: String?
        /// Not in lists.
        let text: String?

        init(_ entry: MailDirectory.Entry, _ message: WrittenMessage, withText: Bool) {
            id = entry.id
            file = entry.file
            (date, from, to, subject) = (message.date, message.from, message.to, message.subject)
            unsubscribe = message.unsubscribeURL
            text = withText ? message.text : nil
        }
    }

    /// Whose mail it is.
    struct DirectoryOption: ParsableArguments {
        @Option(help: "The lake's directory.") var data: String
        /// As every command of a lake takes it; mail that was written is not sealed.
        @OptionGroup(visibility: .hidden) var key: MasterKeyOption

        /// - Throws: where there is no lake.
        func open() throws -> MailDirectory {
            guard InstanceFiles.isLake(data) else { throw ClientError("\(data): there is no lake here") }
            return MailDirectory(path: data + "/mail")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "All mail, oldest first.", discussion: "Example:  tarn mail --data ./lake")

        @Flag(help: "One JSON object a line.") var json = false
        @OptionGroup var directory: DirectoryOption

        func run() async throws {
            let mails = try directory.open()
            let entries = try mails.entries()
            if entries.isEmpty { Terminal.say("no mail was written here; with --smtp it is sent") }
            for entry in entries {
                let message = try mails.read(entry)
                if json {
                    try Terminal.printJSON(Mail(entry, message, withText: false))
                } else {
                    Terminal.print("\(entry.id)  \(message.date)  \(message.to)  \(message.subject)")
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "One mail.", discussion: "Example:  tarn mail show 3 --data ./lake")

        @Argument(help: "Its number in the list.") var id: Int64?
        @Flag(help: "The newest one.") var latest = false
        @Flag(help: "As JSON.") var json = false
        @OptionGroup var directory: DirectoryOption

        func validate() throws {
            guard (id == nil) == latest else { throw ValidationError("name the mail: its number, or --latest") }
        }

        func run() async throws {
            let mails = try directory.open()
            let entries = try mails.entries()
            guard let entry = latest ? entries.last : entries.first(where: { $0.id == id }) else {
                throw ClientError(latest ? "there is no mail" : "there is no mail with this number")
            }
            let message = try mails.read(entry)
            guard !json else {
                try Terminal.printJSON(Mail(entry, message, withText: true))
                return
            }
            let header = [
                "From: \(message.from)", "To: \(message.to)", "Date: \(message.date)", "Subject: \(message.subject)",
            ]
            Terminal.print((header + ["", message.text]).joined(separator: "\n"))
        }
    }
}
