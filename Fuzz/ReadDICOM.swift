// modules: ByteIO DICOM
// libraries: deflate z
// seeds: 04_transfer_syntax/pydicom_small 05_charset 09_malformed
import ByteIO
import DICOM

/// Whatever can be read is written back byte for byte, becomes JSON, and reads the same from a source that is not
/// memory; written anew it can be read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Bytes(Array(UnsafeBufferPointer(start: start, count: count)))
    var options = ReadOptions()
    options.maximumInflatedBytes = 16 << 20
    guard var file = try? DICOMFile.read(bytes, options: options) else { return 0 }
    guard let pieces = try? file.encode(), pieces == [.source(0..<count)] else {
        fatalError("what was read is not written back")
    }
    precondition(!file.dataSet.json().isEmpty && !file.meta.json().isEmpty)
    guard let other = try? DICOMFile.read(Ranged(bytes: bytes), options: options), other.warnings == file.warnings,
        other.dataSet.elements.map(\.sourceRange) == file.dataSet.elements.map(\.sourceRange)
    else { fatalError("a source that is not memory reads otherwise") }
    file.dataSet = file.dataSet.rebuilt
    guard let written = try? file.encode().materialize(from: bytes) else { return 0 }
    precondition((try? DICOMFile.read(written, options: options)) != nil || !file.warnings.isEmpty)
    return 0
}

struct Ranged: ByteSource {
    let bytes: Bytes
    var count: Int { bytes.count }

    func read(_ range: Range<Int>) throws(ByteIOError) -> Bytes { Bytes(try bytes.read(range).array) }
}

extension DataSet {
    /// The same elements, each of them made anew from its value.
    var rebuilt: DataSet {
        DataSet(
            elements.map { element in
                guard let items = element.items else { return DataElement(element.tag, element.vr, element.value) }
                return DataElement(element.tag, items: items.map(\.dataSet.rebuilt))
            })
    }
}
