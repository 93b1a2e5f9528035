import ByteIO
import Foundation
public import HTTPTypes
public import Hummingbird
import NIOCore

extension Response {
    /// `value` as JSON; not kept by any cache unless the caller says otherwise.
    public static func json(
        _ value: some Encodable, status: HTTPResponse.Status = .ok, type: String = "application/json"
    ) -> Response {
        do {
            return data(try JSONEncoder.portal.encode(value), type: type, status: status)
        } catch {
            // Only a number that JSON has no spelling for (a NaN) can end here.
            return Response(status: .internalServerError)
        }
    }

    /// Bytes that are already in memory.
    public static func data(
        _ data: some Sequence<UInt8>, type: String, status: HTTPResponse.Status = .ok
    ) -> Response {
        Response(
            status: status,
            headers: [.contentType: type, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
    }

    /// An answer without content.
    public static func empty(_ status: HTTPResponse.Status = .noContent) -> Response {
        Response(status: status, headers: [.cacheControl: "no-store"])
    }
}

extension JSONEncoder {
    /// As every answer of the API is written: dates in ISO 8601, slashes plain, keys in a stable order.
    static let portal: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        return encoder
    }()
}

extension JSONDecoder {
    /// As every request to the API is read.
    static let portal: JSONDecoder = {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return decoder
    }()
}
