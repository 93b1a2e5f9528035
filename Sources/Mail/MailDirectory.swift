internal import Foundation

/// A directory of mails, one file each, for a site without a mail server: what would have been sent is read there.
/// Links in them work, so directory and files are their owner's only.
public struct MailDirectory: Sendable {
    public let path: String

    public init(path: String) { self.path = path }

    /// One file.
    public struct Entry: Sendable, Hashable {
        public let id: Int64
        /// Name of the file, which begins with the date.
        public let file: String
    }

    /// Writes a mail; it is whole and on the disk when this returns. The same mail again replaces itself.
    /// - Throws: `.directory`.
    public func write(_ message: MailMessage, id: Int64) throws(MailError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure() }
        let file = "\(path)/\(MailDate.compact(message.date))-\(id).eml"
        let temporary = "\(path)/.\(id).part"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure() }
        let bytes = message.encoded()
        let isWritten = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) } == bytes.count
        let isSynced = fsync(descriptor) == 0
        close(descriptor)
        guard isWritten, isSynced, rename(temporary, file) == 0 else {
            let failure = failure()
            unlink(temporary)
            throw failure
        }
        let directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw failure() }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw failure() }
    }

    /// All mails, oldest first.
    /// - Throws: `.directory`; a directory that is not there has none.
    public func entries() throws(MailError) -> [Entry] {
        guard access(path, F_OK) == 0 else { return [] }
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: path) } catch { throw failure() }
        return names.compactMap { name in
            guard name.hasSuffix(".eml"), !name.hasPrefix("."), let dash = name.lastIndex(of: "-"),
                let id = Int64(name[name.index(after: dash)...].dropLast(4))
            else { return nil }
            return Entry(id: id, file: name)
        }.sorted { $0.id < $1.id }
    }

    /// One mail.
    /// - Throws: `.directory` for one that cannot be read.
    public func read(_ entry: Entry) throws(MailError) -> WrittenMessage {
        guard let bytes = FileManager.default.contents(atPath: "\(path)/\(entry.file)"),
            let message = WrittenMessage([UInt8](bytes))
        else { throw MailError(.directory, "\(entry.file) cannot be read") }
        return message
    }

    private func failure() -> MailError { MailError(.directory, "\(path): \(String(cString: strerror(errno)))") }
}
