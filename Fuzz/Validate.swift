// modules: ByteIO DICOM DICOMValidation
// libraries: deflate z
// seeds: 03_multiframe 06_nonimage 09_malformed
import ByteIO
import DICOM
import DICOMValidation

/// Whatever can be read is validated, with findings in proportion to it and a clause in each.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Bytes(Array(UnsafeBufferPointer(start: start, count: count)))
    var options = ReadOptions()
    options.maximumInflatedBytes = 16 << 20
    guard let file = try? DICOMFile.read(bytes, options: options) else { return 0 }
    let findings = IODValidator().validate(file)
    precondition(findings.count <= 4001, "more findings than are told")
    for finding in findings {
        precondition(finding.clause.hasPrefix("PS3.") && finding.count > 0 && !finding.path.steps.isEmpty)
    }
    return 0
}
