internal import DICOM

/// Whether the attributes that describe the pixels agree with each other and with the length of Pixel Data.
struct PixelCheck {
    private let dataSet: DataSet
    private let clause = "PS3.3 C.7.6.3 Image Pixel"

    init(_ dataSet: DataSet) { self.dataSet = dataSet }

    func run(_ findings: inout FindingList) {
        // Values of a wrong VR may be of any size; the attributes have 16 bits.
        guard let allocated = short(.BitsAllocated), let stored = short(.BitsStored) else { return }
        if stored > allocated {
            findings.add(.error, .inconsistent, TagPath(.BitsStored), "not more than Bits Allocated", clause)
        }
        // ACR-NEMA had other High Bits; files that have them still can be read.
        if let high = short(.HighBit), high != stored - 1 {
            findings.add(.error, .inconsistent, TagPath(.HighBit), "one less than Bits Stored", clause)
        }
        if let count = nativeCount, let expected = byteCount(bitsAllocated: allocated), count != expected {
            let requirement = "Rows × Columns × Samples × Bits Allocated × Frames"
            findings.add(.error, .inconsistent, TagPath(.PixelData), requirement, "PS3.5 8.1.1")
        }
    }

    private func short(_ tag: Tag) -> Int? {
        dataSet.int(tag).flatMap { (0...0xFFFF).contains($0) ? $0 : nil }
    }

    /// Length of Pixel Data that is not encapsulated.
    private var nativeCount: Int? {
        guard let element = dataSet[.PixelData], case .raw(let raw) = element.value else { return nil }
        return raw.count
    }

    /// The length that the attributes ask for, padded to an even one; `nil` where they are absent or make no sense.
    private func byteCount(bitsAllocated: Int) -> Int? {
        guard let rows = short(.Rows), let columns = short(.Columns), let samples = short(.SamplesPerPixel),
            (1...64).contains(bitsAllocated), (1...16).contains(samples)
        else { return nil }
        let frames = dataSet.contains(.NumberOfFrames) ? dataSet.int(.NumberOfFrames) ?? 0 : 1
        let (pixels, overflows) = (rows * columns).multipliedReportingOverflow(by: frames)
        let (bits, overflowsToo) = pixels.multipliedReportingOverflow(by: samples * bitsAllocated)
        guard frames > 0, rows > 0, columns > 0, !overflows, !overflowsToo else { return nil }
        let bytes = subsampled(bits / 8 + (bits % 8 == 0 ? 0 : 1))
        return bytes + bytes % 2
    }

    /// Chrominance of every second pixel, or of every second pixel of every second row (PS3.3 §C.7.6.3.1.2).
    private func subsampled(_ bytes: Int) -> Int {
        switch dataSet.string(.PhotometricInterpretation) {
        case "YBR_FULL_422", "YBR_PARTIAL_422": bytes / 3 * 2
        case "YBR_PARTIAL_420": bytes / 2
        default: bytes
        }
    }
}
