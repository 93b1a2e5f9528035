import ByteIO
import DICOM
import DICOMImaging
import HTTPTypes
import Hummingbird
import Lake
import NIOCore

extension Portal {
    private static let octets = MediaType("application", "octet-stream")
    private static let relatedOctets = MediaType("multipart", "related", ["type": "application/octet-stream"])

    /// Frames by number (PS3.18 §10.4.1.1.4): as stored where the client takes that, else decoded.
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
        let first = try await viewing.frame(uid, numbers[0], principal: principal)
        let form = try FrameForm(call.accept, first)
        let asked = numbers.map(String.init).joined(separator: ",") + " " + form.partType
        let tag = EntityTag(digest: sha256 + Array(asked.utf8), isWeak: !form.isSingle)
        let headers: HTTPFields = [.eTag: tag.description, .cacheControl: cacheable, .vary: varies]
        if tag.isNamed(by: call.request.headers[.ifNoneMatch]) {
            return Response(status: .notModified, headers: headers)
        }
        if form.isSingle {
            guard numbers.count == 1 else {
                throw Problem(.notAcceptable, "not-acceptable", "Several frames come as multipart/related.")
            }
            let bytes =
                form.isDecoded
                ? try await viewing.storedFrame(uid, numbers[0], principal: principal).samples : first.bytes
            var headers = headers
            headers[.contentType] = form.partType
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes)))
        }
        return related(numbers, uid, first, form, viewing, principal, headers)
    }

    private static func related(
        _ numbers: [Int], _ uid: String, _ first: Viewing.FrameData, _ form: FrameForm, _ viewing: Viewing,
        _ principal: Principal, _ fields: HTTPFields
    ) -> Response {
        var writer = MultipartWriter()
        var headers = fields
        headers[.contentType] =
            "multipart/related; type=\"\(form.mediaType.essence)\"; boundary=\(writer.boundary)"
        let heads = numbers.map { _ in writer.beginning([("Content-Type", form.partType)]) }
        let end = writer.end()
        if numbers.count == 1, !form.isDecoded {
            // The common case, in one piece: a viewer that asks for frame after frame.
            var buffer = ByteBuffer()
            buffer.reserveCapacity(heads[0].utf8.count + first.bytes.count + end.utf8.count)
            buffer.writeString(heads[0])
            buffer.append(first.bytes)
            buffer.writeString(end)
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: buffer))
        }
        return Response.stream(headers: headers) { stream in
            for (index, number) in numbers.enumerated() {
                try await stream.write(heads[index])
                if form.isDecoded {
                    try await stream.write(try await viewing.storedFrame(uid, number, principal: principal).samples)
                } else {
                    let frame = index == 0 ? first : try await viewing.frame(uid, number, principal: principal)
                    try await stream.write(frame.bytes)
                }
            }
            try await stream.write(end)
        }
    }

    /// Content under a UID never changes; who may see it can, so the credential is part of the question.
    static let cacheable = "private, max-age=3600"
    static let varies = "Accept, Authorization, Cookie"
}

/// In which form frames are given.
struct FrameForm {
    /// Of a part.
    let mediaType: MediaType
    let transferSyntax: String
    let isDecoded: Bool
    /// Not wrapped in multipart.
    let isSingle: Bool

    var partType: String { "\(mediaType.essence); transfer-syntax=\(transferSyntax)" }

    /// - Throws: 406 where the client takes nothing that can be given.
    init(_ accept: Accept, _ frame: Viewing.FrameData) throws {
        let octets = MediaType("application", "octet-stream")
        let stored = frame.isEncapsulated ? Self.mediaType(frame.transferSyntax) : octets
        let native = TransferSyntax.explicitVRLittleEndian.uid
        var offers: [(offer: MediaType, part: MediaType, isSingle: Bool)] = []
        for part in stored == octets ? [octets] : [stored, octets] {
            offers.append((MediaType("multipart", "related", ["type": part.essence]), part, false))
            offers.append((part, part, true))
        }
        guard let best = accept.best(of: offers.map(\.offer)), let chosen = offers.first(where: { $0.offer == best })
        else {
            throw Problem(
                .notAcceptable, "not-acceptable", "Frames are \(stored.essence), in multipart/related or alone.")
        }
        isSingle = chosen.isSingle
        mediaType = chosen.part
        let wanted = accept.transferSyntaxes(for: chosen.offer)
        let takesStored = wanted.contains("*") || wanted.contains(frame.transferSyntax)
        // Octets without a transfer syntax are explicit little endian (PS3.18 Table 8.7.3-5).
        isDecoded = frame.isEncapsulated && chosen.part == octets && !takesStored
        transferSyntax = isDecoded ? native : frame.transferSyntax
        guard wanted.isEmpty || takesStored || (chosen.part == octets && wanted.contains(native)) else {
            throw Problem(
                .notAcceptable, "transfer-syntax", "Not stored in that transfer syntax; ask for transfer-syntax=*.")
        }
    }

    /// PS3.18 Table 8.7.3-5.
    private static func mediaType(_ transferSyntax: String) -> MediaType {
        let prefix = "1.2.840.10008.1.2."
        guard transferSyntax.hasPrefix(prefix) else { return MediaType("application", "octet-stream") }
        return switch transferSyntax.dropFirst(prefix.count) {
        case "4.50", "4.51", "4.57", "4.70": MediaType("image", "jpeg")
        case "4.80", "4.81": MediaType("image", "jls")
        case "4.90", "4.91": MediaType("image", "jp2")
        case "4.201", "4.202", "4.203": MediaType("image", "jphc")
        case "5": MediaType("image", "dicom-rle")
        default: MediaType("application", "octet-stream")
        }
    }
}
