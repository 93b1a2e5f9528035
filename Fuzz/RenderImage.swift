// modules: ByteIO DICOM DICOMImaging
// with: MadeFrame
// seeds: 04_transfer_syntax/pydicom_small 03_multiframe 09_malformed
import ByteIO
import DICOM
import DICOMImaging

/// A whole file, from its bytes to the picture: the first and the last frame are decoded, rendered and written as PNG
/// and JPEG. JPEG 2000 and JPEG XL, which run in a process of their own, are left out here.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    if ForeignCodecs.sandbox == nil { ForeignCodecs.sandbox = Elsewhere() }
    let bytes = Bytes(Array(UnsafeBufferPointer(start: start, count: count)))
    var options = ReadOptions()
    options.maximumInflatedBytes = 1 << 20
    guard let file = try? DICOMFile.read(bytes, options: options), let pixels = try? PixelData(file),
        // Large pictures are no other pictures, and take most of the time.
        pixels.description.rows * pixels.description.columns <= 1 << 16
    else { return 0 }
    let reader = DisplayParameters.Reader(file)
    for number in Set([1, pixels.frameCount]) {
        guard let frame = try? pixels.frame(number) else { continue }
        precondition(frame.samples.count == frame.rows * frame.columns * frame.samplesPerPixel * frame.bytesPerSample)
        let parameters = reader.frame(number)
        guard let image = try? Renderer.render(frame, parameters, RenderOptions()) else { continue }
        precondition((try? PNGEncoder.encode(image)) != nil)
        _ = try? JPEGEncoder.encode(image)
        if let viewport = try? Viewport(fitting: 16) {
            _ = try? Renderer.render(frame, parameters, RenderOptions(viewport: viewport, isInverted: true))
        }
        _ = try? SixteenBitTransport.encode(frame)
    }
    return 0
}
