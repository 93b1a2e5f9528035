import Glibc

extension Bytes {
    /// Memory that lives as long as the last `Bytes` that refers to it. Written once, before it is shared.
    @safe final class Storage: @unchecked Sendable {
        let buffer: UnsafeRawBufferPointer
        private let isMapped: Bool

        static let empty = Storage(allocating: 0)

        init(allocating count: Int) {
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
            if let base = memory.baseAddress, count > 0 { unsafe memset(base, 0, count) }
            unsafe buffer = UnsafeRawBufferPointer(memory)
            isMapped = false
        }

        init(mapped address: UnsafeMutableRawPointer, count: Int) {
            unsafe buffer = UnsafeRawBufferPointer(start: address, count: count)
            isMapped = true
        }

        deinit {
            if isMapped {
                unsafe munmap(UnsafeMutableRawPointer(mutating: buffer.baseAddress), buffer.count)
            } else {
                unsafe buffer.deallocate()
            }
        }
    }
}
