import ArgumentParser
import ByteIO
import DICOM
import DICOMImaging

/// `tarn render`: an image as it is shown.
struct RenderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render",
        abstract: "Write a frame as it is shown: PNG or JPEG.",
        discussion: """
            Without --window: the file's first VOI LUT, else its first window, else the range between the 0.1 and 99.9 \
            percentiles. Overlays are drawn only with --overlays. --depth 16 writes the stored values as they are, \
            signed ones raised by 32768. Of a video the first picture is taken, by ffmpeg where that is installed; \
            nothing else can be asked of it.

            Example:  tarn render slice.dcm --window 40,400 --output slice.png
            """)

    @Argument(help: "DICOM file.", completion: .file()) var file: String
    @Option(help: "Frame, counted from 1, or all: then each has its number in its file's name.")
    var frame = FrameChoice.one(1)
    // Unconditional: a lung window begins with a minus.
    @Option(
        parsing: .unconditional,
        help: "Centre and width, in units after rescale; or the number of one of the file's windows, from 1.",
        transform: { try WindowChoice(argument: $0) })
    var window: WindowChoice?
    @Option(help: "VOI LUT function instead of the window's own: linear, linear-exact or sigmoid.")
    var function: FunctionChoice?
    @Option(help: "Largest width and height, and after further commas the part to show: left, top, width, height.")
    var viewport: String?
    @Option(help: "png or jpeg; without it, the name of the output decides.") var format: PictureFormat?
    @Option(help: "Quality of a JPEG, 1 to 100.") var quality = 90
    @Option(help: "8, or 16 for a PNG of the stored values.") var depth = 8
    @Flag(help: "Draw overlays over the image, in white.") var overlays = false
    @Option(name: .shortAndLong, help: "File to write: .png, .jpg or .jpeg.", completion: .file()) var output: String

    func validate() throws {
        if case .one(let number) = frame, number < 1 { throw ValidationError("frames are counted from 1") }
        guard (1...100).contains(quality) else { throw ValidationError("the quality lies between 1 and 100") }
        guard let chosen = format ?? PictureFormat(fileName: output) else {
            throw ValidationError("the output has to end in .png, .jpg or .jpeg, or --format has to say what it is")
        }
        guard depth == 8 || depth == 16 else { throw ValidationError("the depth is 8 or 16") }
        if depth == 16, chosen == .jpeg || window != nil || function != nil || viewport != nil || overlays {
            throw ValidationError("--depth 16 writes stored values as PNG: nothing else can be done to them")
        }
    }

    func run() throws {
        do {
            let dicom = try DICOMFile.read(try Bytes.mapping(file: file))
            let pixels = try PixelData(dicom)
            let display = DisplayParameters.Reader(dicom)
            switch frame {
            case .one(let number): try write(try encoded(number, dicom, pixels, display), to: output)
            case .all:
                for number in 1...max(1, pixels.frameCount) {
                    let name = Self.name(output, numbered: number, of: pixels.frameCount)
                    try write(try encoded(number, dicom, pixels, display), to: name)
                }
            }
        } catch {
            Terminal.say("tarn render: \(file): \(error)")
            throw ExitCode(1)
        }
    }

    private func encoded(
        _ number: Int, _ dicom: DICOMFile, _ pixels: PixelData, _ display: DisplayParameters.Reader
    ) throws -> Bytes {
        if pixels.video != nil, number == 1, depth == 8, window == nil, function == nil, viewport == nil, !overlays {
            return try encoded(try pixels.poster())
        }
        let stored = try pixels.frame(number)
        guard depth == 8 else { return try PNGEncoder.encode(stored: stored) }
        var options = RenderOptions()
        switch window {
        case .values(let values): options.window = values
        case .number(let number): options.windowNumber = number
        case nil: break
        }
        options.function = function?.function
        options.viewport = try viewport.map {
            try Viewport(parameter: $0, imageRows: stored.rows, imageColumns: stored.columns)
        }
        if overlays { options.overlays = try Overlay.bitmaps(of: dicom, frame: number) }
        return try encoded(try Renderer.render(stored, display.frame(number), options))
    }

    private func encoded(_ image: RenderedImage) throws -> Bytes {
        (format ?? PictureFormat(fileName: output)) == .jpeg
            ? try JPEGEncoder.encode(image, quality: quality) : try PNGEncoder.encode(image)
    }

    private func write(_ bytes: Bytes, to name: String) throws {
        var target = try DecodeOutput(name)
        try target.write(bytes)
        try target.finish()
    }

    /// `knee.png` becomes `knee-007.png` as the seventh of 120.
    private static func name(_ output: String, numbered number: Int, of count: Int) -> String {
        let digits = String(number)
        let padded = String(repeating: "0", count: max(0, String(count).count - digits.count)) + digits
        let folderEnd = output.lastIndex(of: "/").map { output.index(after: $0) } ?? output.startIndex
        guard let dot = output[folderEnd...].lastIndex(of: ".") else { return "\(output)-\(padded)" }
        return "\(output[..<dot])-\(padded)\(output[dot...])"
    }
}

/// One frame, or all of them.
enum FrameChoice: ExpressibleByArgument {
    case one(Int)
    case all

    init?(argument: String) {
        if argument == "all" {
            self = .all
        } else if let number = Int(argument) {
            self = .one(number)
        } else {
            return nil
        }
    }

    var defaultValueDescription: String {
        switch self {
        case .one(let number): "\(number)"
        case .all: "all"
        }
    }
}

/// A window by its values, or by its number among the file's.
enum WindowChoice {
    case values(Window)
    case number(Int)

    init(argument: String) throws {
        if let number = Int(argument), number >= 1 {
            self = .number(number)
            return
        }
        do {
            self = .values(try Window(parameter: argument))
        } catch {
            throw ValidationError("\(error)")
        }
    }
}

/// What a picture is written as.
enum PictureFormat: String, ExpressibleByArgument {
    case png
    case jpeg

    /// What the ending of `fileName` says; `nil` where it says neither.
    init?(fileName: String) {
        switch fileName.split(separator: "/").last?.split(separator: ".").last?.lowercased() {
        case "png": self = .png
        case "jpg", "jpeg": self = .jpeg
        default: return nil
        }
    }
}

/// A VOI LUT function by the name that DICOMweb gives it (PS3.18 §8.3.5.1.4).
enum FunctionChoice: String, ExpressibleByArgument {
    case linear
    case linearExact = "linear-exact"
    case sigmoid

    var function: Window.Function {
        switch self {
        case .linear: .linear
        case .linearExact: .linearExact
        case .sigmoid: .sigmoid
        }
    }
}
