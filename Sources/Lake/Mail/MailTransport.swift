internal import Mail

/// The way out, for one round of mails. Blocking.
final class MailTransport {
    private enum Way {
        case directory(MailDirectory)
        case smtp(SMTPConnection)
    }

    private let way: Way
    private let sender: Mailbox

    init(_ configuration: LakeConfiguration) throws(MailError) {
        sender = configuration.site.sender
        switch configuration.site.transport {
        case .directory: way = .directory(MailDirectory(path: configuration.mailDirectory))
        case .smtp(let server): way = .smtp(try SMTPConnection(server))
        }
    }

    func send(_ envelope: Outbox.Envelope, id: Int64) throws(MailError) {
        let message = try MailMessage(
            from: sender, to: try EmailAddress(envelope.address), subject: envelope.letter.subject,
            text: envelope.letter.text, date: envelope.date, identifier: envelope.identifier,
            unsubscribeURL: envelope.letter.unsubscribeURL)
        switch way {
        case .directory(let directory): try directory.write(message, id: id)
        case .smtp(let connection): try connection.send(message)
        }
    }
}
