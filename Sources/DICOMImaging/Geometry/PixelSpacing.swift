public import DICOM

/// The distance of neighbouring pixels, and where it was measured, which decides whether lengths in mm may be shown
/// (PS3.3 §10.7).
public struct PixelSpacing: Sendable, Hashable {
    /// Where the distance holds.
    public enum Source: String, Sendable, Hashable, Codable {
        /// Pixel Spacing of a cross-sectional image: in the patient.
        case patient
        /// Pixel Spacing of a projection that was calibrated (0028,0A02).
        case calibrated
        /// Imager Pixel Spacing: at the detector, not in the patient.
        case imager
        /// Nominal Scanned Pixel Spacing of a digitised film.
        case scanned
    }

    /// How a projection was calibrated: Pixel Spacing Calibration Type (PS3.3 §10.7.1.2).
    public enum Calibration: String, Sendable, Hashable, Codable {
        /// From the known geometry of the acquisition.
        case geometry = "GEOMETRY"
        /// From an object of known size in the image.
        case fiducial = "FIDUCIAL"
    }

    /// Between the centres of neighbouring rows, in mm: the first value.
    public let rows: Double
    /// Between the centres of neighbouring columns, in mm: the second value.
    public let columns: Double
    public let source: Source
    public var calibration: Calibration?
    /// Estimated Radiographic Magnification Factor (0018,1114): of an object in the patient, at the detector.
    public var magnification: Double?

    /// Spacings that make sense, in mm: from an atom to a house.
    static let range = 1e-7...1e5

    /// `nil` where one of the distances is no positive length.
    public init?(rows: Double, columns: Double, source: Source) {
        guard Self.range.contains(rows), Self.range.contains(columns) else { return nil }
        self.rows = rows
        self.columns = columns
        self.source = source
    }

    /// What the top level of `dataSet` says of the spacing; `nil` where there is none.
    ///
    /// A projection has Imager Pixel Spacing and no position in the patient. Its Pixel Spacing, where it has the same
    /// value and nothing says how it was calibrated, is that of the detector (PS3.3 §10.7.1.3).
    public init?(_ dataSet: DataSet) {
        let pixel = Self(dataSet, .PixelSpacing, .patient)
        let imager = Self(dataSet, .ImagerPixelSpacing, .imager)
        let isProjection = imager != nil && dataSet.finite(.ImagePositionPatient, 3) == nil
        let calibration = dataSet.string(.PixelSpacingCalibrationType)
        if let pixel, !isProjection {
            self = pixel
        } else if let pixel, calibration != nil || pixel.pair != imager?.pair,
            let calibrated = Self(rows: pixel.rows, columns: pixel.columns, source: .calibrated)
        {
            self = calibrated
            self.calibration = calibration.flatMap { Calibration(rawValue: $0) }
        } else if let imager {
            self = imager
            magnification = dataSet.double(.EstimatedRadiographicMagnificationFactor)
                .flatMap { (0.01...100).contains($0) ? $0 : nil }
        } else if let scanned = Self(dataSet, .NominalScannedPixelSpacing, .scanned) {
            self = scanned
        } else {
            return nil
        }
    }

    init?(_ dataSet: DataSet, _ tag: Tag, _ source: Source) {
        guard let values = dataSet.finite(tag, 2) else { return nil }
        self.init(rows: values[0], columns: values[1], source: source)
    }

    /// Both distances as the standard orders them: of rows, of columns.
    public var pair: [Double] { [rows, columns] }
}

extension DataSet {
    /// Exactly `count` finite numbers; `nil` otherwise.
    func finite(_ tag: Tag, _ count: Int) -> [Double]? {
        let values = doubles(tag)
        return values.count == count && values.allSatisfy(\.isFinite) ? values : nil
    }
}
