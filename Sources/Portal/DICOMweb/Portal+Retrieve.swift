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

    @Sendable private static func retrieve(_ call: Call) async throws -> Response {
        let form = try ObjectForm(call.accept, isOneInstance: call.scope.instance != nil)
        let principal = try call.principal
        let instances = try await call.lake.viewing.instances(call.scope, principal: principal)
        let syntaxes = form.transferSyntaxes(of: instances)
        guard syntaxes.allSatisfy({ !$0.isEmpty }) else { throw ObjectForm.refusal() }
        if form.isSingle, let only = instances.first { return try await one(only, syntaxes[0], call, principal) }
        // The boundary is another each time: the same content, not the same bytes.
        let tag = EntityTag(
            digest: zip(instances, syntaxes).flatMap { Self.version($0, $1[0]) }, isWeak: true)
        if let unchanged = unchanged(call, tag) { return unchanged }
        let viewing = call.lake.viewing
        guard zip(instances, syntaxes).allSatisfy({ $0.transferSyntax == $1[0] }) else {
            return recoded(instances, syntaxes, tag, viewing, principal)
        }
        return many(instances, tag, viewing, principal)
    }

    /// What an instance is in a transfer syntax: its digest, or that and the syntax.
    private static func version(_ instance: RetrievedInstance, _ syntax: String) -> [UInt8] {
        instance.sha256 + (syntax == instance.transferSyntax ? [] : Array(syntax.utf8))
    }

    /// One instance without wrapping, in the first of `syntaxes` that it can be had in.
    private static func one(
        _ instance: RetrievedInstance, _ syntaxes: [String], _ call: Call, _ principal: Principal
    ) async throws -> Response {
        for syntax in syntaxes {
            let isStored = syntax == instance.transferSyntax
            let tag = EntityTag(instance.sha256.hexadecimal + (isStored ? "" : "-" + syntax))
            if let unchanged = unchanged(call, tag) { return unchanged }
            var headers = revalidated(tag)
            headers[.contentType] = "application/dicom; transfer-syntax=\(syntax)"
            if isStored {
                let reader = try await call.lake.viewing.object(instance, principal: principal)
                return Response.stream(headers: headers, length: reader.count) { stream in
                    try await reader.forEachRun { try await stream.write($0) }
                }
            }
            guard let bytes = try await transcoded(instance, syntax, call.lake.viewing, principal) else { continue }
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes)))
        }
        throw ObjectForm.refusal()
    }

    /// `nil` where the instance cannot be had so.
    private static func transcoded(
        _ instance: RetrievedInstance, _ syntax: String, _ viewing: Viewing, _ principal: Principal
    ) async throws -> Bytes? {
        do { return try await viewing.transcoded(instance, to: syntax, principal: principal) } catch {
            guard error.code == .otherForm || error.code == .tooLarge else { throw error }
            return nil
        }
    }

    /// Instances as the parts of one body, each in the first of its `syntaxes` that it can be had in. One that can be
    /// had in none is given as it is stored, and its part says so: the others are not to be missed for its sake.
    private static func recoded(
        _ instances: [RetrievedInstance], _ syntaxes: [[String]], _ tag: EntityTag, _ viewing: Viewing,
        _ principal: Principal
    ) -> Response {
        let writer = MultipartWriter()
        var headers = revalidated(tag)
        headers[.contentType] = "multipart/related; type=\"application/dicom\"; boundary=\(writer.boundary)"
        return Response.stream(headers: headers) { stream in
            var writer = writer
            try await ReadAhead.forEach(instances.count) { index in
                try await part(instances[index], syntaxes[index], viewing, principal)
            } body: { _, part in
                let type = "application/dicom; transfer-syntax=\(part.syntax)"
                try await stream.write(writer.beginning([("Content-Type", type)]))
                try await part.source.write(to: &stream)
            }
            try await stream.write(writer.end())
        }
    }

    private static func part(
        _ instance: RetrievedInstance, _ syntaxes: [String], _ viewing: Viewing, _ principal: Principal
    ) async throws -> (syntax: String, source: ReadAhead.Source) {
        for syntax in syntaxes.prefix(while: { $0 != instance.transferSyntax }) {
            if let bytes = try await transcoded(instance, syntax, viewing, principal) { return (syntax, .whole(bytes)) }
        }
        return (instance.transferSyntax, try await ReadAhead.stored(instance, viewing, principal))
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
            try await ReadAhead.forEach(instances.count) { index in
                try await ReadAhead.stored(instances[index], viewing, principal)
            } body: { index, source in
                try await stream.write(heads[index])
                try await source.write(to: &stream)
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

/// Reads and decrypts the next instances, or recodes them, while one is being sent.
enum ReadAhead {
    /// Up to this an instance is read whole.
    private static let small = 2 << 20
    private static let depth = 3

    enum Source: Sendable {
        case whole(Bytes)
        case reader(ObjectReader)

        func write(to stream: inout ResponseStream) async throws {
            switch self {
            case .whole(let bytes): try await stream.write(bytes)
            case .reader(let reader): try await reader.forEachRun { try await stream.write($0) }
            }
        }
    }

    /// An instance as it is stored.
    static func stored(
        _ instance: RetrievedInstance, _ viewing: Viewing, _ principal: Principal
    ) async throws -> Source {
        let reader = try await viewing.object(instance, principal: principal)
        guard reader.count <= small else { return .reader(reader) }
        return .whole(try await reader.read(0..<reader.count))
    }

    /// What `load` gives for 0 ..< `count`, in order.
    static func forEach<Part: Sendable>(
        _ count: Int, load: @escaping @Sendable (Int) async throws -> Part,
        body: (Int, Part) async throws -> Void
    ) async throws {
        var tasks: [Task<Part, any Error>] = []
        defer { for task in tasks { task.cancel() } }
        for index in 0..<count {
            while tasks.count < min(depth, count - index) {
                let next = index + tasks.count
                tasks.append(Task { try await load(next) })
            }
            try await body(index, try await tasks.removeFirst().value)
        }
    }
}
