public import DICOM
import DICOMImaging

/// Takes the face out of the images of one series (PS3.15 E.3.2), which are read three times: for where they lie, for
/// what they show, and to be written anew. No more than one of them is in memory at a time.
public struct SeriesDefacer: Sendable {
    /// Of the method: another one makes other images, and other UIDs.
    public static let version = 2
    /// Frames with fewer of which nothing is rebuilt.
    public static let fewestFrames = 8
    /// Frames of one series at most.
    public static let mostFrames = 100_000

    public let mask: FaceMask
    /// What is put in the place of what is taken out, as a value of the modality.
    let background: Double
    let identifiers: DefacedIdentifiers

    /// Why a series of this kind is not even tried; `nil` where it is.
    public static func refusal(_ mark: Recognizability) -> String? {
        switch mark {
        case .head: nil
        case .unnamed: "nothing says which region of the body it shows"
        case .picture: "a picture that may show the face itself"
        }
    }

    init(_ mask: FaceMask, background: Double) {
        self.mask = mask
        self.background = background
        identifiers = DefacedIdentifiers(mask, background: background)
    }

    /// Looks for the face.
    /// - Parameters:
    ///   - count: files of the series.
    ///   - read: the file of a number from 0; asked twice for each.
    /// - Throws: where no face can be found safely: then nothing may go out as if it had none.
    public init(count: Int, read: (Int) throws(FacesError) -> DICOMFile) throws(FacesError) {
        var search = FaceSearch()
        for number in 0..<count { try search.survey(try read(number).dataSet) }
        for number in 0..<count { try search.look(at: try read(number)) }
        self = try search.finish()
    }

    static let colour = ImagingError(.unsupported, "the pixels are no samples of one integer each")
}
