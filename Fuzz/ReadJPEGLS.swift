// modules: ByteIO DICOM DICOMImaging
// with: MadeFrame
import ByteIO
import DICOM
import DICOMImaging

/// JPEG-LS as a frame of the size that it says; what came out is written and comes back.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let syntax = "1.2.840.10008.1.2.4.80"
    guard let description = MadeFrame.jpeg(bytes, syntax: syntax), let frame = MadeFrame.decode(bytes, description)
    else { return 0 }
    if frame.photometric == .monochrome2 || frame.photometric == .rgb {
        MadeFrame.comesBack(frame, in: syntax, description)
    }
    return 0
}
