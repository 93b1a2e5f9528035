import Glibc

extension Bytes {
    /// Memory that grows as bytes arrive and becomes a `Bytes` without another copy.
    ///
    /// Meant for bodies whose length nobody promised: large blocks grow by remapping, so the peak is one copy.
    @safe public struct Builder: ~Copyable {
        private var base: UnsafeMutableRawPointer?
        private var capacity = 0
        /// Bytes appended so far.
        public private(set) var count = 0

        public init() { unsafe base = nil }

        deinit { unsafe free(base) }

        /// Makes room for `total` bytes at once, where the length is known and trusted.
        /// - Throws: `ByteIOError.cannotWrite` when the system has no memory left.
        public mutating func reserve(_ total: Int) throws(ByteIOError) {
            guard total > capacity else { return }
            guard let grown = unsafe realloc(base, total) else { throw ByteIOError(.cannotWrite, errno: ENOMEM) }
            unsafe base = grown
            capacity = total
        }

        /// Copies `bytes` to the end.
        /// - Throws: `ByteIOError.cannotWrite` when the system has no memory left.
        public mutating func append(_ bytes: UnsafeRawBufferPointer) throws(ByteIOError) {
            guard let source = bytes.baseAddress, bytes.count > 0 else { return }
            let (total, overflow) = count.addingReportingOverflow(bytes.count)
            guard !overflow else { throw ByteIOError(.cannotWrite, errno: ENOMEM) }
            if total > capacity { try reserve(Swift.max(total, Swift.max(4096, capacity &* 2))) }
            if let base = unsafe base { unsafe memcpy(base + count, source, bytes.count) }
            count = total
        }

        /// The bytes appended so far; the builder starts again, empty.
        public mutating func finish() -> Bytes {
            guard let memory = unsafe base, count > 0 else { return Bytes() }
            let kept = unsafe realloc(memory, count) ?? memory
            let bytes = Bytes(storage: unsafe Storage(adopting: kept, count: count), start: 0, count: count)
            unsafe base = nil
            capacity = 0
            count = 0
            return bytes
        }
    }
}
