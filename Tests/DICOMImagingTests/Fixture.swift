import ByteIO
import DICOM
import DICOMImaging

/// Small images made for one test.
enum Fixture {
    /// The Image Pixel Module.
    static func dataSet(
        rows: Int, columns: Int, samples: Int = 1, bits: Int = 8, stored: Int? = nil, high: Int? = nil,
        signed: Bool = false, photometric: String? = nil, planar: Int? = nil, frames: Int? = nil
    ) -> DataSet {
        var dataSet = DataSet()
        dataSet.set(.SamplesPerPixel, .US, ints: [samples])
        dataSet.set(.PhotometricInterpretation, .CS, photometric ?? (samples == 3 ? "RGB" : "MONOCHROME2"))
        if let planar { dataSet.set(.PlanarConfiguration, .US, ints: [planar]) }
        if let frames { dataSet.set(.NumberOfFrames, .IS, ints: [frames]) }
        dataSet.set(.Rows, .US, ints: [rows])
        dataSet.set(.Columns, .US, ints: [columns])
        dataSet.set(.BitsAllocated, .US, ints: [bits])
        dataSet.set(.BitsStored, .US, ints: [stored ?? bits])
        dataSet.set(.HighBit, .US, ints: [high ?? (stored ?? bits) - 1])
        dataSet.set(.PixelRepresentation, .US, ints: [signed ? 1 : 0])
        return dataSet
    }

    static func description(
        rows: Int, columns: Int, samples: Int = 1, bits: Int = 8, photometric: String? = nil,
        syntax: String = "1.2.840.10008.1.2.1"
    ) throws -> PixelDescription {
        try PixelDescription(
            dataSet(rows: rows, columns: columns, samples: samples, bits: bits, photometric: photometric),
            transferSyntax: TransferSyntax(uid: syntax), isWordEncoded: true)
    }

    /// A file with native pixel data.
    static func file(_ dataSet: DataSet, pixels: [UInt8], vr: VR = .OW) -> DICOMFile {
        var dataSet = dataSet
        dataSet.set(.PixelData, vr, bytes: Bytes(pixels))
        return DICOMFile(meta: DataSet(), dataSet: dataSet)
    }

    /// Renders frame 1 of a file.
    static func render(_ file: DICOMFile, _ options: RenderOptions = RenderOptions()) throws -> [UInt8] {
        let frame = try PixelData(file).frame(1)
        return try Renderer.render(frame, DisplayParameters(file, frame: 1), options).pixels.array
    }
}
