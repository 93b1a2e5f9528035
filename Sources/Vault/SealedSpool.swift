public import ByteIO
import Glibc
import Synchronization

/// Large input on its way in: a nameless temporary file, sealed under a key that only this value knows.
///
/// Bytes are appended, and read by range as soon as they are. The file has no name and the key is never written, so
/// nothing is left of it when the process ends, however it ends. Memory: some 200 KB whatever the length.
/// Calls block on the disk: use it from threads that may.
public final class SealedSpool: ByteSource, Sendable {
    private let state: Mutex<State>
    private let length = Atomic<Int>(0)

    /// - Parameter directory: Where the file lies, in a file system with room for what is to come.
    /// - Throws: `spoolFailed`, `storageFull`.
    public init(directory: String) throws(VaultError) {
        state = Mutex(try State(directory: directory))
    }

    /// Bytes appended so far.
    public var count: Int { length.load(ordering: .acquiring) }

    /// Adds `bytes` at the end.
    /// - Throws: `storageFull` when the disk has no room, `spoolFailed` for other failures. After either, the spool
    ///   takes no more bytes.
    public func append(_ bytes: Bytes) throws(VaultError) {
        try state.withLock { state throws(VaultError) in
            try state.append(bytes)
            length.store(state.count, ordering: .releasing)
        }
    }

    public func read(_ range: Range<Int>) throws(ByteIOError) -> Bytes {
        try state.withLock { state throws(ByteIOError) in try state.read(range) }
    }
}

