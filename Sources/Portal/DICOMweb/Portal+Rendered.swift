import ByteIO
import DICOMImaging
import HTTPTypes
import Hummingbird
import Lake
import NIOCore

extension Portal {
    /// Pictures (PS3.18 §8.3.5, §10.4.1.1.3): `/rendered` and `/thumbnail` at every level. Of a study or a series it is
    /// the picture of its middle instance.
    static let renderedRoutes: [Route] =
        ["", "/series/{series}", "/series/{series}/instances/{instance}"].flatMap { path in
            [
                Route(.get, "/dicom-web/studies/{study}\(path)/rendered", .permission(.view), rendered),
                Route(.get, "/dicom-web/studies/{study}\(path)/thumbnail", .permission(.view), thumbnail),
            ]
        } + [
            Route(
                .get, "/dicom-web/studies/{study}/series/{series}/instances/{instance}/frames/{frames}/rendered",
                .permission(.view), rendered),
            Route(
                .get, "/dicom-web/studies/{study}/series/{series}/instances/{instance}/frames/{frames}/thumbnail",
                .permission(.view), thumbnail),
        ]

    @Sendable private static func rendered(_ call: Call) async throws -> Response {
        let request = try call.pictureRequest(quality: 90)
        let principal = try call.principal
        guard call.parameters["instance"] != nil else {
            return try await picture(
                call, try await call.lake.viewing.thumbnail(call.scope, request, principal: principal))
        }
        let frame = try call.frame ?? 1
        let (uid, _, _) = try await call.instanceIdentity()
        if call.request.headers.contains(.ifNoneMatch) {
            let tag = try await call.lake.viewing.pictureTag(uid, frame: frame, request, principal: principal)
            if let unchanged = unchanged(call, tag) { return unchanged }
        }
        return try await picture(
            call, try await call.lake.viewing.rendered(uid, frame: frame, request, principal: principal))
    }

    @Sendable private static func thumbnail(_ call: Call) async throws -> Response {
        var request = try call.pictureRequest(quality: 80)
        if request.viewport == nil { request.viewport = PictureRequest.thumbnail().viewport }
        if call.parameters["instance"] != nil { _ = try await call.instanceIdentity() }
        return try await picture(
            call,
            try await call.lake.viewing.thumbnail(
                call.scope, frame: call.frame, request, principal: call.principal))
    }

    private static func picture(_ call: Call, _ picture: Picture) async throws -> Response {
        if let unchanged = unchanged(call, picture.tag) { return unchanged }
        var headers = pictureHeaders(picture.tag)
        headers[.contentType] = picture.mediaType
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(picture.bytes)))
    }

    private static func unchanged(_ call: Call, _ tag: String) -> Response? {
        guard EntityTag(tag).isNamed(by: call.request.headers[.ifNoneMatch]) else { return nil }
        return Response(status: .notModified, headers: pictureHeaders(tag))
    }

    private static func pictureHeaders(_ tag: String) -> HTTPFields {
        [.eTag: EntityTag(tag).description, .cacheControl: cacheable, .vary: varies]
    }
}

extension Call {
    /// The frame of the path; `nil` where it names none.
    /// - Throws: 400 unless it is one number from 1.
    fileprivate var frame: Int? {
        get throws {
            guard let text = parameters["frames"] else { return nil }
            guard let list = FrameList.parse(text), list.count == 1 else {
                throw Problem(.badRequest, "bad-frames", "A picture is of one frame, numbered from 1.")
            }
            return list[0]
        }
    }

    /// What the query and `Accept` ask for: JPEG unless PNG is preferred (PS3.18 §8.7.4).
    /// - Throws: 406 for another type; 400 for a parameter that makes no sense.
    fileprivate func pictureRequest(quality standard: Int) throws -> PictureRequest {
        let (jpeg, png) = (MediaType("image", "jpeg"), MediaType("image", "png"))
        guard let type = accept.best(of: [jpeg, png]) else {
            throw Problem(.notAcceptable, "not-acceptable", "Pictures are image/jpeg or image/png.")
        }
        var quality = standard
        if let text = query["quality"] {
            guard let number = Int(text), (1...100).contains(number) else {
                throw Problem(.badRequest, "bad-quality", "quality is 1 to 100.")
            }
            quality = number
        }
        var request = PictureRequest(type == png ? .png : .jpeg(quality: quality))
        if let text = query["window"] {
            do { request.window = try Window(parameter: text) } catch {
                throw Problem(
                    .badRequest, "bad-window",
                    "window is CENTER,WIDTH or CENTER,WIDTH,FUNCTION (linear, linear-exact, sigmoid).")
            }
        }
        request.viewport = query["viewport"]
        return request
    }
}
