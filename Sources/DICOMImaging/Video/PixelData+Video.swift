public import ByteIO
import Synchronization

extension PixelData {
    /// `nil` where the Pixel Data are pictures, not a video.
    public var video: VideoFormat? { VideoFormat(transferSyntax: description.transferSyntax) }

    /// The bytes of the video: all fragments in order.
    /// - Throws: `ImagingError.invalidRequest` where the Pixel Data are no video.
    public func videoStream() throws(ImagingError) -> Bytes {
        guard video != nil else { throw ImagingError(.invalidRequest, "the Pixel Data are no video") }
        return try bytes(ofFrame: 1)
    }

    /// The video's first picture, by the program that `VideoPoster.grabber` knows.
    public func poster() throws(ImagingError) -> RenderedImage {
        guard let video else { throw ImagingError(.invalidRequest, "the Pixel Data are no video") }
        guard let grabber = VideoPoster.grabber else {
            throw ImagingError(.unsupported, "no program is known that takes pictures out of videos")
        }
        return try grabber.firstPicture(of: try videoStream(), video)
    }
}

/// Pictures that stand for a video.
public enum VideoPoster {
    private static let installed = Mutex<(any VideoGrabber)?>(nil)

    /// What takes them; `nil`, as at the start, is nothing.
    public static var grabber: (any VideoGrabber)? {
        get { installed.withLock { $0 } }
        set { installed.withLock { $0 = newValue } }
    }
}
