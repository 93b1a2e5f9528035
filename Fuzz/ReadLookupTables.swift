// modules: ByteIO DICOM DICOMImaging
import ByteIO
import DICOM
import DICOMImaging

/// Lookup tables, palettes (whole, segmented, supplemental) and windows of a made image: whatever their descriptors
/// say, the image is shown or refused, and tables stay as small as a descriptor can make them.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count >= 2 else { return 0 }
    let input = Bytes(Array(UnsafeBufferPointer(start: start, count: count)))
    // A bare data set of tables, in explicit little endian, put beside an image of our own.
    guard let tables = try? DICOMFile.read(input) else { return 0 }
    for (bits, signed, photometric) in [
        (8, 0, "PALETTE COLOR"), (16, 0, "PALETTE COLOR"), (8, 0, "MONOCHROME2"), (16, 1, "MONOCHROME1"),
    ] {
        var dataSet = DataSet()
        for element in tables.dataSet.elements { dataSet.set(element) }
        dataSet.set(.SamplesPerPixel, .US, ints: [1])
        dataSet.set(.PhotometricInterpretation, .CS, photometric)
        dataSet.set(.Rows, .US, ints: [4])
        dataSet.set(.Columns, .US, ints: [4])
        dataSet.set(.BitsAllocated, .US, ints: [bits])
        dataSet.set(.BitsStored, .US, ints: [bits])
        dataSet.set(.HighBit, .US, ints: [bits - 1])
        dataSet.set(.PixelRepresentation, .US, ints: [signed])
        dataSet.set(.NumberOfFrames, .IS, ints: [1])
        dataSet.set(.PixelData, .OW, bytes: Bytes((0..<(2 * bits)).map { UInt8(truncatingIfNeeded: $0 * 37) }))
        let file = DICOMFile(meta: DataSet(), dataSet: dataSet)
        guard let frame = try? PixelData(file).frame(1) else { continue }
        let parameters = DisplayParameters.Reader(dataSet) { raw in raw.bytes }.frame(1)
        for table in [parameters.modalityTable] + parameters.voiTables.map(\.table)
            + [parameters.palette?.red, parameters.palette?.green, parameters.palette?.blue]
        {
            precondition((table?.entries.count ?? 0) <= 65536)
        }
        guard let image = try? Renderer.render(frame, parameters, RenderOptions()) else { continue }
        precondition(image.rows == 4 && image.columns == 4)
        _ = try? PNGEncoder.encode(image)
    }
    return 0
}
