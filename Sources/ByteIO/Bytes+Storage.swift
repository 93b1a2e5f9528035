import Glibc

extension Bytes {
    /// Memory that lives as long as the last `Bytes` that refers to it. Written once, before it is shared.
    @safe final class Storage: @unchecked Sendable {
        let buffer: UnsafeRawBufferPointer
        private let origin: Origin

        private enum Origin { case allocated, mapped, adopted }

        static let empty = Storage(allocating: 0)

        init(allocating count: Int) {
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
            if let base = memory.baseAddress, count > 0 { unsafe memset(base, 0, count) }
            unsafe buffer = UnsafeRawBufferPointer(memory)
            origin = .allocated
        }

        init(mapped address: UnsafeMutableRawPointer, count: Int) {
            unsafe buffer = UnsafeRawBufferPointer(start: address, count: count)
            origin = .mapped
        }

        /// Takes over memory that came from `malloc`.
        init(adopting address: UnsafeMutableRawPointer, count: Int) {
            unsafe buffer = UnsafeRawBufferPointer(start: address, count: count)
            origin = .adopted
        }

        deinit {
            switch origin {
            case .mapped: unsafe munmap(UnsafeMutableRawPointer(mutating: buffer.baseAddress), buffer.count)
            case .adopted: unsafe free(UnsafeMutableRawPointer(mutating: buffer.baseAddress))
            case .allocated: unsafe buffer.deallocate()
            }
        }
    }
}
