import ByteIO
import DICOM

/// Overlay planes in bits of Pixel Data that hold no sample, as was done before 2004 (PS3.5 §8.1.2, retired). Where
/// only values are kept they become Overlay Data of their own (PS3.3 C.9.2).
struct EmbeddedOverlays {
    private struct Plane {
        let group: UInt16
        let bit: Int
        var bits = BitPacker()
    }

    private var planes: [Plane] = []
    private let isMultiframe: Bool

    init(_ dataSet: DataSet, _ description: PixelDescription) {
        isMultiframe = description.numberOfFrames > 1
        guard description.samplesPerPixel == 1 else { return }
        let stored = (description.highBit - description.bitsStored + 1)...description.highBit
        for group in stride(from: UInt16(0x6000), through: 0x601E, by: 2) {
            guard !dataSet.contains(Tag(group, 0x3000)), let allocated = dataSet.int(Tag(group, 0x0100)),
                allocated > 1, let bit = dataSet.int(Tag(group, 0x0102)),
                bit >= 0, bit < description.bitsAllocated, !stored.contains(bit)
            else { continue }
            planes.append(Plane(group: group, bit: bit))
        }
    }

    /// Takes the planes out of `frame`, which has all bits of its words.
    mutating func collect(_ frame: StoredFrame) {
        let count = frame.sampleCount
        let width = frame.bytesPerSample
        for index in planes.indices {
            let (byte, mask) = (planes[index].bit / 8, UInt8(1) << (planes[index].bit % 8))
            let bits = unsafe Bytes(count: count) { target in
                unsafe frame.samples.withUnsafeBytes { source in
                    // `source` has `count` samples of `width` bytes: StoredFrame's initialiser saw to it.
                    for sample in 0..<count { unsafe target[sample] = source[sample &* width &+ byte] & mask }
                }
            }
            planes[index].bits.append(bits)
        }
    }

    /// Whether `frame` has bits set that are neither value nor overlay nor a repeated sign.
    func strayBits(_ frame: StoredFrame, _ description: PixelDescription) -> Bool {
        switch frame.bytesPerSample {
        case 1: unsafe frame.withSamples(as: UInt8.self) { unsafe strayBits($0, frame.sampleCount, description) }
        case 2: unsafe frame.withSamples(as: UInt16.self) { unsafe strayBits($0, frame.sampleCount, description) }
        case 4: unsafe frame.withSamples(as: UInt32.self) { unsafe strayBits($0, frame.sampleCount, description) }
        default: unsafe frame.withSamples(as: UInt64.self) { unsafe strayBits($0, frame.sampleCount, description) }
        }
    }

    private func strayBits<T: FixedWidthInteger & UnsignedInteger>(
        _ samples: UnsafePointer<T>, _ count: Int, _ description: PixelDescription
    ) -> Bool {
        // Shifts of Swift's smart kind: the width of T gives 0.
        let above = T.max << T(clamping: description.highBit + 1)
        let below = ~(T.max << T(clamping: description.highBit + 1 - description.bitsStored))
        let overlays = planes.reduce(T(0)) { $0 | T(1) << T(clamping: $1.bit) }
        let unused = (above | below) & ~overlays
        var any: T = 0
        for index in 0..<count { unsafe any |= samples[index] }
        guard any & unused != 0 else { return false }
        guard description.isSigned, any & below & unused == 0 else { return true }
        let sign = T(1) << T(clamping: description.highBit)
        let signs = above & unused
        for index in 0..<count {
            let sample = unsafe samples[index]
            let extended = sample & signs
            if extended != 0, extended != signs || sample & sign == 0 { return true }
        }
        return false
    }

    /// Makes the planes that were collected Overlay Data.
    func move(in dataSet: inout DataSet) {
        for var plane in planes {
            var bytes = plane.bits.finish()
            if bytes.isEmpty { continue }
            if !bytes.count.isMultiple(of: 2) { bytes = Bytes(bytes.array + [0]) }
            dataSet.set(Tag(plane.group, 0x0100), .US, ints: [1])
            dataSet.set(Tag(plane.group, 0x0102), .US, ints: [0])
            dataSet.set(Tag(plane.group, 0x3000), .OW, bytes: bytes)
            guard isMultiframe else { continue }
            let frames = dataSet.int(.NumberOfFrames) ?? 1
            dataSet.set(Tag(plane.group, 0x0015), .IS, ints: [frames])
            if !dataSet.contains(Tag(plane.group, 0x0051)) { dataSet.set(Tag(plane.group, 0x0051), .US, ints: [1]) }
        }
    }
}
