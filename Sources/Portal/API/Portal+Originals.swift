import ByteIO
import HTTPTypes
import Hummingbird
import Lake
import NIOCore

extension Portal {
    /// Originals, given back with a reason; of many studies only with the word of a second person.
    static let originalsRoutes: [Route] = [
        Route(.post, "/api/v1/instances/{uid}/original", .permission(.identityRead)) { call in
            struct Body: Decodable { let reason: String? }
            let body = try await call.body(Body.self)
            let uid = try call.parameter("uid")
            let original = try await call.lake.originals.original(
                uid, reason: body.reason ?? "", principal: call.principal)
            return call.original(original, name: "\(uid).dcm")
        },
        Route(.get, "/api/v1/originals", .permission(.identityRead)) { call in
            struct Requests: Encodable { let requests: [OriginalsRequest] }
            return Response.json(
                Requests(
                    requests: try await call.lake.originalsRequests.list(
                        project: call.query["project"].flatMap { $0.isEmpty ? nil : $0 }, principal: call.principal)))
        },
        Route(.post, "/api/v1/originals", .permission(.identityRead)) { call in
            struct Body: Decodable {
                let project: String
                let filter: FilterTexts?
                let studies: [String]?
                let reason: String?
            }
            let body = try await call.body(Body.self)
            var filter = try (body.filter ?? FilterTexts()).filter()
            filter.project = body.project
            filter.studies = body.studies
            return Response.json(
                try await call.lake.originalsRequests.ask(
                    project: body.project, filter: filter, reason: body.reason ?? "", principal: call.principal),
                status: .created)
        },
        Route(.get, "/api/v1/originals/{id}", .permission(.identityRead)) { call in
            Response.json(
                try await call.lake.originalsRequests.detail(Int64(call.number("id")), principal: call.principal))
        },
        Route(.post, "/api/v1/originals/{id}/approve", .permission(.identityRead)) { call in
            Response.json(
                try await call.lake.originalsRequests.approve(Int64(call.number("id")), principal: call.principal))
        },
        Route(.post, "/api/v1/originals/{id}/decline", .permission(.identityRead)) { call in
            struct Body: Decodable { let reason: String? }
            let body = try await call.body(Body.self)
            return Response.json(
                try await call.lake.originalsRequests.decline(
                    Int64(call.number("id")), reason: body.reason ?? "", principal: call.principal))
        },
        Route(.post, "/api/v1/originals/{id}/withdraw", .permission(.identityRead)) { call in
            Response.json(
                try await call.lake.originalsRequests.withdraw(Int64(call.number("id")), principal: call.principal))
        },
        Route(.get, "/api/v1/originals/{id}/archive.zip", .permission(.identityRead)) { call in
            let id = Int64(try call.number("id"))
            // A look at the headers is no download.
            guard call.request.method != .head else {
                _ = try await call.lake.originalsRequests.detail(id, principal: call.principal)
                return Response(status: .ok, headers: [.contentType: "application/zip", .cacheControl: "no-store"])
            }
            let archive = try await call.lake.originalsRequests.archive(id, principal: call.principal)
            return Response.stream(
                .ok,
                headers: [
                    .contentType: "application/zip", .cacheControl: "no-store",
                    .contentDisposition: "attachment; filename=\"\(archive.request.project)-originals-\(id).zip\"",
                ]
            ) { stream in
                try await archive.forEachRun { try await stream.write($0) }
            }
        },
    ]
}

extension Call {
    /// A file that says who the patient is: kept by no cache.
    fileprivate func original(_ source: any ByteSource, name: String) -> Response {
        let workers = lake.workers
        return Response.stream(
            headers: [
                .contentType: "application/dicom", .cacheControl: "no-store",
                .contentDisposition: "attachment; filename=\"\(name)\"",
            ], length: source.count
        ) { stream in
            var offset = 0
            while offset < source.count {
                let range = offset..<min(source.count, offset + (1 << 20))
                try await stream.write(try await workers.run { try source.read(range) })
                offset = range.upperBound
            }
        }
    }
}
