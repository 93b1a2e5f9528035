// modules: ByteIO DICOM DICOMImaging
// with: MadeFrame
import ByteIO
import DICOM
import DICOMImaging

/// RLE Lossless: rows, columns, and a byte for samples and width, before the segments; what came out is written and
/// comes back.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard count > 3 else { return 0 }
    let syntax = "1.2.840.10008.1.2.5"
    let description = MadeFrame.description(
        rows: Int(bytes[0]), columns: Int(bytes[1]), samples: bytes[2] & 1 == 0 ? 1 : 3,
        bits: [8, 16, 12, 32][Int(bytes[2] >> 1 & 3)], syntax: syntax, isSigned: bytes[2] & 8 != 0)
    guard let description, let frame = MadeFrame.decode(Array(bytes[3...]), description) else { return 0 }
    MadeFrame.comesBack(frame, in: syntax, description)
    return 0
}
