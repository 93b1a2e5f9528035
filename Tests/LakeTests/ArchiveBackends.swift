import ByteIO
import ColdStorage
import ContentAddressing
import Foundation
import Lake
import Synchronization

/// A directory backend that fails where a test wants it to.
final class FailingBackend: ColdBackend, Sendable {
    enum Step: String, CaseIterable { case beforeStore, afterStore, beforeFetch, afterFetch }

    let configuration: ColdBackendConfiguration
    private let inner: any ColdBackend
    let failing = Mutex<Step?>(nil)
    let calls = Mutex<[String]>([])
    /// Run within a fetch, after the bytes came.
    let during = Mutex<(@Sendable () async -> Void)?>(nil)

    init(_ name: String, in directory: URL, agreement: String? = "contract 7") throws {
        let path = directory.appendingPathComponent("vault-\(name)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        configuration = ColdBackendConfiguration(name: name, kind: .directory, path: path, agreement: agreement)
        inner = try configuration.backend()
    }

    /// Files that are there.
    var files: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: configuration.path ?? "")) ?? []).sorted()
            .map { "\(configuration.path ?? "")/\($0)" }
    }

    private func check(_ step: Step) throws(ColdStorageError) {
        if failing.withLock({ $0 == step }) {
            throw ColdStorageError(.unavailable, "a test wants \(step.rawValue) to fail")
        }
    }

    func store(_ archive: ColdArchive) async throws(ColdStorageError) {
        calls.withLock { $0.append("store") }
        try check(.beforeStore)
        try await inner.store(archive)
        try check(.afterStore)
    }

    func fetch(_ root: CID, upTo limit: Int, into path: String) async throws(ColdStorageError) {
        calls.withLock { $0.append("fetch") }
        try check(.beforeFetch)
        try await inner.fetch(root, upTo: limit, into: path)
        if let during = during.withLock({ $0 }) { await during() }
        try check(.afterFetch)
    }

    func remove(_ root: CID) async throws(ColdStorageError) {
        calls.withLock { $0.append("remove") }
        try await inner.remove(root)
    }
}
