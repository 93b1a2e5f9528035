public import ByteIO
public import DICOMImaging
internal import Vault

/// How a frame is to be shown as a picture.
public struct PictureRequest: Hashable, Sendable {
    public enum Format: Hashable, Sendable {
        case png
        /// Quality 1 … 100.
        case jpeg(quality: Int)
    }

    public var format: Format
    /// Instead of the file's own.
    public var window: Window?
    /// `vw,vh[,sx,sy,sw,sh]` (PS3.18 §8.3.5.1.3).
    public var viewport: String?
    public var isInverted = false

    public init(_ format: Format = .png) { self.format = format }

    /// A square of `side` pixels at most, for lists.
    public static func thumbnail(side: Int = 256, _ format: Format = .jpeg(quality: 80)) -> PictureRequest {
        var request = PictureRequest(format)
        request.viewport = "\(side),\(side)"
        return request
    }
}

/// A rendered frame.
public struct Picture: Sendable {
    public let bytes: Bytes
    /// `image/png` or `image/jpeg`.
    public let mediaType: String
    /// Changes when the bytes do: for an ETag.
    public let tag: String
}

/// What makes one picture the same as another.
struct PictureKey: Hashable, Sendable {
    let instance: String
    let frame: Int
    let request: PictureRequest
}

extension Viewing {
    /// A frame as a picture.
    /// - Parameter number: from 1.
    /// - Throws: `.notFound`; `.invalid` for a viewport that makes no sense or pixels that cannot be shown.
    public func rendered(
        _ uid: String, frame number: Int, _ request: PictureRequest, principal: Principal
    ) async throws(LakeError) -> Picture {
        let opened = try await self.opened(uid, principal: principal)
        return try await picture(opened, number, request)
    }

    /// A small picture of an instance, a series or a study: its middle frame.
    /// - Throws: `.notFound` also where nothing of it can be shown.
    public func thumbnail(
        _ scope: RetrieveScope, frame: Int? = nil, _ request: PictureRequest = .thumbnail(), principal: Principal
    ) async throws(LakeError) -> Picture {
        let uid = try await representative(scope, principal: principal)
        let opened = try await self.opened(uid, purpose: "thumbnail", principal: principal)
        return try await picture(opened, frame ?? (opened.instance.frames + 1) / 2, request)
    }

    /// The tag that `rendered` would give, without rendering: for `If-None-Match`.
    /// - Throws: `.notFound`.
    public func pictureTag(
        _ uid: String, frame number: Int, _ request: PictureRequest, principal: Principal
    ) async throws(LakeError) -> String {
        Self.tag(try await instances.instance(uid, principal: principal).instance, number, request)
    }

    private func picture(
        _ opened: ViewedInstances.Opened, _ number: Int, _ request: PictureRequest
    ) async throws(LakeError) -> Picture {
        let key = PictureKey(instance: opened.instance.uid, frame: number, request: request)
        if let kept = pictures[key] { return kept }
        let header = try await instances.header(opened)
        let (bytes, leadingBits) = try await instances.frame(number, of: opened)
        let tag = Self.tag(opened.instance, number, request)
        let picture = try await instances.workers.run { () throws(LakeError) in
            do throws(ImagingError) {
                return try Self.render(header, bytes, leadingBits, number, request, tag: tag)
            } catch { throw LakeError(error) }
        }
        pictures.keep(picture, for: key, cost: picture.bytes.count + 512)
        return picture
    }

    private static func render(
        _ header: InstanceHeader, _ bytes: Bytes, _ leadingBits: Int, _ number: Int, _ request: PictureRequest,
        tag: String
    ) throws(ImagingError) -> Picture {
        var options = RenderOptions(window: request.window, isInverted: request.isInverted)
        if let text = request.viewport {
            options.viewport = try Viewport(
                parameter: text, imageRows: header.pixels.rows, imageColumns: header.pixels.columns)
        }
        let frame = try FrameDecoder(header.pixels).decode(bytes, leadingBits: leadingBits)
        let image = try Renderer.render(frame, header.display.frame(number), options)
        switch request.format {
        case .png: return Picture(bytes: try PNGEncoder.encode(image), mediaType: "image/png", tag: tag)
        case .jpeg(let quality):
            return Picture(bytes: try JPEGEncoder.encode(image, quality: quality), mediaType: "image/jpeg", tag: tag)
        }
    }

    private static func tag(_ instance: StoredInstance, _ number: Int, _ request: PictureRequest) -> String {
        let window = request.window.map { "\($0.center),\($0.width),\($0.function.rawValue)" } ?? ""
        // The first number changes with the renderer: the pictures that browsers keep are then others.
        let text = "2|\(number)|\(request.format)|\(window)|\(request.viewport ?? "")|\(request.isInverted)"
        return SHA256.of(Bytes(instance.sha256 + Array(text.utf8))).prefix(16).hexadecimal
    }
}
