public import DICOM
public import DICOMImaging

/// Where an ultrasound image shows the patient, as its Sequence of Ultrasound Regions (0018,6011) says (PS3.3 §C.8.5.5).
/// All else is a screen around it: names, dates and settings.
struct UltrasoundRegions {
    /// What is outside all regions.
    let outside: [PixelRegion]

    private static let maximumItems = 64

    /// `nil` where there are no regions, one of them is impossible, or they leave nothing out: then they say nothing
    /// about where the text is.
    init?(_ root: DataSet) {
        guard let items = root.sequence(.SequenceOfUltrasoundRegions), (1...Self.maximumItems).contains(items.count),
            let rows = root.int(.Rows), let columns = root.int(.Columns), rows > 0, columns > 0
        else { return nil }
        var regions: [PixelRegion] = []
        for item in items {
            guard let left = item.int(.RegionLocationMinX0), let top = item.int(.RegionLocationMinY0),
                let right = item.int(.RegionLocationMaxX1), let bottom = item.int(.RegionLocationMaxY1),
                (0..<columns).contains(left), (0..<rows).contains(top), left < right, top < bottom,
                let region = PixelRegion(
                    x: left, y: top, width: min(right, columns - 1) - left + 1,
                    height: min(bottom, rows - 1) - top + 1)
            else { return nil }
            regions.append(region)
        }
        outside = PixelRegion.outside(regions, rows: rows, columns: columns)
        let left = outside.reduce(0) { $0 + $1.area }
        // A whole screen as one region, as some devices write it.
        guard left * 50 >= rows * columns else { return nil }
    }
}

extension PixelRegion {
    /// All that is outside the Sequence of Ultrasound Regions (0018,6011) of an image; `nil` where there is none, or it
    /// leaves nothing out.
    public static func outsideUltrasoundRegions(of dataSet: DataSet) -> [PixelRegion]? {
        UltrasoundRegions(dataSet)?.outside
    }
}
