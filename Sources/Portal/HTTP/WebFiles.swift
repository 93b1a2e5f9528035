import ByteIO
import Foundation
public import HTTPTypes
public import Hummingbird
import NIOCore
import Synchronization

/// The files of `Web/`, and the guides of `Docs/Guides/` beside it as `guides/…`: read when asked for, kept with their digest and compressed form until they change on disk.
///
/// Conditional requests rather than hashed names: there is no build step, and one round trip with 304 is what it
/// costs.
public final class WebFiles: Sendable {
    private let directory: String
    private let cache = Mutex<[String: Entry]>([:])

    private struct Entry: Sendable {
        let modified: Date
        let size: Int
        let tag: EntityTag
        let type: String
        let plain: ByteBuffer
        let gzip: ByteBuffer?
    }

    /// - Parameter directory: `Web/`.
    public init(directory: String) { self.directory = directory }

    /// The file at `path` beneath the directory; `nil` where there is none. Only names of plain characters are
    /// looked up, so no path leads out.
    public func response(_ path: String, headers: HTTPFields) -> Response? {
        guard Self.isPlain(path), let entry = entry(path) else { return nil }
        var fields: HTTPFields = [.contentType: entry.type, .cacheControl: "no-cache", .vary: "Accept-Encoding"]
        let isGzip = entry.gzip != nil && Gzip.isAccepted(headers[.acceptEncoding])
        // The coding is part of the representation, so it is part of its name.
        let tag = isGzip ? EntityTag(entry.tag.value + "-gzip") : entry.tag
        fields[.eTag] = tag.description
        if tag.isNamed(by: headers[.ifNoneMatch]) { return Response(status: .notModified, headers: fields) }
        guard isGzip, let gzip = entry.gzip else {
            return Response(status: .ok, headers: fields, body: ResponseBody(byteBuffer: entry.plain))
        }
        fields[.contentEncoding] = "gzip"
        return Response(status: .ok, headers: fields, body: ResponseBody(byteBuffer: gzip))
    }

    private func entry(_ path: String) -> Entry? {
        // The guide in the pages is the one of the documentation, not a copy.
        let isGuide = path.hasPrefix("guides/") && path.hasSuffix(".md")
        let full = isGuide ? directory + "/../Docs/Guides" + path.dropFirst("guides".count) : directory + "/" + path
        var status = stat()
        guard lstat(full, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        let modified = Date(
            timeIntervalSince1970: Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9)
        let size = Int(status.st_size)
        if let known = cache.withLock({ $0[path] }), known.modified == modified, known.size == size { return known }
        guard size <= 16 << 20, let bytes = try? Bytes.contents(ofFile: full) else { return nil }
        let type = Self.types[path.split(separator: ".").last.map(String.init) ?? ""] ?? "application/octet-stream"
        let isText = type.hasPrefix("text/") || type.hasPrefix("application/") || type.hasSuffix("+xml")
        let gzip = isText && bytes.count > 512 ? Gzip.compress(bytes, level: 9) : nil
        let entry = Entry(
            modified: modified, size: size, tag: EntityTag(Self.digest(bytes)), type: type,
            plain: ByteBuffer(bytes), gzip: gzip.map { ByteBuffer($0) })
        cache.withLock { $0[path] = entry }
        return entry
    }

    private static func isPlain(_ path: String) -> Bool {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        return segments.allSatisfy { segment in
            !segment.isEmpty && segment.first != "."
                && segment.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                        UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                        UInt8(ascii: "."):
                        true
                    default: false
                    }
                }
        }
    }

    /// A name for this content among its versions: FNV-1a, 64 bits, and the length. Not a proof of anything.
    private static func digest(_ bytes: Bytes) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return String(hash, radix: 36) + "-" + String(bytes.count, radix: 36)
    }

    private static let types = [
        "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8",
        "js": "text/javascript; charset=utf-8", "mjs": "text/javascript; charset=utf-8",
        "json": "application/json", "svg": "image/svg+xml", "png": "image/png", "ico": "image/x-icon",
        "woff2": "font/woff2", "webmanifest": "application/manifest+json", "wasm": "application/wasm",
        "txt": "text/plain; charset=utf-8", "md": "text/markdown; charset=utf-8",
    ]
}
