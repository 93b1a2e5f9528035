internal import CCurl

/// A connection to the server that takes mail, opened with the first mail and kept for the next. Blocking: give it a
/// thread, and not two at once.
public final class SMTPConnection {
    private let server: SMTPServer
    private let handle: UnsafeMutableRawPointer

    /// - Throws: `.server` when memory is short.
    public init(_ server: SMTPServer) throws(MailError) {
        guard let handle = tarn_curl_open() else { throw MailError(.server, "libcurl could not be started") }
        self.handle = handle
        self.server = server
    }

    deinit { tarn_curl_close(handle) }

    /// Sends one mail; when this returns, the server has taken it on.
    /// - Throws: `.server` where nothing of the mail left this machine but its sender's address; `.refused` where the
    ///   server refused recipient or content for good; `.refusedForNow`.
    public func send(_ message: MailMessage) throws(MailError) {
        let bytes = message.encoded()
        var answer = tarn_curl_mail_answer()
        var reason = [CChar](repeating: 0, count: 256)
        let code = withCStrings { url, authorities, user, password in
            message.from.address.description.withCString { from in
                message.to.description.withCString { to in
                    bytes.withUnsafeBufferPointer { buffer in
                        var mail = tarn_curl_mail(
                            url: url, ca_file: authorities, user: user, password: password, from: from, to: to,
                            message: buffer.baseAddress, length: buffer.count, sent: 0, stage: 0)
                        return tarn_curl_send_mail(handle, &mail, &answer, &reason)
                    }
                }
            }
        }
        guard code != 0 else { return }
        let words = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        throw failure(answer, words)
    }

    /// What failed, and whether it can be hoped that it will not.
    private func failure(_ answer: tarn_curl_mail_answer, _ words: String) -> MailError {
        // A server that wants a sign-in or TLS first says so with 530, 534, 535 or 538 (RFC 4954 §6): ours to set right.
        let isAboutUs = [530, 534, 535, 538].contains(answer.status)
        guard answer.stage > TARN_CURL_MAIL_BEFORE, !isAboutUs else { return MailError(.server, words) }
        guard (400..<600).contains(answer.status) else {
            return MailError(.refusedForNow, "the connection broke while the mail was sent")
        }
        let what = answer.stage == TARN_CURL_MAIL_RECIPIENT ? "the recipient" : "the content"
        return MailError(
            answer.status < 500 ? .refusedForNow : .refused, "it answered \(answer.status) to \(what)")
    }

    private func withCStrings<R>(
        _ body: (
            UnsafePointer<CChar>, UnsafePointer<CChar>?, UnsafePointer<CChar>?, UnsafePointer<CChar>?
        ) -> R
    ) -> R {
        func optional<T>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> T) -> T {
            guard let text else { return body(nil) }
            return text.withCString { body($0) }
        }
        return server.url.withCString { url in
            optional(server.authorities) { authorities in
                optional(server.user) { user in
                    optional(server.password) { password in body(url, authorities, user, password) }
                }
            }
        }
    }
}
