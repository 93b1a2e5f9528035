import ByteIO
import DICOMImaging
import Deidentification
import Foundation

/// The `tesseract` program, where one is installed: a process with limits that sees one picture and nothing else.
struct Tesseract: TextReader {
    private let program: ChildProgram

    /// `nil` where it is not installed (Debian: tesseract-ocr).
    init?() {
        guard let path = ChildProgram.path(of: "tesseract") else { return nil }
        program = ChildProgram(
            name: "tesseract", path: path, memory: 2 << 30, seconds: 20, maximumOutput: 16 << 20)
    }

    /// Percent of certainty below which a word is taken for a pattern: speckle gives words of up to 64, print of 95.
    private static let certainty = 75.0
    /// Height in pixels below which it sees letters in specks.
    private static let lowest = 12
    /// Letters and digits of the shortest word that counts.
    private static let shortest = 3

    func words(in picture: RenderedImage) throws(ImagingError) -> [PixelRegion] {
        // It was made for scanned paper: letters of a few pixels are too small for it.
        let factor = max(picture.rows, picture.columns) <= 800 ? 3 : 1
        let output = try program.output(
            ["stdin", "stdout", "--psm", "11", "-l", "eng", "tsv"], input: Self.graymap(picture, factor))
        return String(decoding: output, as: UTF8.self).split(separator: "\n").dropFirst()
            .compactMap { Self.word($0, factor) }
    }

    /// A line of its table: level, page, block, paragraph, line, word, left, top, width, height, certainty, text.
    private static func word(_ line: Substring, _ factor: Int) -> PixelRegion? {
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
        guard fields.count >= 12, let certain = Double(fields[10]), certain >= certainty,
            fields[11].filter({ $0.isLetter || $0.isNumber }).count >= shortest
        else { return nil }
        let numbers = fields[6...9].compactMap { Int($0) }
        guard numbers.count == 4, numbers[3] >= lowest else { return nil }
        return PixelRegion(
            x: numbers[0] / factor, y: numbers[1] / factor, width: max(1, numbers[2] / factor),
            height: max(1, numbers[3] / factor))
    }

    /// A PGM file, `factor` times as large.
    private static func graymap(_ picture: RenderedImage, _ factor: Int) -> Bytes {
        var out = Array("P5\n\(picture.columns * factor) \(picture.rows * factor)\n255\n".utf8)
        out.reserveCapacity(out.count + picture.rows * picture.columns * factor * factor)
        let pixels = picture.pixels.array
        let channels = picture.channels
        for row in 0..<picture.rows {
            let line = (0..<picture.columns).flatMap { column in
                let start = (row * picture.columns + column) * channels
                let value = pixels[start..<(start + min(3, channels))].max() ?? 0
                return [UInt8](repeating: value, count: factor)
            }
            for _ in 0..<factor { out += line }
        }
        return Bytes(out)
    }
}
