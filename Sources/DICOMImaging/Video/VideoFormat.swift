import DICOM

/// A transfer syntax whose Pixel Data are a video: one stream, in one fragment or several, whose frames cannot be
/// decoded one by one (PS3.5 §8.2.5 to §8.2.8).
public struct VideoFormat: Sendable, Hashable {
    /// How pictures are compressed.
    public enum Coding: Sendable, Hashable {
        case mpeg2
        case h264
        case hevc
    }

    public let coding: Coding

    /// Media type of the stream (PS3.18 §8.7.3).
    public var mediaType: String { coding == .mpeg2 ? "video/mpeg" : "video/mp4" }

    /// `nil` for a transfer syntax that is no video.
    public init?(transferSyntax uid: String) {
        switch uid {
        case UID.MPEG2MPML, UID.MPEG2MPMLF, UID.MPEG2MPHL, UID.MPEG2MPHLF: coding = .mpeg2
        case UID.MPEG4HP41, UID.MPEG4HP41F, UID.MPEG4HP41BD, UID.MPEG4HP41BDF, UID.MPEG4HP422D, UID.MPEG4HP422DF,
            UID.MPEG4HP423D, UID.MPEG4HP423DF, UID.MPEG4HP42STEREO, UID.MPEG4HP42STEREOF:
            coding = .h264
        case UID.HEVCMP51, UID.HEVCM10P51: coding = .hevc
        default: return nil
        }
    }
}
