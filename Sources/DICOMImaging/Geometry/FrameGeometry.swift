/// What one frame says of its place: enough to put it among the others of its series.
public struct FrameGeometry: Sendable, Hashable {
    public var rows = 0
    public var columns = 0
    /// Image Position (Patient): the centre of the first pixel, in mm.
    public var position: SIMD3<Double>?
    /// `nil` where there is none, or none that can be relied on.
    public var orientation: ImageOrientation?
    public var pixelSpacing: PixelSpacing?
    /// In mm.
    public var sliceThickness: Double?
    /// Spacing Between Slices, in mm, as it is written.
    public var spacingBetweenSlices: Double?
    /// Gantry/Detector Tilt, in degrees, as it is written.
    public var gantryTilt: Double?
    /// Frame of Reference UID: places in different ones cannot be compared.
    public var frameOfReference: String?
    /// What else tells the frame from others at its place.
    public var dimensions: [FrameDimension: DimensionValue] = [:]

    /// A frame of which nothing is known.
    public init() {}

    /// The plane of the image; `nil` where position, orientation or spacing in the patient are not known.
    public var plane: ImagePlane? {
        guard let position, let orientation, let pixelSpacing, pixelSpacing.source == .patient else { return nil }
        return ImagePlane(position: position, orientation: orientation, spacing: pixelSpacing)
    }
}
