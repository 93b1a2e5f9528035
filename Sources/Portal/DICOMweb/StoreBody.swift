import ByteIO
import HTTPTypes
import Hummingbird
import Lake
import NIOCore

/// The body of a STOW-RS request on its way into an ingest batch.
struct StoreBody: Sendable {
    /// `nil`: the whole body is one instance.
    let boundary: String?

    /// - Throws: 415 for anything but `application/dicom` and `multipart/related` of it.
    init(_ headers: HTTPFields) throws {
        guard let type = headers[.contentType].flatMap(MediaType.init) else { throw Self.unsupported }
        switch type.essence {
        case "application/dicom": boundary = nil
        case "multipart/related":
            // PS3.18 §10.5.2 also knows metadata and bulk data apart; those are not taken.
            guard (type.parameters["type"] ?? "application/dicom").lowercased() == "application/dicom" else {
                throw Self.unsupported
            }
            guard let boundary = type.parameters["boundary"] else { throw MultipartError(.noBoundary, offset: 0) }
            self.boundary = boundary
        default: throw Self.unsupported
        }
    }

    private static let unsupported = Problem(
        .unsupportedMediaType, "not-dicom",
        "Send multipart/related; type=\"application/dicom\" with a boundary, or one application/dicom.")

    /// Feeds `batch` until the body ends or breaks off, and waits for the last verdict.
    /// - Returns: what was wrong with the body as a whole. The parts before it count all the same.
    func receive(_ request: Request, into batch: IngestBatch) async -> String? {
        var failure: String?
        do {
            if let boundary {
                try await receiveParts(request.body, boundary, into: batch)
            } else {
                try await receiveOne(request, into: batch)
            }
        } catch let error as MultipartError {
            failure = error.description
        } catch {
            failure = "the connection broke"
        }
        _ = await batch.finish()
        return failure
    }

    /// One thing that a chunk of the body says. The bytes are the chunk's own copy.
    private enum Step {
        case began(name: String)
        case bytes(Bytes)
        case ended
    }

    private func receiveParts(_ body: RequestBody, _ boundary: String, into batch: IngestBatch) async throws {
        var parser = try MultipartParser(boundary: boundary)
        var receiver: PartReceiver?
        var steps: [Step] = []
        do {
            for try await chunk in body {
                // The parser lends bytes for the length of a call; the pipeline takes them when it has room.
                let bytes = chunk.withUnsafeReadableBytes { Bytes($0) }
                try bytes.withUnsafeBytes { whole in
                    try parser.consume(whole) { event in
                        switch event {
                        case .began(let header): steps.append(.began(name: Self.name(header)))
                        case .bytes(let part): steps.append(.bytes(bytes.sharing(part, of: whole)))
                        case .ended: steps.append(.ended)
                        }
                    }
                }
                for step in steps {
                    switch step {
                    case .began(let name): receiver = await batch.part(name: name)
                    case .bytes(let part): await receiver?.append(part)
                    case .ended:
                        await receiver?.finish()
                        receiver = nil
                    }
                }
                steps.removeAll(keepingCapacity: true)
            }
            try parser.finish()
        } catch {
            await receiver?.cancel()
            throw error
        }
    }

    /// The path that the sender has the file under, where it says so. It may identify the patient: the lake keeps it
    /// sealed, with what else does.
    private static func name(_ header: MultipartHeader) -> String {
        let text = header["content-location"] ?? ""
        return text.utf8.count <= 4096 ? QueryItems.decode(text, plusIsBlank: false) ?? "" : ""
    }

    private func receiveOne(_ request: Request, into batch: IngestBatch) async throws {
        let receiver = await batch.part()
        var count = 0
        do {
            for try await chunk in request.body {
                count += chunk.readableBytes
                await receiver.append(chunk.withUnsafeReadableBytes { Bytes($0) })
            }
            // A connection that ends early can look like the end of the body.
            if let length = request.headers[.contentLength].flatMap({ Int($0) }), length != count {
                throw MultipartError(.truncated, offset: count)
            }
            await receiver.finish()
        } catch {
            await receiver.cancel()
            throw error
        }
    }
}

extension Bytes {
    /// A copy of what `buffer` lends.
    init(_ buffer: UnsafeRawBufferPointer) {
        self.init(count: buffer.count) { $0.copyMemory(from: buffer) }
    }

    /// The part of these bytes that `part` points at, which must lie within `whole`, the bytes lent; a copy where it
    /// does not (the parser held it back from the chunk before).
    func sharing(_ part: UnsafeRawBufferPointer, of whole: UnsafeRawBufferPointer) -> Bytes {
        guard let base = whole.baseAddress, let start = part.baseAddress, start >= base,
            let slice = slice((start - base)..<(start - base + part.count))
        else { return Bytes(part) }
        return slice
    }
}
