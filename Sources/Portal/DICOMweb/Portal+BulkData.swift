import ByteIO
import DICOM
import HTTPTypes
import Hummingbird
import Lake
import NIOCore

extension Portal {
    /// Large values that metadata refer to (PS3.18 §10.4.1.1.5): `bulkdata/7FE00010`, `bulkdata/54000100/1/54001010`.
    static let bulkDataRoutes: [Route] = [
        Route(
            .get, "/dicom-web/studies/{study}/series/{series}/instances/{instance}/bulkdata/{path...}",
            .permission(.view),
            bulkData)
    ]

    /// An object beyond this is not read into memory for one of its values; its frames can be had one by one.
    private static let largest = 512 << 20

    @Sendable private static func bulkData(_ call: Call) async throws -> Response {
        let single = MediaType("application", "octet-stream")
        let related = MediaType("multipart", "related", ["type": "application/octet-stream"])
        let (uid, _, frames) = try await call.instanceIdentity()
        let path = try call.parameter("path")
        let principal = try call.principal
        if path.uppercased() == Tag.PixelData.hexadecimal, frames > 0 {
            let first = try await call.lake.viewing.frame(uid, 1, principal: principal)
            if let type = MediaType.video(in: first.transferSyntax) {
                return try await video(call, uid, first, type, fragments: frames)
            }
            if first.isEncapsulated { return try await Self.frames(call, Array(1...frames)) }
        }
        guard let type = call.accept.best(of: [single, related]) else {
            throw Problem(.notAcceptable, "not-acceptable", "Bulk data are application/octet-stream.")
        }
        let reader = try await call.lake.viewing.object(uid, principal: principal)
        guard reader.count <= largest else {
            throw Problem(.contentTooLarge, "too-large", "The instance is too large for this; ask for its frames.")
        }
        let whole = try await reader.read(0..<reader.count)
        let value = await call.lake.workers.run { Self.value(at: path, in: whole) }
        guard let value else { throw Problem.notFound }
        var headers: HTTPFields = [.contentType: type.essence, .cacheControl: cacheable, .vary: varies]
        guard type == related else {
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(value)))
        }
        var writer = MultipartWriter()
        headers[.contentType] = "multipart/related; type=\"application/octet-stream\"; boundary=\(writer.boundary)"
        var buffer = ByteBuffer(string: writer.beginning([("Content-Type", "application/octet-stream")]))
        buffer.append(value)
        buffer.writeString(writer.end())
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: buffer))
    }

    /// The stream of a video, whose fragments say nothing of its frames (PS3.5 §8.2.5), whole.
    private static func video(
        _ call: Call, _ uid: String, _ first: Viewing.FrameData, _ type: MediaType, fragments: Int
    ) async throws -> Response {
        let related = MediaType("multipart", "related", ["type": type.essence])
        guard let chosen = call.accept.best(of: [type, related]) else {
            throw Problem(.notAcceptable, "not-acceptable", "The video is \(type.essence).")
        }
        var writer = MultipartWriter()
        let part = "\(type.essence); transfer-syntax=\(first.transferSyntax)"
        let head = chosen == related ? writer.beginning([("Content-Type", part)]) : ""
        let end = chosen == related ? writer.end() : ""
        var headers: HTTPFields = [.contentType: part, .cacheControl: cacheable, .vary: varies]
        if chosen == related {
            headers[.contentType] = "multipart/related; type=\"\(type.essence)\"; boundary=\(writer.boundary)"
        }
        let (viewing, principal) = (call.lake.viewing, try call.principal)
        return Response.stream(headers: headers) { stream in
            try await stream.write(head)
            for number in 1...fragments {
                let bytes = number == 1 ? first.bytes : try await viewing.frame(uid, number, principal: principal).bytes
                try await stream.write(bytes)
            }
            try await stream.write(end)
        }
    }

    /// The value at a path of tags and items, as `JSONOptions.location(of:)` writes it.
    private static func value(at path: String, in object: Bytes) -> Bytes? {
        var options = ReadOptions()
        options.inlineLimit = object.count
        guard let file = try? DICOMFile.read(object, options: options) else { return nil }
        var dataSet = file.dataSet
        let steps = path.split(separator: "/", omittingEmptySubsequences: false)
        guard steps.count % 2 == 1, steps.count < 256 else { return nil }
        for index in stride(from: 0, to: steps.count - 1, by: 2) {
            guard let tag = Tag(hexadecimal: steps[index]), let number = Int(steps[index + 1]),
                let items = dataSet[tag]?.items, number > 0, number <= items.count
            else { return nil }
            dataSet = items[number - 1].dataSet
        }
        return steps.last.flatMap { Tag(hexadecimal: $0) }.flatMap { dataSet[$0]?.bytes }
    }
}
