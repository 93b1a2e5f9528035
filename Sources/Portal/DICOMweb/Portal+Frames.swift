import ByteIO
import HTTPTypes
import Hummingbird
import Lake
import NIOCore

extension Portal {
    /// Frames by number (PS3.18 §10.4.1.1.4): as stored where the client takes that, else recoded without loss.
    @Sendable static func frames(_ call: Call) async throws -> Response {
        guard let numbers = FrameList.parse(try call.parameter("frames")) else {
            throw Problem(.badRequest, "bad-frames", "Frames are numbers from 1, separated by commas.")
        }
        return try await frames(call, numbers)
    }

    static func frames(_ call: Call, _ numbers: [Int]) async throws -> Response {
        let principal = try call.principal
        let (uid, sha256, frames) = try await call.instanceIdentity()
        guard numbers.allSatisfy({ $0 <= frames }) else { throw Problem.notFound }
        let viewing = call.lake.viewing
        let stored = try await viewing.frame(uid, numbers[0], principal: principal)
        for form in try FrameForm.acceptable(call.accept, stored, isOneFrame: numbers.count == 1) {
            let asked = numbers.map(String.init).joined(separator: ",") + " " + form.partType
            let tag = EntityTag(digest: sha256 + Array(asked.utf8), isWeak: !form.isSingle)
            let headers: HTTPFields = [.eTag: tag.description, .cacheControl: cacheable, .vary: varies]
            if tag.isNamed(by: call.request.headers[.ifNoneMatch]) {
                return Response(status: .notModified, headers: headers)
            }
            let source = FrameSource(viewing: viewing, uid: uid, form: form, principal: principal)
            guard let first = try await source.first(numbers[0], stored) else { continue }
            return form.isSingle
                ? alone(first, form, headers) : related(numbers, first, source, headers)
        }
        throw FrameForm.refusal(stored)
    }

    private static func alone(_ frame: Bytes, _ form: FrameForm, _ fields: HTTPFields) -> Response {
        var headers = fields
        headers[.contentType] = form.partType
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(frame)))
    }

    private static func related(
        _ numbers: [Int], _ first: Bytes, _ source: FrameSource, _ fields: HTTPFields
    ) -> Response {
        var writer = MultipartWriter()
        var headers = fields
        headers[.contentType] =
            "multipart/related; type=\"\(source.form.mediaType.essence)\"; boundary=\(writer.boundary)"
        let heads = numbers.map { _ in writer.beginning([("Content-Type", source.form.partType)]) }
        let end = writer.end()
        if numbers.count == 1 {
            // The common case, in one piece: a viewer that asks for frame after frame.
            var buffer = ByteBuffer()
            buffer.reserveCapacity(heads[0].utf8.count + first.count + end.utf8.count)
            buffer.writeString(heads[0])
            buffer.append(first)
            buffer.writeString(end)
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: buffer))
        }
        return Response.stream(headers: headers) { stream in
            try await ReadAhead.forEach(numbers.count) { index in
                index == 0 ? first : try await source.frame(numbers[index])
            } body: { index, bytes in
                try await stream.write(heads[index])
                try await stream.write(bytes)
            }
            try await stream.write(end)
        }
    }

    /// Content under a UID never changes; who may see it can, so the credential is part of the question.
    static let cacheable = "private, max-age=3600"
    static let varies = "Accept, Authorization, Cookie"
}

/// The frames of one instance in one form.
private struct FrameSource: Sendable {
    let viewing: Viewing
    let uid: String
    let form: FrameForm
    let principal: Principal

    func frame(_ number: Int) async throws -> Bytes {
        guard form.isRecoded else { return try await viewing.frame(uid, number, principal: principal).bytes }
        return try await viewing.frame(uid, number, in: form.transferSyntax, principal: principal)
    }

    /// The first one; `nil` where the form cannot be had of it.
    func first(_ number: Int, _ stored: Viewing.FrameData) async throws -> Bytes? {
        guard form.isRecoded else { return stored.bytes }
        do { return try await frame(number) } catch let error as LakeError where error.code == .otherForm {
            return nil
        }
    }
}
