import ArgumentParser
import ByteIO
import DICOM
import DICOMImaging

/// `tarn decode`: the stored samples of an image.
struct DecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Write the stored samples of an image, decompressed.",
        discussion: """
            Samples are little-endian, as wide as Bits Allocated, colour by pixel; 1-bit data become one byte (0 or 1) \
            a pixel. No lookup table and no colour conversion is applied. Nothing is written unless all of it can be.

            Example:  tarn decode slice.dcm --frame 1 --output slice.raw
            """)

    @Argument(help: "DICOM file.", completion: .file()) var file: String
    @Option(help: "Frame, counted from 1. Without it all frames, one after the other.") var frame: Int?
    @Option(name: .shortAndLong, help: "File to write the samples to.", completion: .file()) var output: String

    func validate() throws {
        if let frame, frame < 1 { throw ValidationError("frames are counted from 1") }
    }

    func run() throws {
        do {
            let pixels = try PixelData(try DICOMFile.read(try Bytes.mapping(file: file)))
            // What cannot be decoded at all, such as video, is said before frames are counted.
            _ = try FrameDecoder(pixels.description)
            let described = pixels.description.numberOfFrames
            // Checked before anything is decoded: all frames were asked for.
            if frame == nil, pixels.frameCount < described {
                throw ImagingError(.truncated, "the pixel data hold \(pixels.frameCount) of \(described) frames")
            }
            // Opened only when the first frame could be decoded: what cannot be decoded touches nothing.
            let first = frame ?? 1
            let samples = try pixels.frame(first).samples
            var target = try DecodeOutput(output)
            try target.write(samples)
            if frame == nil, described > 1 {
                for number in 2...described { try target.write(try pixels.frame(number).samples) }
            }
            try target.finish()
        } catch {
            Terminal.say("tarn decode: \(file): \(error)")
            throw ExitCode(1)
        }
    }
}
