public import ByteIO

/// What can take a picture out of a video: a program that is not part of this one.
public protocol VideoGrabber: Sendable {
    /// The first picture of `stream`.
    /// - Throws: `ImagingError.unsupported` where the program is not installed; `.corrupt` where it finds no picture.
    func firstPicture(of stream: Bytes, _ format: VideoFormat) throws(ImagingError) -> RenderedImage
}
