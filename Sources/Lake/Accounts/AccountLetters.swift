/// The words of mails about accounts. Links carry their secret in the fragment, which no server on the way sees, and
/// are used by a button on the page: a scanner that opens every link uses up none.
struct AccountLetters: Sendable {
    let site: SiteConfiguration

    /// To a new address: one link for each user name that was asked for.
    func confirm(_ links: [(name: String, token: String)]) -> Letter {
        let list = links.map { "User name \($0.name):\n\(site.publicURL)/verify#\($0.token)" }
        let text = """
            Somebody, probably you, asked for an account in this image lake with this e-mail address:
            \(site.publicURL)

            To make the account, open the link and confirm. It is good for 24 hours and works once.

            \(list.joined(separator: "\n\n"))

            If it was not you, or the user name is not the one that you chose, do nothing: without the link
            there is no account.
            """
        return Letter(subject: "Confirm your e-mail address", text: text)
    }

    /// To an address that has an account.
    func known(name: String) -> Letter {
        let text = """
            Somebody, probably you, gave this e-mail address to \(site.publicURL)
            It belongs to an account there already, and nothing was changed.

            Your user name is \(name). Sign in with it or with this address:
            \(site.publicURL)/

            If you forgot the password, ask for a new one:
            \(site.publicURL)/forgot
            """
        return Letter(subject: "You have an account already", text: text)
    }

    func reset(name: String, token: String) -> Letter {
        let text = """
            Somebody, probably you, asked for a new password for the account \(name) at
            \(site.publicURL)

            To set one, open the link. It is good for one hour and works once.

            \(site.publicURL)/reset#\(token)

            If it was not you, do nothing: your password stays as it is.
            """
        return Letter(subject: "Set a new password", text: text)
    }

    /// To the address that an account shall have.
    func address(name: String, token: String) -> Letter {
        let text = """
            The account \(name) at \(site.publicURL)
            shall have this e-mail address. To confirm that it is yours, open the link. It is good for 24 hours
            and works once.

            \(site.publicURL)/verify#\(token)

            If you do not know that account, do nothing.
            """
        return Letter(subject: "Confirm your e-mail address", text: text)
    }

    /// To the address that an account has.
    func addressNotice(name: String) -> Letter {
        let text = """
            Your account \(name) at \(site.publicURL)
            shall have another e-mail address, to which a link was sent. Until it is opened this address counts.

            If this was not you, somebody knows your password: set a new one now and tell an administrator.
            \(site.publicURL)/forgot
            """
        return Letter(subject: "Your e-mail address is about to change", text: text)
    }
}
