import CMalloc

/// How glibc hands out memory.
enum Allocator {
    /// A frame or an instance is half a megabyte, and passes through a few buffers of that size: by default glibc maps
    /// and unmaps each (M_MMAP_THRESHOLD begins at 128 KiB), and the kernel zeroes every page anew, which is a quarter
    /// of the time that a picture takes. Few arenas and a trim keep what is idle from adding up.
    static func keepBuffers() {
        mallopt(M_MMAP_THRESHOLD, 4 << 20)
        mallopt(M_TRIM_THRESHOLD, 64 << 20)
        mallopt(M_ARENA_MAX, 4)
    }
}
