import HTTPTypes
import Hummingbird
import Lake
import NIOCore

extension Portal {
    /// The queue of what may show a name in its pixels.
    static let heldRoutes: [Route] = [
        Route(.get, "/api/v1/held", .permission(.review)) { call in
            struct Items: Encodable { let items: [HeldItem] }
            return Response.json(
                Items(items: try await call.lake.review.list(project: call.query["project"], principal: call.principal))
            )
        },
        Route(.get, "/api/v1/held/{id}", .permission(.review)) { call in
            Response.json(try await call.lake.review.held(try call.heldID, principal: call.principal))
        },
        Route(.get, "/api/v1/held/{id}/frames/{frame}/rendered", .permission(.review)) { call in
            let png = try await call.lake.review.rendered(
                try call.heldID, frame: call.number("frame"), principal: call.principal)
            // What may show a patient's name is kept by no cache.
            return Response(
                status: .ok, headers: [.contentType: "image/png", .cacheControl: "private, no-store"],
                body: ResponseBody(byteBuffer: ByteBuffer(png)))
        },
        Route(.post, "/api/v1/held/{id}/release", .permission(.review)) { call in
            Response.json(try await call.lake.review.release(try call.heldID, principal: call.principal))
        },
        Route(.post, "/api/v1/held/{id}/reject", .permission(.review)) { call in
            struct Body: Decodable { let reason: String }
            let body = try await call.body(Body.self)
            return Response.json(
                try await call.lake.review.reject(try call.heldID, reason: body.reason, principal: call.principal))
        },
    ]
}

extension Call {
    fileprivate var heldID: Int64 {
        get throws {
            guard let id = Int64(try parameter("id")) else { throw Problem.notFound }
            return id
        }
    }
}
