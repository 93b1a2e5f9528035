// modules: ByteIO DICOM DICOMImaging
// seeds: 04_transfer_syntax/pydicom_small
import ByteIO
import DICOM
import DICOMImaging

/// The frames of a file lie within it, do not overlap where they are native, and can be read whatever its offset
/// tables say.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Bytes(Array(UnsafeBufferPointer(start: start, count: count)))
    var options = ReadOptions()
    options.maximumInflatedBytes = 1 << 20
    guard let file = try? DICOMFile.read(bytes, options: options), let pixels = try? PixelData(file) else { return 0 }
    let frames = pixels.frameCount
    precondition(frames <= pixels.description.numberOfFrames)
    var read = 0
    for number in [1, 2, 3, frames / 2, frames - 1, frames] where number >= 1 && number <= frames {
        guard let location = try? pixels.index.location(ofFrame: number) else { fatalError("a frame has no location") }
        precondition(location.ranges.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= file.contents.count })
        guard let frame = try? pixels.bytes(ofFrame: number) else { fatalError("a frame cannot be read") }
        precondition(frame.count == location.count)
        read += frame.count
    }
    precondition(read <= 6 * file.contents.count)
    precondition((try? pixels.index.location(ofFrame: 0)) == nil)
    precondition((try? pixels.index.location(ofFrame: frames + 1)) == nil)
    let reader = FrameGeometry.Reader(file.dataSet)
    let places = (0..<min(frames, 64)).map { reader.frame($0 + 1) }
    precondition(SeriesGeometry(places).order.sorted() == Array(places.indices))
    return 0
}
