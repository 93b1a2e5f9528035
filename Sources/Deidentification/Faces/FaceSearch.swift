public import DICOM
import DICOMImaging

/// Looks for the face in the images of one series: each is shown twice, first for where it lies, then for its pixels.
/// For who reads them one by one; `SeriesDefacer.init` does the same in one go.
public struct FaceSearch: Sendable {
    private var places = SeriesPlaces()
    private var found: (kind: FaceMask.Kind, slices: [[HeadSlice]])?
    private var volume: HeadVolume?
    private var next = 0

    /// Of no image yet.
    public init() {}

    /// Takes note of where an image lies.
    /// - Throws: for one of another series, or without a place in the patient.
    public mutating func survey(_ dataSet: DataSet) throws(FacesError) { try places.add(dataSet) }

    /// Looks at an image's pixels: all of them, once, in the order of the survey.
    /// - Throws: for pixels that cannot be decoded; where the images make no volume.
    public mutating func look(at file: DICOMFile) throws(FacesError) {
        let (_, slices) = try prepared()
        guard next < slices.count else { throw FacesError(.unplaced, "more images than there were at first") }
        let own = slices[next]
        next += 1
        do throws(ImagingError) {
            let pixels = try PixelData(file)
            guard pixels.description.samplesPerPixel == 1, !pixels.description.isFloat else {
                throw SeriesDefacer.colour
            }
            guard pixels.frameCount == own.count else {
                throw ImagingError(.truncated, "the pixel data do not hold all frames")
            }
            for (index, slice) in own.enumerated() {
                let frame = try pixels.frame(index + 1)
                guard frame.rows == slice.rows, frame.columns == slice.columns else {
                    throw ImagingError(.corrupt, "a frame has another size than the header says")
                }
                volume?.add(ModalityScale(file.dataSet, frame: index + 1).values(of: frame), of: slice)
            }
        } catch { throw FacesError(.unsupported, error.reason) }
    }

    /// What was found.
    /// - Throws: where no face can be found safely: then nothing may go out as if it had none.
    public func finish() throws(FacesError) -> SeriesDefacer {
        guard let found, let volume, next == found.slices.count else {
            throw FacesError(.noVolume, "not all images were looked at")
        }
        let mask = try FaceMask(volume, found.kind)
        return SeriesDefacer(
            mask, background: found.kind == .ct ? -1000 : Double(try volume.quantiles([0.02])[0]))
    }

    private mutating func prepared() throws(FacesError) -> (kind: FaceMask.Kind, slices: [[HeadSlice]]) {
        if let found { return found }
        let made = try places.slices()
        volume = try HeadVolume(of: made.1.flatMap(\.self))
        found = (made.0, made.1)
        return (made.0, made.1)
    }
}
