internal import ByteIO
internal import Foundation

/// The first file of a bundle: what is in it. Format: Docs/Formats/bundle.md.
struct BundleManifest: Codable, Sendable {
    static let format = "tarn-bundle/1"
    static let name = "manifest.json"
    /// Bytes at most: some hundred thousand instances.
    static let maximumCount = 256 << 20

    struct File: Codable, Sendable {
        let path: String
        let size: Int
        /// In hexadecimal.
        let sha256: String
    }

    struct Instance: Codable, Sendable {
        /// SOP Instance UID.
        let uid: String
        let object: File
        /// Sealed under the study's identity key, as it lay in the lake; `nil` in a bundle without patches.
        let patch: File?
    }

    let format: String
    /// Study Instance UID.
    let study: String
    /// Digest over UIDs and digests of the instances, in hexadecimal.
    let version: String
    let instances: [Instance]

    func encoded() throws -> Bytes {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Bytes(Array(try encoder.encode(self)))
    }
}
