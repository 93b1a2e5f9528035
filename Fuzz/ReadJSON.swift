// modules: ByteIO DICOM
import ByteIO
import DICOM

/// DICOM JSON that can be read is written, and reads the same again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Bytes(Array(UnsafeBufferPointer(start: start, count: count)))
    var options = JSONReadOptions()
    options.maximumElements = 20_000
    _ = try? DataSet.dataSets(json: bytes, options: options)
    guard let dataSet = try? DataSet(json: bytes, options: options) else { return 0 }
    let written = Bytes(Array(dataSet.json()))
    guard let again = try? DataSet(json: written) else { fatalError("what was written cannot be read") }
    precondition(Bytes(Array(again.json())) == written)
    // The attributes are a data set like any other.
    let file = DICOMFile(meta: DataSet(), dataSet: dataSet)
    guard let encoded = try? file.encode().materialize(from: Bytes([])) else { return 0 }
    _ = try? DICOMFile.read(encoded)
    return 0
}
