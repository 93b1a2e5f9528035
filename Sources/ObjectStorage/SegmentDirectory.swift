internal import Glibc
internal import Logging
internal import Synchronization

/// The files of one store: the lock that makes them this process's own, their numbers, their descriptors.
final class SegmentDirectory: Sendable {
    let path: String
    private let lock: Int32
    private let directory: Int32
    private let state: Mutex<State>

    private struct State {
        var nextNumber: Int64
        var files: [Int64: SegmentFile] = [:]
        /// Segments that one large blob is still being written to: not listed yet.
        var unlisted: Set<Int64> = []
    }

    /// Descriptors kept open at most.
    private static let mostOpen = 256

    /// Takes the directory (made with mode 0700 where absent) for this process.
    init(_ path: String) throws(StorageError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw StorageError(.cannotOpen, errno: errno) }
        let lock = Glibc.open(path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw StorageError(.cannotOpen, errno: errno) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            let error = errno
            Glibc.close(lock)
            throw error == EWOULDBLOCK ? StorageError(.inUse) : StorageError(.cannotOpen, errno: error)
        }
        let directory = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else {
            let error = errno
            Glibc.close(lock)
            throw StorageError(.cannotOpen, errno: error)
        }
        self.path = path
        self.lock = lock
        self.directory = directory
        state = Mutex(State(nextNumber: 1))
        let last = try numbers().max() ?? 0
        state.withLock { $0.nextNumber = last + 1 }
    }

    /// Lets another process open the store; nothing may be written any more.
    func release() { flock(lock, LOCK_UN) }

    deinit {
        Glibc.close(directory)
        Glibc.close(lock)
    }

    /// Numbers of all segments in which something may have been committed, ascending.
    func listed() throws(StorageError) -> [Int64] {
        // What is unlisted is read first: a segment that is listed in between is then left out, once.
        let unlisted = state.withLock { $0.unlisted }
        return try numbers().filter { !unlisted.contains($0) }
    }

    /// Numbers of all files, ascending.
    func numbers() throws(StorageError) -> [Int64] {
        guard let stream = opendir(path) else { throw StorageError(.readFailed, errno: errno) }
        defer { closedir(stream) }
        var numbers: [Int64] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let number = SegmentFile.number(inName: name) { numbers.append(number) }
        }
        return numbers.sorted()
    }

    /// Makes names that were added or removed durable.
    func synchronize() throws(StorageError) {
        guard fsync(directory) == 0 else { throw StorageError.writing(segment: nil, errno: errno) }
    }

    /// A new segment, under the next number.
    /// - Parameter isListed: `false` keeps it out of `listed()` until `list(_:)`.
    func create(isListed: Bool = true) throws(StorageError) -> SegmentFile {
        let number = state.withLock { state in
            let number = state.nextNumber
            state.nextNumber += 1
            if !isListed { state.unlisted.insert(number) }
            return number
        }
        do throws(StorageError) {
            let file = try SegmentFile.create(number, in: path)
            keep(file)
            return file
        } catch {
            list(number)
            throw error
        }
    }

    func list(_ number: Int64) { state.withLock { _ = $0.unlisted.remove(number) } }

    /// Takes a segment away that holds nothing that was acknowledged.
    func remove(_ file: SegmentFile) {
        state.withLock { $0.files[file.number] = nil }
        SegmentFile.remove(file.number, in: path)
    }

    /// The segment of that number, for reading.
    func file(_ number: Int64) throws(StorageError) -> SegmentFile {
        if let file = state.withLock({ $0.files[number] }) { return file }
        guard number > 0 else { throw StorageError(.noSuchBlob, segment: number) }
        let file = try SegmentFile.open(number, in: path)
        keep(file)
        return file
    }

    private func keep(_ file: SegmentFile) {
        state.withLock { state in
            if state.files.count >= Self.mostOpen, let any = state.files.keys.randomElement() { state.files[any] = nil }
            state.files[file.number] = file
        }
    }

    /// Brings segments without an end mark in order: cuts torn tails, removes what holds nothing, finishes the rest.
    func recover(log: Logger) throws(StorageError) {
        for number in try numbers() {
            let file = try SegmentFile.open(number, in: path, forWriting: true)
            let count = try file.count
            if try file.isFinished(count: count) { continue }
            let scan = try SegmentScan(file, count: count, verifyingContent: true)
            // What was erased stays: its number must not be given to another segment.
            if scan.recordCount == 0 {
                log.notice("removing a segment that nothing was committed to", metadata: ["segment": "\(number)"])
                SegmentFile.remove(number, in: path)
                continue
            }
            if scan.goodEnd < count {
                log.notice(
                    "cutting what was not committed off a segment",
                    metadata: ["segment": "\(number)", "bytes": "\(count - scan.goodEnd)"])
            }
            try file.finish(after: scan.goodEnd, records: scan.recordCount)
        }
        try synchronize()
    }
}

extension SegmentFile {
    /// Whether the last 32 bytes are the end mark.
    func isFinished(count: Int) throws(StorageError) -> Bool {
        let start = count - SegmentFormat.headerCount
        guard start >= SegmentFormat.headerCount else { return false }
        guard case .end(_, let offset) = SegmentFormat.decode(try read(start..<count)) else { return false }
        return offset == start
    }

    /// Cuts the file after `end`, where its last record ends, and writes the end mark.
    func finish(after end: Int, records: Int) throws(StorageError) {
        let padded = end + SegmentFormat.padding(after: end)
        // Cut first: the padding that grows back is zeros.
        try truncate(to: end)
        try truncate(to: padded)
        try write([SegmentFormat.encode(.end(records: Int64(records), offset: Int64(padded)))], at: padded)
        try synchronize()
    }
}
