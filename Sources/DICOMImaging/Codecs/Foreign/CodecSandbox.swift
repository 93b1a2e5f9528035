public import ByteIO
import CJPEGXL
import Synchronization

/// A place outside this process where C libraries decode what strangers wrote: what breaks there breaks nothing here.
public protocol CodecSandbox: Sendable {
    /// Decodes `frame` as `ForeignFrame.decode()` does.
    /// - Throws: `ImagingError`; `.corrupt` too where the decoder died or took too long.
    func decode(_ frame: ForeignFrame) throws(ImagingError) -> Bytes
}

/// Where the C libraries for JPEG 2000, HTJ2K and JPEG XL decode.
public enum ForeignCodecs {
    private static let installed = Mutex<(any CodecSandbox)?>(nil)
    private static let helpers = Mutex(0)

    /// Where frames are decoded from now on; `nil`, as at the start, is this process.
    public static var sandbox: (any CodecSandbox)? {
        get { installed.withLock { $0 } }
        set { installed.withLock { $0 = newValue } }
    }

    /// Loads what would be loaded when it is needed first: for a process that is about to give up its files.
    public static func load() { _ = tarn_jxl_load() }

    /// Threads beside the caller's with which OpenJPEG decodes a frame. 0, as at the start, is right where several
    /// frames are decoded at once.
    public static var threads: Int {
        get { helpers.withLock { $0 } }
        set { helpers.withLock { $0 = min(max(newValue, 0), 16) } }
    }
}
