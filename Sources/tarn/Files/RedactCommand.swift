import ArgumentParser
import ByteIO
import DICOM
import DICOMImaging
import Deidentification
import Foundation

/// `tarn redact`: regions of an image made black in every frame.
struct RedactCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redact",
        abstract: "Make regions of an image black, in all frames and every codec.",
        discussion: """
            All other pixels stay what a decoder gives. A lossless transfer syntax stays (JPEG Lossless, JPEG XL and \
            all lossy ones become JPEG-LS Lossless); icons are left out. Burned In Annotation becomes NO, unless text \
            is found outside the boxes: then a line says where. The rest of the header stays as it is, the patient's \
            name too: use `tarn deidentify` for that.

            Example:  tarn redact echo.dcm clean.dcm --box 0,0,1024,60 --box 900,700,124,68
            Exit status: 0 done, 1 the file cannot be read or written, 2 usage.
            """)

    @Argument(help: "DICOM file.", completion: .file()) var file: String
    @Argument(help: "File to write.", completion: .file()) var output: String
    @Option(help: "Region: column and row of its first pixel, counted from 0, columns, rows. May be given often.")
    var box: [String] = []
    @Flag(help: "Also all that is outside the Sequence of Ultrasound Regions (0018,6011).") var outsideRegions = false

    func validate() throws {
        guard !box.isEmpty || outsideRegions else { throw ValidationError("say at least one --box x,y,width,height") }
        _ = try boxes()
    }

    private func boxes() throws -> [PixelRegion] {
        try box.map { text in
            guard let region = PixelRegion(text) else {
                throw ValidationError("--box \(text): four whole numbers x,y,width,height, from 0 to 65535")
            }
            return region
        }
    }

    func run() throws {
        do {
            let file = try DICOMFile.read(try Bytes.mapping(file: file))
            var regions = try boxes()
            if outsideRegions {
                guard let outside = PixelRegion.outsideUltrasoundRegions(of: file.dataSet) else {
                    throw ImagingError(.invalidRequest, "no ultrasound regions that leave something out")
                }
                regions += outside
            }
            var black = try PixelBlanking(regions).apply(to: file)
            black.dataSet.remove(.IconImageSequence)
            let found = (try? TextDetector().regions(in: file, frames: 9, ignoring: regions)) ?? []
            if found.isEmpty { black.dataSet.set(.BurnedInAnnotation, .CS, "NO") }
            try write(black)
            if !found.isEmpty {
                let list = found.map(\.description).joined(separator: " ")
                Terminal.say("tarn redact: \(output): what looks like text is left at \(list)")
            }
        } catch {
            Terminal.say("tarn redact: \(file): \(error)")
            throw ExitCode(1)
        }
    }

    private func write(_ file: DICOMFile) throws {
        let pieces = try file.encode()
        var target = try DecodeOutput(output)
        try pieces.forEachChunk(from: file.source, atMost: 1 << 20) { chunk throws(ByteIOError) in
            do { try target.write(chunk) } catch { throw ByteIOError(.cannotWrite, errno: errno) }
        }
        try target.finish()
    }
}
