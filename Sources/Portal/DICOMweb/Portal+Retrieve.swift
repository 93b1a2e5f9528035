import ByteIO
import HTTPTypes
import Hummingbird
import Lake
import NIOCore

extension Portal {
    /// WADO-RS (PS3.18 §10.4): objects, metadata, frames.
    static let retrieveRoutes: [Route] =
        ["", "/series/{series}", "/series/{series}/instances/{instance}"].flatMap { path in
            [
                Route(.get, "/dicom-web/studies/{study}" + path, .permission(.view), retrieve),
                Route(.get, "/dicom-web/studies/{study}\(path)/metadata", .permission(.view), metadata),
            ]
        } + [
            Route(
                .get, "/dicom-web/studies/{study}/series/{series}/instances/{instance}/frames/{frames}",
                .permission(.view), frames)
        ]

    private static let related = MediaType("multipart", "related", ["type": "application/dicom"])
    private static let single = MediaType("application", "dicom")

    @Sendable private static func retrieve(_ call: Call) async throws -> Response {
        let scope = call.scope
        let offers = scope.instance == nil ? [related] : [related, single]
        guard let type = call.accept.best(of: offers) else {
            throw Problem(
                .notAcceptable, "not-acceptable", "Objects are multipart/related; type=\"application/dicom\".")
        }
        let instances = try await call.lake.viewing.instances(scope, principal: call.principal)
        // Objects are given as they are stored; who insists on another encoding is told so (PS3.18 §8.7.3.5.2).
        let wanted = call.accept.transferSyntaxes(for: type)
        if !wanted.isEmpty, !wanted.contains("*") {
            guard instances.allSatisfy({ wanted.contains($0.transferSyntax) }) else {
                throw Problem(
                    .notAcceptable, "transfer-syntax", "Not stored in that transfer syntax; ask for transfer-syntax=*.")
            }
        }
        let principal = try call.principal
        if type == single, let only = instances.first { return try await one(only, call, principal) }
        // The boundary is another each time: the same content, not the same bytes.
        let tag = EntityTag(digest: instances.flatMap(\.sha256), isWeak: true)
        if let unchanged = unchanged(call, tag) { return unchanged }
        return many(instances, tag, call.lake.viewing, principal)
    }

    /// One instance without wrapping.
    private static func one(_ instance: RetrievedInstance, _ call: Call, _ principal: Principal) async throws
        -> Response
    {
        let tag = EntityTag(instance.sha256.hexadecimal)
        if let unchanged = unchanged(call, tag) { return unchanged }
        let reader = try await call.lake.viewing.object(instance, principal: principal)
        var headers = revalidated(tag)
        headers[.contentType] = "application/dicom; transfer-syntax=\(instance.transferSyntax)"
        return Response.stream(headers: headers, length: reader.count) { stream in
            try await reader.forEachRun { try await stream.write($0) }
        }
    }

    /// Instances as the parts of one body, whose length is known before the first is read.
    private static func many(
        _ instances: [RetrievedInstance], _ tag: EntityTag, _ viewing: Viewing, _ principal: Principal
    ) -> Response {
        var writer = MultipartWriter()
        let heads = instances.map {
            writer.beginning([("Content-Type", "application/dicom; transfer-syntax=\($0.transferSyntax)")])
        }
        let end = writer.end()
        let length = zip(heads, instances).reduce(end.utf8.count) { $0 + $1.0.utf8.count + $1.1.size }
        var headers = revalidated(tag)
        headers[.contentType] = "multipart/related; type=\"application/dicom\"; boundary=\(writer.boundary)"
        return Response.stream(headers: headers, length: length) { stream in
            try await ReadAhead.forEach(instances, viewing, principal) { index, source in
                try await stream.write(heads[index])
                switch source {
                case .whole(let bytes): try await stream.write(bytes)
                case .reader(let reader): try await reader.forEachRun { try await stream.write($0) }
                }
            }
            try await stream.write(end)
        }
    }

    @Sendable private static func metadata(_ call: Call) async throws -> Response {
        let types = [MediaType("application", "dicom+json"), MediaType("application", "json")]
        guard let type = call.accept.best(of: types) else {
            throw Problem(.notAcceptable, "not-acceptable", "Metadata are application/dicom+json.")
        }
        let viewing = call.lake.viewing
        let pages = try await viewing.metadata(call.scope, baseURL: call.base, principal: call.principal)
        // References to bulk data begin with the address that was asked.
        let content = try await viewing.contentDigest(call.scope, principal: call.principal)
        let tag = EntityTag(digest: content + Array("\(call.base) \(type.essence)".utf8))
        if let unchanged = unchanged(call, tag) { return unchanged }
        var headers = revalidated(tag)
        headers[.contentType] = type.essence
        return Response.stream(headers: headers) { stream in
            var pages = pages
            while let bytes = try await pages.next() { try await stream.write(bytes) }
        }
    }

    /// 304 where the client has this version.
    static func unchanged(_ call: Call, _ tag: EntityTag) -> Response? {
        guard tag.isNamed(by: call.request.headers[.ifNoneMatch]) else { return nil }
        return Response(status: .notModified, headers: revalidated(tag))
    }

    /// A study may grow, and who may see it can change: kept by the browser, asked for each time.
    private static func revalidated(_ tag: EntityTag) -> HTTPFields {
        [.eTag: tag.description, .cacheControl: "private, no-cache", .vary: varies]
    }
}

extension Call {
    /// What the path names.
    var scope: RetrieveScope {
        RetrieveScope(study: parameters["study"], series: parameters["series"], instance: parameters["instance"])
    }

    /// What the instance of the path is, if study and series of the path are its own.
    /// - Throws: 404.
    func instanceIdentity() async throws -> (uid: String, sha256: [UInt8], frames: Int) {
        let uid = try parameter("instance")
        let found = try await lake.viewing.identity(uid, principal: principal)
        guard found.study == parameters["study"], found.series == parameters["series"] else { throw Problem.notFound }
        return (uid, found.sha256, found.frames)
    }
}

/// Reads and decrypts the next instances while one is being sent.
enum ReadAhead {
    /// Up to this an instance is read whole.
    private static let small = 2 << 20
    private static let depth = 3

    enum Source: Sendable {
        case whole(Bytes)
        case reader(ObjectReader)
    }

    static func forEach(
        _ instances: [RetrievedInstance], _ viewing: Viewing, _ principal: Principal,
        _ body: (Int, Source) async throws -> Void
    ) async throws {
        var tasks: [Task<Source, any Error>] = []
        defer { for task in tasks { task.cancel() } }
        for index in instances.indices {
            while tasks.count < min(depth, instances.count - index) {
                let instance = instances[index + tasks.count]
                tasks.append(
                    Task {
                        let reader = try await viewing.object(instance, principal: principal)
                        guard reader.count <= small else { return .reader(reader) }
                        return .whole(try await reader.read(0..<reader.count))
                    })
            }
            try await body(index, try await tasks.removeFirst().value)
        }
    }
}
