// modules: ByteIO DICOM DICOMImaging
// with: MadeFrame
import ByteIO
import DICOM
import DICOMImaging

/// What we read ourselves of JPEG 2000, HTJ2K and JPEG XL before a C library, in its own process, sees it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    if ForeignCodecs.sandbox == nil { ForeignCodecs.sandbox = Elsewhere() }
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    for syntax in ["1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.203", "1.2.840.10008.1.2.4.110"] {
        for (samples, bits) in [(1, 12), (3, 8)] {
            MadeFrame.decode(
                bytes, MadeFrame.description(rows: 64, columns: 64, samples: samples, bits: bits, syntax: syntax))
        }
    }
    return 0
}
