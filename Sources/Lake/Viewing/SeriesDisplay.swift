internal import DICOMImaging

/// What the viewer needs to show a series, before it asks for pixels.
public struct SeriesDisplay: Codable, Hashable, Sendable {
    public struct Series: Codable, Hashable, Sendable {
        public let uid: String
        public let study: String
        public let modality: String
        public let description: String?
        /// Code of the subject.
        public let subject: String
    }

    /// A window of the files, or one made from the pixels where they have none.
    public struct VOIWindow: Codable, Hashable, Sendable {
        public let center: Double
        public let width: Double
        /// `LINEAR`, `LINEAR_EXACT` or `SIGMOID`.
        public let function: String
        public let explanation: String?

        init(_ window: Window) {
            center = window.center
            width = window.width
            function = window.function.rawValue
            explanation = window.explanation
        }
    }

    /// One frame, in the order in which the viewer shows them.
    public struct Frame: Codable, Hashable, Sendable {
        /// SOP Instance UID.
        public let instance: String
        /// From 1.
        public let frame: Int
        /// Instance Number.
        public let number: Int?
        public let rows: Int
        public let columns: Int
        public let slope: Double
        public let intercept: Double
        public let signed: Bool
        public let bitsStored: Int
        public let photometric: String
        public let samples: Int
        /// Rescale Type, where the file has it.
        public let units: String?
        public let position: [Double]?
        public let orientation: [Double]?
        public let pixelSpacing: [Double]?
        /// `patient`, `calibrated`, `imager` or `nominal`.
        public let spacingSource: String?
        /// In mm.
        public let sliceThickness: Double?
        /// `true` where the pixels went through lossy compression.
        public let lossy: Bool?
        /// Where they differ from those of the series.
        public var windows: [VOIWindow]?
    }

    public let series: Series
    /// Between rows, columns and frames in mm, where all frames have the same.
    public let spacing: [Double]?
    public let windows: [VOIWindow]
    /// Frames a second, where the file recommends any.
    public let frameRate: Double?
    /// UID within which positions can be compared; `nil` where the series has none, or several.
    public let frameOfReference: String?
    public let frames: [Frame]
}

/// A series as it stood when a display was made.
struct DisplayKey: Hashable, Sendable {
    let series: Int64
    let instances: Int
}

extension SeriesDisplay.Frame {
    init(_ opened: StoredInstance, frame: Int, _ header: InstanceHeader, _ display: DisplayParameters) {
        instance = opened.uid
        self.frame = frame
        number = opened.number
        rows = header.pixels.rows
        columns = header.pixels.columns
        slope = display.slope
        intercept = display.intercept
        signed = header.pixels.isSigned
        bitsStored = header.pixels.bitsStored
        // INVERSE shows small values white, as MONOCHROME1 does (PS3.3 C.11.6).
        photometric =
            display.photometric.isMonochrome
            ? (display.isInverted ? "MONOCHROME1" : "MONOCHROME2") : header.pixels.photometric.rawValue
        samples = header.pixels.samplesPerPixel
        units = display.units
        position = display.position
        orientation = display.orientation
        pixelSpacing = display.pixelSpacing
        spacingSource = display.spacingSource.map { $0 == .scanned ? "nominal" : $0.rawValue }
        sliceThickness = display.sliceThickness
        lossy = header.isLossy ? true : nil
        windows = display.windows.isEmpty ? nil : display.windows.map { SeriesDisplay.VOIWindow($0) }
    }

    /// Distance from the origin along the normal of the image plane; `nil` without position and orientation.
    func distance(along normal: [Double]?) -> Double? {
        guard let position, position.count == 3, let normal else { return nil }
        return zip(position, normal).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// Normal of the image plane: rows × columns (PS3.3 C.7.6.2.1.1).
    var normal: [Double]? {
        guard let o = orientation, o.count == 6 else { return nil }
        return [o[1] * o[5] - o[2] * o[4], o[2] * o[3] - o[0] * o[5], o[0] * o[4] - o[1] * o[3]]
    }
}
