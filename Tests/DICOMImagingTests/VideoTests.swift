import ByteIO
import DICOM
import DICOMImaging
import Foundation
import TestMaterial
import Testing

@Suite struct VideoTests {
    @Test func `each video syntax has its coding and media type, others have none`() {
        let codings: [(VideoFormat.Coding, String, [String])] = [
            (.mpeg2, "video/mpeg", ["100", "100.1", "101", "101.1"]),
            (
                .h264, "video/mp4",
                ["102", "102.1", "103", "103.1", "104", "104.1", "105", "105.1", "106", "106.1"]
            ),
            (.hevc, "video/mp4", ["107", "108"]),
        ]
        for (coding, type, syntaxes) in codings {
            for syntax in syntaxes {
                let format = VideoFormat(transferSyntax: "1.2.840.10008.1.2.4.\(syntax)")
                #expect(format?.coding == coding && format?.mediaType == type, "\(syntax)")
            }
        }
        for uid in ["", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.50", "1.2.3"] {
            #expect(VideoFormat(transferSyntax: uid) == nil)
        }
    }

    /// A file of 30 frames whose stream lies in `fragments`.
    private func file(_ fragments: [[UInt8]], syntax: String = "102") throws -> DICOMFile {
        func element(_ group: UInt16, _ number: UInt16, _ vr: String, _ value: [UInt8]) -> [UInt8] {
            let even = value.count % 2 == 0 ? value : value + [vr == "UI" ? 0 : 0x20]
            let head = [group, number].flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] } + Array(vr.utf8)
            return head + [UInt8(even.count & 255), UInt8(even.count >> 8)] + even
        }
        func item(_ number: UInt16, _ value: [UInt8]) -> [UInt8] {
            [0xFE, 0xFF, UInt8(number & 255), UInt8(number >> 8), UInt8(value.count), 0, 0, 0] + value
        }
        let uid = element(2, 0x10, "UI", Array("1.2.840.10008.1.2.4.\(syntax)".utf8))
        var bytes = [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + uid
        bytes += element(0x28, 2, "US", [3, 0]) + element(0x28, 4, "CS", Array("YBR_PARTIAL_420".utf8))
        bytes += element(0x28, 8, "IS", Array("30".utf8))
        bytes += element(0x28, 0x10, "US", [240, 0]) + element(0x28, 0x11, "US", [64, 1])
        bytes += element(0x28, 0x100, "US", [8, 0]) + element(0x28, 0x101, "US", [8, 0])
        bytes += element(0x28, 0x102, "US", [7, 0]) + element(0x28, 0x103, "US", [0, 0])
        bytes += [0xE0, 0x7F, 0x10, 0, 0x4F, 0x42, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF] + item(0xE000, [])
        for fragment in fragments { bytes += item(0xE000, fragment) }
        return try DICOMFile.read(Bytes(bytes + item(0xE0DD, [])))
    }

    @Test(arguments: [1, 2, 31, 64])
    func `the stream is all fragments in order, however many`(_ count: Int) throws {
        let fragments = (0..<count).map { [UInt8($0), 0xFF, 0xD8, 0xFF] }
        let pixels = try PixelData(try file(fragments))
        #expect(pixels.video?.coding == .h264)
        #expect(pixels.frameCount == 1)
        #expect(try pixels.videoStream().array == fragments.flatMap { $0 })
    }

    @Test func `a frame of a video is refused by name`() throws {
        let pixels = try PixelData(try file([[1, 2]], syntax: "107"))
        let error = #expect(throws: ImagingError.self) { try pixels.frame(1) }
        #expect(error?.code == .unsupported)
        #expect(error?.reason.contains("HEVC") == true && error?.reason.contains("one by one") == true)
    }

    @Test func `pictures are no video`() throws {
        let pixels = try PixelData(Fixture.file(Fixture.dataSet(rows: 2, columns: 2), pixels: [1, 2, 3, 4]))
        #expect(pixels.video == nil)
        #expect(throws: ImagingError.self) { try pixels.videoStream() }
        #expect(throws: ImagingError.self) { try pixels.poster() }
    }

    private struct Painter: VideoGrabber {
        func firstPicture(of stream: Bytes, _ format: VideoFormat) throws(ImagingError) -> RenderedImage {
            guard stream.count >= 3, format.coding == .mpeg2 else { throw ImagingError(.corrupt, "no picture") }
            return try RenderedImage(rows: 1, columns: 1, channels: 3, pixels: stream[clamping: 0..<3])
        }
    }

    @Test func `the poster is what the grabber takes of the stream`() throws {
        let pixels = try PixelData(try file([[9, 8], [7, 6]], syntax: "100"))
        let error = #expect(throws: ImagingError.self) { try pixels.poster() }
        #expect(error?.code == .unsupported)
        VideoPoster.grabber = Painter()
        defer { VideoPoster.grabber = nil }
        #expect(try pixels.poster().pixels.array == [9, 8, 7])
    }

    @Test(.enabled(if: Corpus.isHere, "../shared/corpus is absent"))
    func `the corpus' videos are streams of their containers`() throws {
        for name in ["video_mpeg2_mp_ml", "video_h264_hp41", "video_hevc_main51"] {
            let pixels = try PixelData(try Corpus.file("10_synthetic/\(name).dcm"))
            let stream = try pixels.videoStream()
            #expect(stream.count > 10_000 && pixels.description.numberOfFrames == 25)
            // MPEG: a pack, a sequence or a transport packet; else a box of type ftyp.
            let isMPEG = stream[0] == 0x47 || stream[clamping: 0..<3].array == [0, 0, 1]
            #expect(isMPEG || stream[clamping: 4..<8].array == Array("ftyp".utf8), "\(name)")
        }
    }
}
