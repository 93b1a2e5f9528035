import ByteIO
import DICOM
import DICOMImaging

/// From stored values to those of the modality and back: Rescale Slope and Intercept (PS3.3 C.11.1), of the image or of
/// a frame (C.7.6.16.2.9).
struct ModalityScale: Sendable, Hashable {
    let slope: Double
    let intercept: Double

    init(_ dataSet: DataSet, frame number: Int) {
        let perFrame = dataSet.sequence(.PerFrameFunctionalGroupsSequence) ?? []
        let own = number >= 1 && number <= perFrame.count ? perFrame[number - 1] : nil
        let source =
            own?.sequence(.PixelValueTransformationSequence)?.first
            ?? dataSet.sequence(.SharedFunctionalGroupsSequence)?.first?.sequence(.PixelValueTransformationSequence)?
            .first ?? dataSet
        let slope = source.double(.RescaleSlope) ?? 1
        self.slope = slope.isFinite && slope != 0 ? slope : 1
        intercept = source.double(.RescaleIntercept).flatMap { $0.isFinite ? $0 : nil } ?? 0
    }

    /// The stored value that comes nearest to `value`, of those that fit.
    func stored(_ value: Double, in range: ClosedRange<Int>) -> Int {
        let exact = ((value - intercept) / slope).rounded()
        guard exact.isFinite else { return range.lowerBound }
        return exact <= Double(range.lowerBound)
            ? range.lowerBound : exact >= Double(range.upperBound) ? range.upperBound : Int(exact)
    }

    /// Values of the modality, row by row.
    func values(of frame: StoredFrame) -> [Float] {
        let bytes = frame.samples.array
        let width = frame.bytesPerSample
        let (slope, intercept) = (Float(slope), Float(intercept))
        let shift = UInt64(64 - 8 * width)
        return (0..<frame.sampleCount).map { index in
            var bits: UInt64 = 0
            for byte in 0..<width { bits |= UInt64(bytes[index &* width &+ byte]) << UInt64(8 &* byte) }
            let value = frame.isSigned ? Float(Int64(bitPattern: bits << shift) >> Int64(shift)) : Float(bits)
            return value * slope + intercept
        }
    }
}
