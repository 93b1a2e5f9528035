internal import DICOMImaging

/// What was measured of an annotation when it was saved, from what is stored. Docs/Formats/labels.md.
///
/// Lengths are in millimetres of the patient where the file knows them, else in pixels. What cannot be known is absent.
public struct AnnotationMeasurement: Codable, Hashable, Sendable {
    /// Between the two points.
    public var length: Double?
    /// Of the rectangle or ellipse, in `unit` squared.
    public var area: Double?
    /// `mm` or `px`.
    public var unit: String?
    public var mean: Double?
    /// Of the population: all there are, not a sample of them.
    public var standardDeviation: Double?
    public var minimum: Double?
    public var maximum: Double?
    /// How many samples have their centre within.
    public var count: Int?
    /// `HU`, or empty for values of no unit that is known.
    public var valueUnit: String?
    /// `patient`, `calibrated`, `imager` or `nominal`; absent where the file says nothing.
    public var spacingSource: String?

    public init() {}

    var canonical: CanonicalJSON {
        var members: [(name: String, value: CanonicalJSON)] = []
        for (name, value) in [
            ("length", length), ("area", area), ("mean", mean), ("standardDeviation", standardDeviation),
            ("minimum", minimum), ("maximum", maximum),
        ] {
            if let value { members.append((name, .number(value))) }
        }
        for (name, value) in [("unit", unit), ("valueUnit", valueUnit), ("spacingSource", spacingSource)] {
            if let value { members.append((name, .string(value))) }
        }
        if let count { members.append(("count", .integer(count))) }
        return .object(members)
    }
}

/// The geometry of a frame and what its values mean, as far as measuring needs them.
struct FrameMeasure: Sendable {
    /// Of rows, then of columns, in mm; `nil` where lengths are in pixels.
    let spacing: (row: Double, column: Double)?
    let spacingSource: String?
    let valueUnit: String
    let display: DisplayParameters?

    /// A frame of which nothing is known.
    static let unknown = FrameMeasure(spacing: nil, spacingSource: nil, valueUnit: "", display: nil)

    private init(
        spacing: (row: Double, column: Double)?, spacingSource: String?, valueUnit: String, display: DisplayParameters?
    ) {
        self.spacing = spacing
        self.spacingSource = spacingSource
        self.valueUnit = valueUnit
        self.display = display
    }

    init(_ header: InstanceHeader, frame: Int) {
        let display = header.display.frame(frame)
        // At the detector or on the film a millimetre is none of the patient (PS3.3 §10.7.1.3).
        let isOfPatient = display.spacingSource == .patient || display.spacingSource == .calibrated
        let pair = isOfPatient ? display.pixelSpacing : nil
        spacing = pair.flatMap { $0.count == 2 ? (row: $0[0], column: $0[1]) : nil }
        spacingSource = display.spacingSource.map { $0 == .scanned ? "nominal" : $0.rawValue }
        // Rescale Type may be absent in CT, where it is HU then (PS3.3 C.8.2.1).
        valueUnit = header.modality == "CT" && ["", "HU"].contains(display.units?.trimmingBlanks ?? "") ? "HU" : ""
        self.display = display
    }

    /// What there is to say about `annotation`; `nil` for one that has no size and no values.
    /// - Parameter frame: the frame's samples, where they could be decoded and are wanted.
    func measurement(of annotation: Annotation, _ frame: StoredFrame?) -> AnnotationMeasurement? {
        guard annotation.type != .image else { return nil }
        var measured = AnnotationMeasurement()
        measured.spacingSource = spacingSource
        let (row, column) = spacing ?? (1, 1)
        if annotation.points.count == 2 {
            let width = abs(annotation.points[1][0] - annotation.points[0][0]) * column
            let height = abs(annotation.points[1][1] - annotation.points[0][1]) * row
            measured.unit = spacing == nil ? "px" : "mm"
            switch annotation.type {
            case .length: measured.length = (width * width + height * height).squareRoot().finite
            case .rectangle: measured.area = (width * height).finite
            default: measured.area = (Double.pi * (width / 2) * (height / 2)).finite
            }
        }
        guard annotation.type.hasValues else { return measured }
        measured.valueUnit = valueUnit
        guard let frame, let display, let region = Region(annotation, rows: frame.rows, columns: frame.columns) else {
            return measured
        }
        guard let statistics = RegionStatistics(frame, region, display) else { return measured }
        measured.count = statistics.count
        measured.mean = statistics.mean
        measured.standardDeviation = statistics.standardDeviation
        measured.minimum = statistics.minimum
        measured.maximum = statistics.maximum
        return measured
    }
}

extension Double {
    /// Itself, where it is a number: JSON has no other.
    var finite: Double? { isFinite ? self : nil }
}
