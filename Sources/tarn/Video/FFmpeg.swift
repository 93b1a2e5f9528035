import ByteIO
import CSandbox
import DICOMImaging
import Foundation

/// The `ffmpeg` program, where one is installed: a process with limits that sees the video and nothing else.
struct FFmpeg: VideoGrabber {
    private static let memory = 2 << 30
    private static let seconds = 20
    /// Most pixels of a picture: 8192 × 4320 and some.
    private static let maximumBytes = 128 << 20

    func firstPicture(of stream: Bytes, _ format: VideoFormat) throws(ImagingError) -> RenderedImage {
        guard let program = Self.program() else {
            throw ImagingError(
                .unsupported, "the first picture of a video is taken by ffmpeg, which is not installed (Debian: ffmpeg)"
            )
        }
        let video = tarn_sandbox_memory_file()
        guard video >= 0 else { throw ImagingError(.tooLarge, "no memory for a video") }
        defer { close(video) }
        try Self.write(stream, to: video)
        return try Self.picture(try Self.output(of: program, Self.arguments(format), video))
    }

    /// Only the containers and codings that DICOM allows are tried: others could name files and addresses to read.
    private static func arguments(_ format: VideoFormat) -> [String] {
        let coding =
            switch format.coding {
            case .mpeg2: "mpeg1video,mpeg2video"
            case .h264: "h264"
            case .hevc: "hevc"
            }
        return [
            "ffmpeg", "-nostdin", "-loglevel", "quiet", "-threads", "1", "-protocol_whitelist", "file",
            "-format_whitelist", "mov,mp4,m4a,3gp,3g2,mj2,mpegts,mpeg,mpegvideo,h264,hevc", "-codec_whitelist", coding,
            "-i", "file:/proc/self/fd/0", "-map", "0:v:0", "-frames:v", "1", "-pix_fmt", "rgb24", "-c:v", "ppm",
            "-f", "image2pipe", "pipe:1",
        ]
    }

    /// The first `ffmpeg` in a folder that PATH names absolutely.
    private static func program() -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            .filter { $0.hasPrefix("/") }.map { "\($0)/ffmpeg" }
            .first { access($0, X_OK) == 0 }
    }

    private static func write(_ stream: Bytes, to file: Int32) throws(ImagingError) {
        var offset = 0
        while offset < stream.count {
            let count = stream[clamping: offset..<stream.count].withUnsafeBytes {
                Foundation.write(file, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw ImagingError(.tooLarge, "no memory for a video of \(stream.count) bytes") }
            offset += count
        }
    }

    private static func output(of program: String, _ arguments: [String], _ video: Int32) throws(ImagingError)
        -> [UInt8]
    {
        var ends: [Int32] = [-1, -1]
        // A socket, as a pipe cannot be closed to other children from the start.
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw ImagingError(.tooLarge, "no socket for ffmpeg")
        }
        defer { close(ends[0]) }
        var texts = arguments.map { strdup($0) } + [nil]
        defer { for text in texts { free(text) } }
        var process: pid_t = 0
        let status = tarn_sandbox_run(
            program, &texts, video, ends[1], UInt64(memory), UInt64(seconds), &process)
        close(ends[1])
        guard status == 0 else {
            throw ImagingError(.unsupported, "ffmpeg cannot be started: \(String(cString: strerror(status)))")
        }
        defer {
            kill(process, SIGKILL)
            var ended: Int32 = 0
            while waitpid(process, &ended, 0) < 0, errno == EINTR {}
        }
        return try read(ends[0])
    }

    private static func read(_ descriptor: Int32) throws(ImagingError) -> [UInt8] {
        let deadline = ContinuousClock.now + .seconds(3 * seconds)
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while ContinuousClock.now < deadline {
            var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&poller, 1, 1000) > 0 else { continue }
            let count = Foundation.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return output }
            output += buffer[..<count]
            guard output.count <= maximumBytes else {
                throw ImagingError(.tooLarge, "the video's pictures are too large")
            }
        }
        throw ImagingError(.corrupt, "ffmpeg took too long over the video")
    }

    /// Reads a PPM: P6, width, height and 255 as text, one blank, then the samples.
    private static func picture(_ output: [UInt8]) throws(ImagingError) -> RenderedImage {
        var fields: [String] = []
        var start = 0
        for (index, byte) in output.prefix(40).enumerated() where byte == 0x20 || byte == 0x0A {
            fields.append(String(decoding: output[start..<index], as: UTF8.self))
            start = index + 1
            if fields.count == 4 { break }
        }
        guard fields.count == 4, fields[0] == "P6", fields[3] == "255", let columns = Int(fields[1]),
            let rows = Int(fields[2])
        else { throw ImagingError(.corrupt, "no picture was found in the video") }
        return try RenderedImage(rows: rows, columns: columns, channels: 3, pixels: Bytes(Array(output[start...])))
    }
}
