/// What a reader accepts and how much of it.
public struct ReadOptions: Sendable, Hashable {
    /// Levels of sequences within sequences; at most 512, whatever is asked for.
    public var maximumDepth = 128
    /// Elements, items and fragments in all; each costs 100 to 500 bytes of memory, so that a small file
    /// cannot take much. A multi-frame object of 10,000 frames has about as many.
    public var maximumElements = 500_000
    /// Length of an inflated data set in bytes, which lies in memory.
    public var maximumInflatedBytes = 256 << 20
    /// Values longer than this many bytes stay in the source, unless the source is memory, where nothing is copied.
    public var inlineLimit = 64 << 10
    /// Reading ends before the first element of the outermost data set whose tag is not less than this one.
    public var stopBefore: Tag?

    /// Limits for files of any origin.
    public init() {}

    /// Limits for files of any origin.
    public static var `default`: ReadOptions { ReadOptions() }
}
