import DICOMImaging
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
                try call.heldID, frame: call.number("frame"), isStretched: call.query["window"] == "full",
                principal: call.principal)
            // What may show a patient's name is kept by no cache.
            return Response(
                status: .ok, headers: [.contentType: "image/png", .cacheControl: "private, no-store"],
                body: ResponseBody(byteBuffer: ByteBuffer(png)))
        },
        Route(.post, "/api/v1/held/{id}/release", .permission(.review)) { call in
            struct Body: Decodable { let regions: [PixelRegion]? }
            let (id, principal) = (try call.heldID, try call.principal)
            // Whether there is such an instance is said before anything about the request.
            _ = try await call.lake.review.held(id, principal: principal)
            let body = call.request.headers[.contentType] == nil ? nil : try await call.body(Body.self)
            return Response.json(
                try await call.lake.review.release(id, redacting: body?.regions ?? [], principal: principal))
        },
        Route(.post, "/api/v1/held/{id}/approve", .permission(.review)) { call in
            struct Body: Decodable {
                let regions: [PixelRegion]
                let seen: [PixelRegion]?
                let note: String?
            }
            let (id, principal) = (try call.heldID, try call.principal)
            _ = try await call.lake.review.held(id, principal: principal)
            let body = try await call.body(Body.self)
            return Response.json(
                try await call.lake.review.approve(
                    id, redacting: body.regions, seen: body.seen ?? [], note: body.note ?? "", principal: principal))
        },
        Route(.post, "/api/v1/held/{id}/reject", .permission(.review)) { call in
            struct Body: Decodable { let reason: String }
            let body = try await call.body(Body.self)
            return Response.json(
                try await call.lake.review.reject(try call.heldID, reason: body.reason, principal: call.principal))
        },
        Route(.get, "/api/v1/pixel-approvals", .permission(.review)) { call in
            struct Approvals: Encodable { let approvals: [PixelApprovalVersion] }
            return Response.json(
                Approvals(
                    approvals: try await call.lake.pixelApprovals.list(
                        project: call.query["project"], principal: call.principal)))
        },
        Route(.post, "/api/v1/projects/{code}/pixel-approvals/{alike}/withdraw", .permission(.review)) { call in
            struct Body: Decodable { let reason: String? }
            let (code, alike, principal) = (
                try call.parameter("code"), try call.parameter("alike"), try call.principal
            )
            _ = try await call.lake.pixelApprovals.newest(alike, project: code, principal: principal)
            let body = try await call.body(Body.self)
            return Response.json(
                try await call.lake.pixelApprovals.withdraw(
                    alike, project: code, reason: body.reason ?? "", principal: principal))
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
