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

    /// How the frames lie behind one another, where they have places in the patient.
    public struct Geometry: Codable, Hashable, Sendable {
        /// Frames in parallel planes, of one size.
        public struct Stack: Codable, Hashable, Sendable {
            /// `transverse`, `coronal`, `sagittal` or `oblique`.
            public let plane: String
            /// How many volumes share its places: phases, echoes.
            public let volumes: Int
            /// Along the normal, in mm; `nil` for one slice.
            public let sliceSpacing: Double?
            /// Slices that are not there, of all volumes.
            public let missing: Int
            /// Whether slices are equally far apart.
            public let isEven: Bool
            /// Gantry tilt in degrees, where there is any.
            public let tilt: Double?
            /// Frames that lie where another of their volume lies.
            public let duplicates: Int
        }

        public let stacks: [Stack]
        /// Frames without a place.
        public let unplaced: Int
    }

    public let series: Series
    /// Between rows, columns and frames in mm, where all frames make one volume without gaps.
    public let spacing: [Double]?
    /// `nil` where no frame has a place.
    public let geometry: Geometry?
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

extension SeriesDisplay.Geometry {
    init?(_ series: SeriesGeometry) {
        guard !series.stacks.isEmpty else { return nil }
        stacks = series.stacks.map { Stack($0) }
        unplaced = series.unplaced.count
    }
}

extension SeriesDisplay.Geometry.Stack {
    init(_ stack: SliceStack) {
        plane = stack.orientation.plane.rawValue
        volumes = stack.volumes.count
        sliceSpacing = stack.volumes.lazy.compactMap { $0.sliceSpacing?.value }.first
        missing = stack.volumes.reduce(0) { $0 + $1.gaps.reduce(0) { $0 + $1.missing } }
        isEven = stack.volumes.allSatisfy { $0.isEven && $0.isStraight }
        tilt = stack.volumes.map(\.tilt).max().flatMap { $0 > 0 ? $0 : nil }
        duplicates = stack.duplicates.count
    }
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
}
