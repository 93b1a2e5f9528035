// modules: ByteIO DICOM DICOMImaging
// with: MadeFrame
import ByteIO
import DICOM
import DICOMImaging

/// JPEG-LS as a frame of the size that it says; what came out is written in every interleave mode and with restart
/// markers, and comes back, within NEAR where some loss is asked for.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let syntax = "1.2.840.10008.1.2.4.80"
    guard let description = MadeFrame.jpeg(bytes, syntax: syntax), let frame = MadeFrame.decode(bytes, description)
    else { return 0 }
    for (number, interleave) in JPEGLSEncoder.Interleave.allCases.enumerated() {
        let interval = number * frame.rows / 3
        guard let coded = try? JPEGLSEncoder.encode(frame, interleave: interleave, restartInterval: interval),
            let again = MadeFrame.decode(coded.array, description)
        else { fatalError("what was read cannot be written") }
        precondition(again.samples == frame.samples)
    }
    let near = min(count & 15, ((1 << frame.bitsStored) - 1) / 2)
    guard let coded = try? JPEGLSEncoder.encode(frame, near: near),
        let again = MadeFrame.decode(coded.array, description)
    else { fatalError("what was read cannot be written near") }
    precondition(zip(values(again), values(frame)).allSatisfy { abs($0 - $1) <= near })
    return 0
}

func values(_ frame: StoredFrame) -> [Int] {
    let bytes = frame.samples
    return (0..<frame.sampleCount).map { index in
        frame.bytesPerSample == 1 ? Int(bytes[index]) : Int(bytes[2 * index]) | Int(bytes[2 * index + 1]) << 8
    }
}
