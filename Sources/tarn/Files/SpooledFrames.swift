import ByteIO
import DICOMImaging
import Foundation

/// Frames that wait in a file without a name, so that a large image takes no memory.
final class SpooledFrames: FrameStore {
    private let descriptor: Int32

    /// - Parameter folder: with its slash, or empty for the current one; where the result goes, so that what has room
    ///   for one has room for the other.
    /// - Throws: `DecodeOutput.Failure` where no file can be made there.
    init(in folder: String) throws {
        let unnamed = open(folder + ".", 0o20_000_000 | O_DIRECTORY | O_RDWR | O_CLOEXEC, 0o600)
        guard unnamed < 0 else {
            descriptor = unnamed
            return
        }
        // A file system that knows no files without a name: one whose name is taken away at once.
        var template = Array((folder + ".tarn-XXXXXX").utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw DecodeOutput.Failure(path: folder, errno: errno) }
        unlink(template)
    }

    deinit { close(descriptor) }

    func append(_ bytes: Bytes) throws(ImagingError) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes[clamping: offset..<bytes.count].withUnsafeBytes {
                write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw ImagingError(.tooLarge, "no room for the recoded frames: \(String(cString: strerror(errno)))")
            }
            offset += count
        }
    }

    func finish() throws(ImagingError) -> Bytes {
        do { return try Bytes.mapping(file: "/proc/self/fd/\(descriptor)") } catch {
            throw ImagingError(.tooLarge, "the recoded frames cannot be mapped")
        }
    }
}
