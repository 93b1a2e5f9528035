internal import Foundation
internal import Glibc
internal import Vault

/// What commands did with a key file, said in a file beside it until a server takes it into the ledger: they run where
/// no lake is open, or while another process has it. Format: Docs/Formats/keys.md.
///
/// It tells honest people what happened. Who may write the key's folder may also delete it.
public struct KeyJournal: Sendable {
    /// Of the journal itself: the key file's, and `.journal`.
    public let path: String

    /// Bytes of a journal at most. It is emptied by a server within seconds, or at its next start.
    private static let maximumCount = 256 << 10
    private var taken: String { path + ".taken" }

    /// - Parameter file: path of the key file, without links.
    public init(of file: String) { path = file + ".journal" }

    private init(path: String) { self.path = path }

    /// Whether there is anything to take.
    public var isThere: Bool { access(path, F_OK) == 0 || access(taken, F_OK) == 0 }

    /// Journals of the key file at `file` and of the keys that were, beside it.
    public static func all(beside file: String) -> [KeyJournal] {
        let folder = SecretFile.parent(of: file)
        let name = URL(fileURLWithPath: file).lastPathComponent
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let journals = names.map { $0.hasSuffix(".taken") ? String($0.dropLast(".taken".count)) : $0 }
            .filter { $0.hasPrefix(name + ".") && $0.hasSuffix(".journal") }
        return Set(journals).sorted().map { KeyJournal(path: "\(folder)/\($0)") }
    }

    /// Whether it is that of the key file at `file` and not of a key that was.
    public func isOf(_ file: String) -> Bool { path == file + ".journal" }

    // MARK: Commands

    /// Says what `body` is about to do, and takes that back where it fails. Who calls holds the folder's lock.
    /// - Throws: `file(.keyFileUnwritable)` where nothing can be said, before anything is done; what `body` throws.
    func record<T>(
        _ entry: KeyJournalEntry, under lock: KeyFolderLock, _ body: () throws(KeyManagementError) -> T
    ) throws(KeyManagementError) -> T {
        defer { withExtendedLifetime(lock) {} }
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw unwritable }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unwritable }
        let line = entry.line
        guard Int(status.st_size) + line.count <= Self.maximumCount else {
            throw KeyManagementError(
                .busy, "\(path) is full: start the server of this key, which takes it into its ledger")
        }
        // Where the line was not written whole, or what it says did not happen.
        func takeBack() {
            ftruncate(descriptor, status.st_size)
            if status.st_size == 0 { unlink(path) }
        }
        guard write(descriptor, line, line.count) == line.count, fsync(descriptor) == 0, Self.synchronize(path) else {
            takeBack()
            throw unwritable
        }
        do throws(KeyManagementError) { return try body() } catch {
            takeBack()
            throw error
        }
    }

    private var unwritable: KeyManagementError {
        KeyManagementError(
            .file(.keyFileUnwritable), "\(path) cannot be written, which keeps what is done with the key for the ledger"
        )
    }

    private static func synchronize(_ path: String) -> Bool {
        let folder = open(SecretFile.parent(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(folder) }
        return folder >= 0 && fsync(folder) == 0
    }

    // MARK: Servers

    /// What a journal says.
    public struct Content: Sendable {
        public let entries: [KeyJournalEntry]
        /// Lines that no tarn wrote.
        public let unreadable: Int
    }

    /// Sets the journal aside and gives what it says; the same again until `forget`. `nil` where there is none, or a
    /// command is just writing it.
    /// - Throws: `file` where it cannot be read, or is larger than any that tarn writes.
    public func take() throws(KeyManagementError) -> Content? {
        if access(taken, F_OK) != 0 {
            guard access(path, F_OK) == 0 else { return nil }
            let lock: KeyFolderLock
            do throws(KeyManagementError) { lock = try KeyFolderLock(of: path, waits: false) } catch {
                guard error.code == .busy else { throw error }
                return nil
            }
            defer { withExtendedLifetime(lock) {} }
            guard rename(path, taken) == 0 else { throw unwritable }
        }
        let file: SecretFile
        do throws(VaultError) { file = try SecretFile.read(taken, upTo: Self.maximumCount) } catch {
            let reason = error.code == .keyMalformed ? "it is larger than any that tarn writes" : "it cannot be read"
            throw KeyManagementError(.file(error.code), "\(taken): \(reason). Look at it, and move it away")
        }
        let lines = file.bytes.split(separator: UInt8(ascii: "\n"))
        let entries = lines.compactMap { KeyJournalEntry(line: $0) }
        return Content(entries: entries, unreadable: lines.count - entries.count)
    }

    /// Deletes what was taken.
    public func forget() { unlink(taken) }
}
