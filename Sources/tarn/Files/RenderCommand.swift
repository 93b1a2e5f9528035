import ArgumentParser
import ByteIO
import DICOM
import DICOMImaging
import Foundation

/// `tarn render`: an image as it is shown.
struct RenderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render",
        abstract: "Write a frame as it is shown: PNG or JPEG.",
        discussion: """
            Without --window: the file's first VOI LUT, else its first window, else the range between the 0.1 and 99.9 \
            percentiles. The name of the output decides the format: .png, .jpg or .jpeg.

            Example:  tarn render slice.dcm --window 40,400 --output slice.png
            """)

    @Argument(help: "DICOM file.", completion: .file()) var file: String
    @Option(help: "Frame, counted from 1.") var frame = 1
    // Unconditional: a lung window begins with a minus.
    @Option(
        parsing: .unconditional,
        help: "Centre, width and, after another comma, linear, linear-exact or sigmoid; in units after rescale.",
        transform: { try Window(argument: $0) })
    var window: Window?
    @Option(name: .shortAndLong, help: "File to write: .png, .jpg or .jpeg.", completion: .file()) var output: String

    private var isPNG: Bool { suffix == "png" }
    private var suffix: String { (output as NSString).pathExtension.lowercased() }

    func validate() throws {
        guard frame >= 1 else { throw ValidationError("frames are counted from 1") }
        guard ["png", "jpg", "jpeg"].contains(suffix) else {
            throw ValidationError("the output has to end in .png, .jpg or .jpeg")
        }
    }

    func run() throws {
        do {
            let dicom = try DICOMFile.read(try Bytes.mapping(file: file))
            let stored = try PixelData(dicom).frame(frame)
            let image = try Renderer.render(
                stored, DisplayParameters(dicom, frame: frame), RenderOptions(window: window))
            let encoded = isPNG ? try PNGEncoder.encode(image) : try JPEGEncoder.encode(image)
            var target = try DecodeOutput(output)
            try target.write(encoded)
            try target.finish()
        } catch {
            Terminal.say("tarn render: \(file): \(error)")
            throw ExitCode(1)
        }
    }
}

extension Window {
    /// Reads an argument as ArgumentParser wants it.
    fileprivate init(argument: String) throws {
        do {
            self = try Window(parameter: argument)
        } catch {
            throw ValidationError("\(error)")
        }
    }
}
