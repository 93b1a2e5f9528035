internal import ByteIO
internal import ColdStorage
internal import ContentAddressing
internal import Foundation
internal import Vault

/// archive → age → tar. Every block is compared with its identifier, every chunk is authentic. Used by one thread after
/// the other.
final class BundleReader: @unchecked Sendable {
    private let archive: ColdArchiveReader
    private let age: AgeDecryptor
    private var buffer = Bytes()
    private var hasEnded = false
    /// Bytes of the present file that were not read yet, then of its padding.
    private var left = 0
    private var padding = 0

    init(_ path: String, root: CID, identity: AgeIdentity) throws {
        archive = try ColdArchiveReader(path, root: root)
        age = AgeDecryptor(identity)
    }

    /// The next file; `nil` at the end of the bundle, when it is known that nothing is missing.
    func nextFile() throws -> (name: String, size: Int)? {
        while left > 0 { _ = try read(left) }
        try skip(padding)
        guard let file = try BundleTar.parse(try take(BundleTar.blockSize)) else {
            while try fill() { buffer = Bytes() }
            return nil
        }
        (left, padding) = (file.size, BundleTar.padding(file.size).count)
        return file
    }

    /// The next bytes of the present file, never none; `nil` at its end.
    func read(_ limit: Int = 1 << 20) throws -> Bytes? {
        guard left > 0 else { return nil }
        guard try fill() else { throw Self.cut }
        let count = min(limit, left, buffer.count)
        let bytes = buffer[clamping: 0..<count]
        buffer = buffer[clamping: count..<buffer.count]
        left -= count
        return bytes
    }

    /// The present file, whole.
    func content(upTo limit: Int) throws -> Bytes {
        guard left <= limit else { throw LakeError(.unavailable, "the bundle is damaged: a file in it is too large") }
        return Bytes(try take(left, ofFile: true))
    }

    /// The manifest, which is the first file.
    func manifest() throws -> BundleManifest {
        guard let file = try nextFile(), file.name == BundleManifest.name else {
            throw LakeError(.unavailable, "the bundle is damaged: it has no manifest")
        }
        let bytes = try content(upTo: BundleManifest.maximumCount)
        guard let manifest = try? JSONDecoder().decode(BundleManifest.self, from: Data(bytes.array)),
            manifest.format == BundleManifest.format
        else { throw LakeError(.unavailable, "the bundle's manifest cannot be read, or is of a later version") }
        return manifest
    }

    private static let cut = LakeError(.unavailable, "the bundle ends too early")

    private func take(_ count: Int, ofFile: Bool = false) throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count {
            guard try fill() else { throw Self.cut }
            let part = buffer[clamping: 0..<(count - bytes.count)]
            bytes += part.array
            buffer = buffer[clamping: part.count..<buffer.count]
        }
        if ofFile { left -= count }
        return bytes
    }

    private func skip(_ count: Int) throws {
        _ = try take(count)
        padding = 0
    }

    /// Whether there is something in the buffer.
    private func fill() throws -> Bool {
        while buffer.isEmpty, !hasEnded {
            if let sealed = try archive.next() {
                buffer = try Self.opening { () throws(VaultError) in try age.append(sealed) }
            } else {
                hasEnded = true
                buffer = try Self.opening { () throws(VaultError) in try age.finish() }
            }
        }
        return !buffer.isEmpty
    }

    private static func opening(_ body: () throws(VaultError) -> Bytes) throws -> Bytes {
        do throws(VaultError) { return try body() } catch {
            let reason =
                error.code == .noIdentityMatched
                ? "the key of this bundle does not open it: it is another bundle's key" : "\(error)"
            throw LakeError(.unavailable, "the bundle cannot be opened: \(reason)")
        }
    }
}
