import ByteIO
import DICOM
import DICOMImaging

/// Descriptions of frames that codestreams are decoded for: as large as the codestream says, so that it comes through.
enum MadeFrame {
    /// - Returns: `nil` for what no data set would describe, or is larger than a fuzzer has time for.
    static func description(
        rows: Int, columns: Int, samples: Int, bits: Int, syntax: String, isSigned: Bool = false
    ) -> PixelDescription? {
        guard rows > 0, columns > 0, rows * columns * samples <= 1 << 18 else { return nil }
        var dataSet = DataSet()
        dataSet.set(.SamplesPerPixel, .US, ints: [samples])
        dataSet.set(.PhotometricInterpretation, .CS, samples == 3 ? "RGB" : "MONOCHROME2")
        dataSet.set(.Rows, .US, ints: [rows])
        dataSet.set(.Columns, .US, ints: [columns])
        dataSet.set(.BitsAllocated, .US, ints: [bits <= 8 ? 8 : bits <= 16 ? 16 : 32])
        dataSet.set(.BitsStored, .US, ints: [bits])
        dataSet.set(.HighBit, .US, ints: [bits - 1])
        dataSet.set(.PixelRepresentation, .US, ints: [isSigned ? 1 : 0])
        return try? PixelDescription(dataSet, transferSyntax: TransferSyntax(uid: syntax), isWordEncoded: true)
    }

    /// What the first frame header says: SOF0 to SOF15 of JPEG, SOF55 of JPEG-LS.
    static func jpeg(_ bytes: [UInt8], syntax: String) -> PixelDescription? {
        var at = 2
        while at + 9 < bytes.count {
            guard bytes[at] == 0xFF else { return nil }
            let marker = bytes[at + 1]
            let isFrame = (0xC0...0xCF).contains(marker) && ![0xC4, 0xC8, 0xCC].contains(marker)
            if isFrame || marker == 0xF7 { return frame(bytes, at, syntax) }
            at += 2 + (Int(bytes[at + 2]) << 8 | Int(bytes[at + 3]))
        }
        return nil
    }

    private static func frame(_ bytes: [UInt8], _ at: Int, _ syntax: String) -> PixelDescription? {
        func word(_ offset: Int) -> Int { Int(bytes[at + offset]) << 8 | Int(bytes[at + offset + 1]) }
        return description(
            // 0 rows: a DNL segment says it later; whatever it says, these are the most that come here.
            rows: word(5) == 0 ? 16 : word(5), columns: word(7), samples: Int(bytes[at + 9]), bits: Int(bytes[at + 4]),
            syntax: syntax)
    }

    /// Decodes; samples are as many as were described.
    @discardableResult
    static func decode(_ bytes: [UInt8], _ description: PixelDescription?) -> StoredFrame? {
        guard let description, let decoder = try? FrameDecoder(description),
            let frame = try? decoder.decode(Bytes(bytes))
        else { return nil }
        precondition(frame.samples.count == description.decodedFrameBytes)
        return frame
    }

    /// A lossless syntax gives back what it was given.
    static func comesBack(_ frame: StoredFrame, in syntax: String, _ description: PixelDescription) {
        guard let encoder = try? FrameEncoder(TransferSyntax(uid: syntax)), let encoded = try? encoder.encode(frame)
        else { return }
        guard let again = decode(encoded.array, description) else { fatalError("what was written cannot be read") }
        precondition(again.samples == frame.samples)
    }
}

/// Where C libraries would decode: nowhere. What is fuzzed is our own code before them.
struct Elsewhere: CodecSandbox {
    func decode(_ frame: ForeignFrame) throws(ImagingError) -> Bytes {
        throw ImagingError(.unsupported, "not in this process")
    }
}
