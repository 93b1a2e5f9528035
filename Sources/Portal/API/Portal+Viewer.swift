import ByteIO
import HTTPTypes
import Hummingbird
import Lake
import NIOCore

extension Portal {
    /// What the viewer page asks for.
    static let viewerRoutes: [Route] = [
        Route(.get, "/api/v1/series/{uid}/display", .permission(.view)) { call in
            Response.json(try await call.lake.viewing.seriesDisplay(call.parameter("uid"), principal: call.principal))
        },
        Route(.get, "/api/v1/instances/{uid}/frames/{frame}/pixels", .permission(.view), pixels),
    ]

    /// A frame's stored samples as Docs/Formats/viewer-frame.md has them.
    @Sendable private static func pixels(_ call: Call) async throws -> Response {
        let (uid, frame, principal) = (try call.parameter("uid"), try call.number("frame"), try call.principal)
        let isGzip = Gzip.isAccepted(call.request.headers[.acceptEncoding])
        let identity = try await call.lake.viewing.identity(uid, principal: principal)
        let tag = EntityTag("\(identity.sha256.prefix(16).hexadecimal)-\(frame)-1\(isGzip ? "-gzip" : "")")
        var headers: HTTPFields = [
            .contentType: "application/vnd.tarn.frame", .eTag: tag.description,
            .cacheControl: "private, max-age=86400, immutable", .vary: "Accept-Encoding, Authorization, Cookie",
        ]
        if tag.isNamed(by: call.request.headers[.ifNoneMatch]) {
            return Response(status: .notModified, headers: headers)
        }
        let bytes = try await call.lake.viewing.transport(uid, frame, gzip: isGzip, principal: principal)
        if isGzip { headers[.contentEncoding] = "gzip" }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes)))
    }
}
