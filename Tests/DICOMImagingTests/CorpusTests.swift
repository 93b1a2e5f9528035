import ByteIO
import DICOM
import DICOMImaging
import Foundation
import Testing

@Suite(.enabled(if: Corpus.directory != nil, Corpus.absence)) struct CorpusTests {
    /// Transfer syntaxes that this version decodes.
    static let supported: Set<String> = [
        "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99",
        "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.8.1",
    ]

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
