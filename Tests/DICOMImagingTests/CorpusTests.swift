import ByteIO
import DICOM
import DICOMImaging
import Foundation
import TestMaterial
import Testing

@Suite(.enabled(if: Corpus.isHere, "../shared/corpus is absent")) struct CorpusTests {
    /// Transfer syntaxes that this version decodes.
    static let supported: Set<String> = [
        "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99",
        "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.8.1",
        "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81",
        "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.53", "1.2.840.10008.1.2.4.55", "1.2.840.10008.1.2.4.57",
        "1.2.840.10008.1.2.4.70",
        "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.201",
        "1.2.840.10008.1.2.4.202", "1.2.840.10008.1.2.4.203",
    ]

    /// A whole slide image of 14 × 10 tiles, of which those at the right and lower edge are coded smaller than Rows and
    /// Columns say. The manifest's digest over all frames is of one decoder that puts their samples wherever they fall.
    static let contradictory = "03_multiframe/multiframe.dcm"

    @Test func `a frame whose codestream contradicts the data set is an error, its neighbours are not`() throws {
        let pixels = try PixelData(try Corpus.file(Self.contradictory))
        #expect(pixels.frameCount == 140)
        var contradictory = 0
        for number in 1...140 {
            do {
                #expect(try pixels.frame(number).sampleCount == 240 * 240 * 3)
            } catch {
                #expect(error.code == .corrupt, "frame \(number): \(error)")
                contradictory += 1
            }
        }
        #expect(contradictory == 10 + 14 - 1)
        #expect(throws: ImagingError.self) { try pixels.frame(14) }
    }

    @Test func `every supported image equals the corpus' digests`() throws {
        var counts: [String: Int] = [:]
        for row in try Corpus.rows() {
            guard let syntax = row["transfer_syntax"], Self.supported.contains(syntax), let path = row["path"],
                let first = row["golden_frame0_sha256"], !first.isEmpty
            else { continue }
            do {
                let pixels = try PixelData(try Corpus.file(path))
                let frame = try pixels.frame(1).samples
                #expect(sha256(frame.array) == first, "frame 1 of \(path)")
                guard path != Self.contradictory else { continue }
                var all = frame.array
                for number in 2..<max(2, min(200, pixels.frameCount) + 1) where number <= pixels.frameCount {
                    all += try pixels.frame(number).samples.array
                }
                #expect(sha256(all) == row["golden_allframes_sha256"], "all frames of \(path)")
                counts[syntax, default: 0] += 1
            } catch {
                Issue.record("\(path): \(error)")
            }
        }
        for (syntax, count) in counts.sorted(by: { $0.key < $1.key }) {
            print("digests compared: \(count) files of \(TransferSyntax(uid: syntax).name)")
        }
        #expect(counts.values.reduce(0, +) >= 300)
    }
}

/// Whatever the corpus holds may be refused, but must not crash, hang or take much memory.
@Suite(.enabled(if: Corpus.isHere, "../shared/corpus is absent")) struct HostileFileTests {
    @Test func `every file of the corpus is shown or refused`() throws {
        var shown = 0
        var refused: [ImagingError.Code: Int] = [:]
        for row in try Corpus.rows() {
            guard let path = row["path"], let file = try? Corpus.file(path) else { continue }
            do {
                let pixels = try PixelData(file)
                for number in Set([1, 2, pixels.frameCount]) where number <= pixels.frameCount {
                    let frame = try pixels.frame(number)
                    let image = try Renderer.render(
                        frame, DisplayParameters(file, frame: number), RenderOptions(viewport: Viewport(fitting: 64)))
                    #expect(image.rows <= 64 && image.columns <= 64)
                    if SixteenBitTransport.canEncode(frame) { _ = try SixteenBitTransport.encode(frame) }
                }
                shown += 1
            } catch {
                refused[error.code, default: 0] += 1
            }
        }
        print("shown: \(shown); refused: \(refused.map { "\($0.key) \($0.value)" }.sorted().joined(separator: ", "))")
        #expect(shown > 300)
    }
}
