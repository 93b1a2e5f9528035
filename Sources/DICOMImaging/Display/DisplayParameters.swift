/// How one frame's stored values are meant to be shown: modality LUT, VOI LUTs, presentation and geometry.
///
/// For the viewer's JSON as much as for the renderer.
public struct DisplayParameters: Sendable, Hashable, Codable {
    /// Where the pixel spacing comes from, which decides whether lengths in mm may be shown (PS3.3 §10.7.1.3).
    public typealias SpacingSource = PixelSpacing.Source

    /// A VOI LUT of the file.
    public struct VOITable: Sendable, Hashable, Codable {
        public let table: LookupTable
        /// LUT Explanation.
        public let explanation: String?

        public init(table: LookupTable, explanation: String?) {
            self.table = table
            self.explanation = explanation
        }
    }

    /// Rescale Slope; 1 where there is none, or a modality LUT.
    public var slope = 1.0
    /// Rescale Intercept; 0 where there is none, or a modality LUT.
    public var intercept = 0.0
    /// Rescale Type or Modality LUT Type: HU, OD, US …
    public var units: String?
    /// The modality LUT, where it is a table.
    public var modalityTable: LookupTable?
    /// Windows of the file, the preferred first.
    public var windows: [Window] = []
    /// VOI LUTs of the file that are tables, the preferred first.
    public var voiTables: [VOITable] = []
    /// Stored values that are no measurement (PS3.3 C.7.5.1.1.2).
    public var padding: ClosedRange<Int>?
    /// The same for float pixel data (PS3.3 C.7.6.24).
    public var floatPadding: ClosedRange<Double>?
    public var photometric = PhotometricInterpretation.monochrome2
    /// Whether small values are white: MONOCHROME1, or Presentation LUT Shape INVERSE.
    public var isInverted = false
    /// Colours of PALETTE COLOR; with a monochrome image, of the stored values from the tables' first on, while those
    /// below stay grey (PS3.3 C.7.6.19).
    public var palette: Palette?
    /// From the VOI LUT's output to P-values (PS3.3 C.11.6).
    public var presentationTable: LookupTable?
    /// ICC profile of the colours (PS3.3 C.11.15); sRGB is meant without.
    public var colourProfile: [UInt8]?
    /// What stored values measure in the real world, one for each quantity.
    public var realWorldValues: [RealWorldValueMap] = []
    /// Distance of rows, then of columns, in mm.
    public var pixelSpacing: [Double]?
    public var spacingSource: SpacingSource?
    public var sliceThickness: Double?
    /// Image Position (Patient): x, y, z of the first pixel's centre, in mm.
    public var position: [Double]?
    /// Image Orientation (Patient): directions of a row, then of a column.
    public var orientation: [Double]?

    /// Values shown as they are.
    public init() {}

    /// Where the frame lies; `nil` without position, orientation, or spacing in the patient.
    public var plane: ImagePlane? {
        guard let position, position.count == 3, let orientation = orientation.flatMap({ ImageOrientation($0) }),
            let pixelSpacing, pixelSpacing.count == 2, spacingSource == .patient,
            let spacing = PixelSpacing(rows: pixelSpacing[0], columns: pixelSpacing[1], source: .patient)
        else { return nil }
        return ImagePlane(
            position: SIMD3(position[0], position[1], position[2]), orientation: orientation, spacing: spacing)
    }

    /// Modality LUT: a stored number that is no integer. A modality LUT that is a table has none of those (C.11.1).
    public func modalityValue(of stored: Double) -> Double { stored * slope + intercept }

    /// Modality LUT: `stored` in the units that windows refer to (PS3.3 C.11.1).
    public func modalityValue(of stored: Int) -> Double {
        if let modalityTable { return Double(modalityTable[stored]) }
        return Double(stored) * slope + intercept
    }
}
