import ByteIO
import DICOM
import DICOMImaging
import Testing

/// Frames for the wavelet coders, and what decodes their codestreams.
enum WaveletFixture {
    /// Noise, so that every bit plane occurs, with the smallest and the largest sample among it.
    static func frame(
        rows: Int, columns: Int, samples: Int = 1, bits: Int, signed: Bool = false,
        photometric: PhotometricInterpretation? = nil
    ) throws -> StoredFrame {
        let width = bits <= 8 ? 1 : bits <= 16 ? 2 : 4
        var state: UInt64 = 88_172_645_463_325_252
        var bytes: [UInt8] = []
        for index in 0..<(rows * columns * samples) {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            let top = (1 << bits) - 1
            var value = index == 0 ? 0 : index == 1 ? top : Int(truncatingIfNeeded: state >> 20) & top
            if signed { value -= 1 << (bits - 1) }
            for byte in 0..<width { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * byte))) }
        }
        return try StoredFrame(
            rows: rows, columns: columns, samplesPerPixel: samples, bytesPerSample: width, bitsStored: bits,
            isSigned: signed, photometric: photometric ?? (samples == 3 ? .rgb : .monochrome2), samples: Bytes(bytes))
    }

    /// Decodes `codestream` for a data set that describes `frame`.
    static func decode(_ codestream: Bytes, as frame: StoredFrame, syntax: String) throws -> StoredFrame {
        let dataSet = Fixture.dataSet(
            rows: frame.rows, columns: frame.columns, samples: frame.samplesPerPixel, bits: frame.bytesPerSample * 8,
            stored: frame.bitsStored, signed: frame.isSigned, photometric: frame.photometric.rawValue)
        let description = try PixelDescription(
            dataSet, transferSyntax: TransferSyntax(uid: "1.2.840.10008.1.2.4.\(syntax)"), isWordEncoded: true)
        return try FrameDecoder(description).decode(codestream)
    }

    struct Shape: CustomTestStringConvertible, Sendable {
        let rows: Int
        let columns: Int
        var samples = 1
        let bits: Int
        var signed = false
        var testDescription: String {
            "\(rows) × \(columns) × \(samples), \(signed ? "signed" : "unsigned") \(bits) bits"
        }
    }

    static let shapes = [
        Shape(rows: 64, columns: 48, bits: 8), Shape(rows: 33, columns: 65, bits: 12),
        Shape(rows: 40, columns: 40, bits: 16), Shape(rows: 40, columns: 40, bits: 16, signed: true),
        Shape(rows: 17, columns: 31, bits: 12, signed: true), Shape(rows: 20, columns: 30, bits: 8, signed: true),
        Shape(rows: 1, columns: 1, bits: 8), Shape(rows: 1, columns: 300, bits: 10),
        Shape(rows: 300, columns: 1, bits: 1),
        Shape(rows: 31, columns: 37, samples: 3, bits: 8), Shape(rows: 16, columns: 16, samples: 3, bits: 16),
        Shape(rows: 16, columns: 16, samples: 2, bits: 8), Shape(rows: 16, columns: 16, samples: 4, bits: 8),
        Shape(rows: 40, columns: 40, bits: 24), Shape(rows: 40, columns: 40, bits: 20, signed: true),
    ]
}
