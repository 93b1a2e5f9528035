// modules: ByteIO DICOM
// seeds: 05_charset
import ByteIO
import DICOM

/// Text in every declared set is read without a trap and without growing beyond what its bytes can say; what is
/// written anew in the set reads the same again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    // The terms of (0008,0005), a zero, a byte that chooses the VR, and the text.
    guard let end = input.firstIndex(of: 0), end < 200, end + 1 < count else { return 0 }
    let terms = String(decoding: input[..<end], as: UTF8.self).split(
        separator: "\\", omittingEmptySubsequences: false
    ).map(String.init)
    let all: [VR] = [.PN, .LO, .LT, .UC, .SH, .ST, .UT, .CS, .DS, .IS, .DA, .TM, .DT, .UI, .AE, .AS, .UR]
    let vr = all[Int(input[end + 1]) % all.count]
    let characterSet = CharacterSet(terms: terms)
    let bytes = Bytes(Array(input[(end + 2)...]))
    let values = characterSet.values(of: bytes, vr: vr)
    // Three bytes of UTF-8 for each byte that is in no set.
    precondition(values.reduce(0) { $0 + $1.utf8.count } <= 4 * bytes.count + 4)
    var dataSet = DataSet()
    dataSet.set(.SpecificCharacterSet, .CS, strings: terms)
    dataSet.set(DataElement(.PatientName, vr, bytes: bytes))
    precondition(!dataSet.json().isEmpty)
    _ = dataSet.personName(.PatientName)
    _ = dataSet.date(.PatientName)
    _ = dataSet.time(.PatientName)
    _ = dataSet.dateTime(.PatientName)
    _ = dataSet.doubles(.PatientName)
    _ = dataSet.ints(.PatientName)
    let known = values.allSatisfy { !$0.unicodeScalars.contains { $0 == "\u{FFFD}" || $0 == "?" || $0.value < 32 } }
    guard known, vr == .UT || vr == .LT else { return 0 }
    let written = characterSet.encode(values, vr: vr)
    let again = characterSet.values(of: written, vr: vr)
    if !again.contains(where: { $0.contains("?") }) { precondition(again == values) }
    return 0
}
