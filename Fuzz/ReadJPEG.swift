// modules: ByteIO DICOM DICOMImaging
// with: MadeFrame
import ByteIO
import DICOM
import DICOMImaging

/// JPEG of every process, as a frame of the size that it says.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    MadeFrame.decode(bytes, MadeFrame.jpeg(bytes, syntax: "1.2.840.10008.1.2.4.57"))
    return 0
}
