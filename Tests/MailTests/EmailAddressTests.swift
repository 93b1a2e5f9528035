import Mail
import Testing

@Suite struct EmailAddressTests {
    @Test(arguments: ["ada@example.org", "a.b+c@sub.example.org", "o'brien@xn--bcher-kva.example", "x_y{z}~!@a-b.de"])
    func addressesAreTaken(_ text: String) throws {
        #expect(try EmailAddress(text).description == text)
    }

    @Test(arguments: [
        "", "@", "ada", "ada@", "@example.org", "ada@example", "ada@127.0.0.1", "ada@[127.0.0.1]", "ada@ex ample.org",
        "ada@example.org\r\nBcc: eve@example.org", "ada\r\n@example.org", "ada\0@example.org", "ada@example.org\0",
        "\"ada\"@example.org", "ada(comment)@example.org", "<ada@example.org>", "ada@example.org,eve@example.org",
        "a..b@example.org", ".a@example.org", "a.@example.org", "ada@-example.org", "ada@example-.org",
        "ada@example..org", "ada@.example.org", "ada@example.org.", "ada@b\u{FC}cher.example", "\u{E4}da@example.org",
        "a@b@example.org", "ada @example.org", " ada@example.org", "a|b@example.org", "a`b@example.org",
        String(repeating: "a", count: 65) + "@example.org", "a@" + String(repeating: "b", count: 64) + ".org",
        "a@" + String(repeating: "bcd.", count: 64) + "org",
    ])
    func whatCouldMislead(_ text: String) {
        #expect { try EmailAddress(text) } throws: {
            ($0 as? MailError)?.code == .address && (text.count < 4 || !"\($0)".contains(text))
        }
    }

    @Test func upperCaseIsLowerCase() throws {
        #expect(try EmailAddress("Ada.L@EXAMPLE.org") == EmailAddress("ada.l@example.org"))
    }
}
