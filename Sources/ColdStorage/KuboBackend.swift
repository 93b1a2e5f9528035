internal import ByteIO
public import ContentAddressing
internal import Foundation

/// IPFS: written through Kubo's RPC (`dag/import`, pinned), read through a trustless gateway. Neither is believed:
/// the root that was imported is compared, and every block that comes back.
public struct KuboBackend: ColdBackend {
    public let configuration: ColdBackendConfiguration
    let rpc: String
    let gateway: String

    init(_ configuration: ColdBackendConfiguration, rpc: String, gateway: String) {
        self.configuration = configuration
        self.rpc = Self.withoutSlash(rpc)
        self.gateway = Self.withoutSlash(gateway)
    }

    private static func withoutSlash(_ url: String) -> String {
        var url = url
        while url.last == "/" { url.removeLast() }
        return url
    }

    // MARK: Writing

    public func store(_ archive: ColdArchive) async throws(ColdStorageError) {
        try await Blocking.run { cancellation throws(ColdStorageError) in
            let transfer = transfer(cancellation)
            let file = try ColdFile.open(archive.path)
            guard file.count == archive.count else { throw ColdStorageError(.notWhatWasAsked, "the archive was cut") }
            let answer = try transfer.send(
                "POST", "\(rpc)/api/v0/dag/import?pin-roots=true&stats=true",
                form: .init(file: file, name: "\(archive.root).car"))
            try checkStatus(answer, of: "dag/import")
            try checkImport(answer.body, archive.root)
            let pins = try call(transfer, "pin/ls?arg=\(archive.root)&type=recursive")
            guard pins.status == 200 else {
                throw ColdStorageError(.unavailable, "the backend \(name) took the archive and did not pin it")
            }
        }
    }

    /// Lines of JSON: a root each, with what went wrong with its pin; then statistics.
    private struct ImportLine: Decodable {
        struct Root: Decodable {
            struct Link: Decodable {
                let cid: String
                enum CodingKeys: String, CodingKey { case cid = "/" }
            }
            let Cid: Link
            let PinErrorMsg: String?
        }
        let Root: Root?
        let Message: String?
    }

    private func checkImport(_ body: Bytes, _ root: CID) throws(ColdStorageError) {
        var isImported = false
        for line in body.array.split(separator: UInt8(ascii: "\n")) {
            guard let line = try? JSONDecoder().decode(ImportLine.self, from: Data(line)) else { continue }
            // Kubo says 200 before it begins: what fails later is a message in the body.
            if line.Message != nil {
                throw ColdStorageError(.unavailable, "the backend \(name) broke the import off")
            }
            guard let found = line.Root else { continue }
            guard found.PinErrorMsg?.isEmpty != false else {
                throw ColdStorageError(.unavailable, "the backend \(name) took the archive and could not pin it")
            }
            guard let cid = try? CID(text: found.Cid.cid), cid == root else {
                throw ColdStorageError(.notWhatWasAsked, "the backend \(name) says that it imported another root")
            }
            isImported = true
        }
        guard isImported else {
            throw ColdStorageError(.notWhatWasAsked, "the backend \(name) did not say what it imported")
        }
    }

    public func remove(_ root: CID) async throws(ColdStorageError) {
        try await Blocking.run { cancellation throws(ColdStorageError) in
            let transfer = transfer(cancellation)
            let answer = try call(transfer, "pin/rm?arg=\(root)&recursive=true")
            guard answer.status != 200 else { return }
            // What was not pinned is an error, as any other is: only the pin itself tells.
            guard try call(transfer, "pin/ls?arg=\(root)&type=recursive").status == 500, answer.status == 500 else {
                throw ColdStorageError(
                    .unavailable, "the backend \(name) did not unpin the archive (status \(answer.status))")
            }
        }
    }

    private func call(_ transfer: ColdTransfer, _ command: String) throws(ColdStorageError) -> ColdTransfer.Answer {
        // Every command of the RPC is a POST.
        try transfer.send("POST", "\(rpc)/api/v0/\(command)")
    }

    private func checkStatus(_ answer: ColdTransfer.Answer, of command: String) throws(ColdStorageError) {
        guard answer.status != 200 else { return }
        let hint = [401, 403].contains(answer.status) ? ": let this machine use its RPC" : ""
        throw ColdStorageError(
            .unavailable, "the backend \(name) answers \(command) with status \(answer.status)\(hint)")
    }

    func transfer(_ cancellation: Cancellation) -> ColdTransfer {
        ColdTransfer(stallSeconds: configuration.stallSeconds ?? 60, cancellation: cancellation)
    }
}
