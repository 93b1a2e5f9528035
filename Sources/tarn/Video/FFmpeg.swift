import ByteIO
import DICOMImaging
import Foundation

/// The `ffmpeg` program, where one is installed: a process with limits that sees the video and nothing else.
struct FFmpeg: VideoGrabber {
    private static let memory = 2 << 30
    private static let seconds = 20
    /// Most pixels of a picture: 8192 × 4320 and some.
    private static let maximumBytes = 128 << 20

    func firstPicture(of stream: Bytes, _ format: VideoFormat) throws(ImagingError) -> RenderedImage {
        guard let path = ChildProgram.path(of: "ffmpeg") else {
            throw ImagingError(
                .unsupported, "the first picture of a video is taken by ffmpeg, which is not installed (Debian: ffmpeg)"
            )
        }
        let program = ChildProgram(
            name: "ffmpeg", path: path, memory: Self.memory, seconds: Self.seconds, maximumOutput: Self.maximumBytes)
        return try Self.picture(try program.output(Self.arguments(format), input: stream))
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
            "-nostdin", "-loglevel", "quiet", "-threads", "1", "-protocol_whitelist", "file",
            "-format_whitelist", "mov,mp4,m4a,3gp,3g2,mj2,mpegts,mpeg,mpegvideo,h264,hevc", "-codec_whitelist", coding,
            "-i", "file:/proc/self/fd/0", "-map", "0:v:0", "-frames:v", "1", "-pix_fmt", "rgb24", "-c:v", "ppm",
            "-f", "image2pipe", "pipe:1",
        ]
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
