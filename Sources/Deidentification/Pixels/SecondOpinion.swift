public import DICOMImaging
import Synchronization

/// What can read text in a picture: a program that is not part of this one.
public protocol TextReader: Sendable {
    /// Where it reads words that it is rather sure of.
    /// - Throws: where it cannot be asked.
    func words(in picture: RenderedImage) throws(ImagingError) -> [PixelRegion]
}

/// A reader that is asked about images that something speaks against, after their text was blacked out and the detector
/// found no more. It can only send an image to a person.
public enum SecondOpinion {
    private static let installed = Mutex<(any TextReader)?>(nil)

    /// Who is asked; `nil`, as at the start, is nobody.
    public static var reader: (any TextReader)? {
        get { installed.withLock { $0 } }
        set { installed.withLock { $0 = newValue } }
    }
}