extension SealedSpool {
    /// What the lock guards.
    @safe private struct State: ~Copyable {
        private static let chunkSize = 1 << 16
        private static let step = chunkSize + AESGCM.tagCount
        private static var nothing: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: nil, count: 0) }

        private let descriptor: Int32
        private let encryptor: AESGCM
        private let decryptor: AESGCM
        /// Plaintext that does not fill a chunk yet.
        private var tail: [UInt8] = []
        /// One sealed chunk, on its way out or in.
        private let sealed = UnsafeMutableRawBufferPointer.allocate(byteCount: step, alignment: 64)
        private var chunkCount = 0
        private var hasFailed = false
        /// The chunk read last: parsers read a few bytes at a time.
        private var recent: (chunk: Int, plaintext: Bytes)?

        init(directory: String) throws(VaultError) {
            let key = SymmetricKey()
            let encryptor = try AESGCM(key: key, .encrypt)
            let decryptor = try AESGCM(key: key, .decrypt)
            let descriptor = Self.openNameless(in: directory)
            guard descriptor >= 0 else {
                throw VaultError(errno == ENOSPC ? .storageFull : .spoolFailed, errno: errno)
            }
            self.init(descriptor: descriptor, encryptor: encryptor, decryptor: decryptor)
        }

        private init(descriptor: Int32, encryptor: AESGCM, decryptor: AESGCM) {
            self.descriptor = descriptor
            self.encryptor = encryptor
            self.decryptor = decryptor
            tail.reserveCapacity(Self.chunkSize)
        }

        deinit {
            close(descriptor)
            unsafe sealed.deallocate()
        }

        var count: Int { chunkCount * Self.chunkSize + tail.count }

        private static func openNameless(in directory: String) -> Int32 {
            // O_TMPFILE, whose macro Swift does not import.
            let temporary = O_DIRECTORY | 0o20_000_000
            let descriptor = unsafe Glibc.open(directory, temporary | O_RDWR | O_CLOEXEC, 0o600)
            guard descriptor < 0, errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL else { return descriptor }
            // File systems without it (NFS, some overlays): a name that is taken away at once.
            var template = Array("\(directory)/spool-XXXXXX".utf8CString)
            return unsafe template.withUnsafeMutableBufferPointer { name in
                guard let base = name.baseAddress else { return -1 }
                let descriptor = unsafe mkstemp(base)
                if descriptor >= 0 { unsafe unlink(base) }
                return descriptor
            }
        }

        mutating func append(_ bytes: Bytes) throws(VaultError) {
            guard !hasFailed else { throw VaultError(.spoolFailed) }
            var offset = 0
            while offset < bytes.count {
                let run = bytes[clamping: offset..<(offset + Self.chunkSize - tail.count)]
                unsafe run.withUnsafeBytes { unsafe tail.append(contentsOf: $0) }
                offset += run.count
                guard tail.count == Self.chunkSize else { continue }
                do throws(VaultError) { try writeChunk() } catch {
                    // Part of the chunk may be on disk under this nonce: nothing else may be sealed with it.
                    hasFailed = true
                    throw error
                }
            }
        }

        private mutating func writeChunk() throws(VaultError) {
            guard let base = unsafe sealed.baseAddress else { return }
            try unsafe encryptor.begin(nonce: Nonce(chunkCount), associatedData: Self.nothing)
            let plaintext = Bytes(tail)
            try unsafe plaintext.withUnsafeBytes { bytes throws(VaultError) in
                try unsafe encryptor.update(bytes, into: base)
            }
            try unsafe encryptor.finish(tag: base + Self.chunkSize)
            var written = 0
            while written < Self.step {
                let place = chunkCount * Self.step + written
                let count = unsafe pwrite(descriptor, base + written, Self.step - written, place)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    let isFull = errno == ENOSPC || errno == EDQUOT || errno == EFBIG
                    throw VaultError(isFull ? .storageFull : .spoolFailed, errno: errno)
                }
                written += count
            }
            chunkCount += 1
            tail.removeAll(keepingCapacity: true)
        }

        mutating func read(_ range: Range<Int>) throws(ByteIOError) -> Bytes {
            guard range.lowerBound >= 0, range.upperBound <= count else { throw ByteIOError(.outOfRange) }
            guard !range.isEmpty else { return Bytes() }
            let first = range.lowerBound / Self.chunkSize
            let last = (range.upperBound - 1) / Self.chunkSize
            if first == last {
                let start = first * Self.chunkSize
                return try chunk(first)[clamping: (range.lowerBound - start)..<(range.upperBound - start)]
            }
            var failure: ByteIOError?
            let bytes = unsafe Bytes(count: range.count) { target in
                do throws(ByteIOError) {
                    for index in first...last {
                        let start = index * Self.chunkSize
                        let wanted = range.clamped(to: start..<(start + Self.chunkSize))
                        let piece = try chunk(index)[
                            clamping: (wanted.lowerBound - start)..<(wanted.upperBound - start)]
                        let place = unsafe UnsafeMutableRawBufferPointer(
                            rebasing: target[(wanted.lowerBound - range.lowerBound)...])
                        unsafe piece.withUnsafeBytes { unsafe place.copyMemory(from: $0) }
                    }
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
            return bytes
        }

        /// The plaintext of chunk `index`, which begins below `count`.
        private mutating func chunk(_ index: Int) throws(ByteIOError) -> Bytes {
            if index == chunkCount { return Bytes(tail) }
            if let recent, recent.chunk == index { return recent.plaintext }
            guard let base = unsafe sealed.baseAddress else { throw ByteIOError(.cannotRead) }
            var have = 0
            while have < Self.step {
                let count = unsafe pread(descriptor, base + have, Self.step - have, index * Self.step + have)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw ByteIOError(.cannotRead, errno: count < 0 ? errno : 0) }
                have += count
            }
            let plaintext = try unsafe Self.open(UnsafeRawBufferPointer(sealed), chunk: index, with: decryptor)
            recent = (index, plaintext)
            return plaintext
        }

        private static func open(
            _ sealed: UnsafeRawBufferPointer, chunk: Int, with decryptor: AESGCM
        ) throws(ByteIOError) -> Bytes {
            var isAuthentic = false
            let plaintext = unsafe Bytes(count: chunkSize) { target in
                guard let base = sealed.baseAddress else { return }
                do throws(VaultError) {
                    try unsafe decryptor.begin(nonce: Nonce(chunk), associatedData: nothing)
                    try unsafe decryptor.update(
                        UnsafeRawBufferPointer(rebasing: sealed[..<chunkSize]), into: target.baseAddress)
                    unsafe isAuthentic = decryptor.finish(checking: base + chunkSize)
                } catch {
                    isAuthentic = false
                }
            }
            guard isAuthentic else { throw ByteIOError(.corrupt) }
            return plaintext
        }
    }
}
