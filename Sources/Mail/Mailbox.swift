/// Who a mail is from: an address and the name that is shown with it.
public struct Mailbox: Sendable, Hashable {
    /// Empty: only the address is shown.
    public let name: String
    public let address: EmailAddress

    public init(name: String = "", address: EmailAddress) {
        self.name = name
        self.address = address
    }

    /// `Name <address>` or `address`.
    /// - Throws: `.address`.
    public init(_ text: String) throws(MailError) {
        guard text.last == ">", let open = text.lastIndex(of: "<") else {
            self.init(address: try EmailAddress(text))
            return
        }
        var name = text[..<open]
        while name.last == " " { name.removeLast() }
        if name.count >= 2, name.first == "\"", name.last == "\"" { name = name.dropFirst().dropLast() }
        let isName = name.unicodeScalars.allSatisfy {
            $0.properties.generalCategory != .control && $0 != "<" && $0 != ">"
        }
        guard isName else { throw MailError(.address, "one sender has the form Name <address>") }
        self.init(name: String(name), address: try EmailAddress(String(text[text.index(after: open)...].dropLast())))
    }

    /// `Tarn <tarn@localhost>`: for mail that is only written to a directory.
    public static let ofThisMachine = Mailbox(name: "Tarn", address: .ofThisMachine)
}
