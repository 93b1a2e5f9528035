internal import Vault

/// What signs in to a service: one line in a file. It never stands in an argument, a variable or a log.
struct Credential {
    private let file: SecretFile
    private let range: Range<Int>

    /// - Parameter name: what it is, for people.
    init(_ path: String, name: String) throws(KeyManagementError) {
        guard path.hasPrefix("/") else {
            throw KeyManagementError(.invalid, "the \(name) file \(path) is not named from the root")
        }
        do throws(VaultError) { file = try SecretFile.read(path, upTo: 4096) } catch {
            let reason = error.code == .keyMalformed ? "it is longer than any" : error.reason
            throw KeyManagementError(
                .missing,
                "the \(name) file \(path) gives no \(name): \(reason.replacing("the key file", with: "the file"))")
        }
        let bytes = file.bytes
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
        let start = bytes.firstIndex { !isSpace($0) } ?? bytes.count
        let end = (bytes.lastIndex { !isSpace($0) } ?? start - 1) + 1
        guard start < end, !bytes[start..<end].contains(where: { $0 < 0x20 }) else {
            throw KeyManagementError(.missing, "the \(name) file \(path) gives no \(name): one line is wanted")
        }
        range = start..<end
    }

    var isOpenToOthers: Bool { file.isOpenToOthers }

    /// Lends the bytes to `body`, which must not keep or print them.
    func withBytes<R, E: Error>(_ body: (ArraySlice<UInt8>) throws(E) -> R) throws(E) -> R {
        try body(file.bytes[range])
    }
}
