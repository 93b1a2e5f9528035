internal import ByteIO
public import ContentAddressing
internal import Glibc

extension KuboBackend {
    /// Room for heads and a header that the stored archive does not have.
    private static let slack = 64 << 10
    private static let maximumBlock = 2 << 20

    public func fetch(_ root: CID, upTo limit: Int, into path: String) async throws(ColdStorageError) {
        try await Blocking.run { cancellation throws(ColdStorageError) in
            let transfer = transfer(cancellation)
            let file = try NewColdFile(path)
            let limit = limit + Self.slack
            if try !receiveArchive(root, upTo: limit, into: file, transfer) {
                // A gateway of the small kind, which gives blocks only.
                try file.append(header(root))
            }
            try complete(root, upTo: limit, path, file, transfer)
            try file.finish()
        }
    }

    /// The whole archive at once.
    /// - Returns: `false` where the gateway gives no archives. What it gave may be cut: a status of 200 is sent before
    ///   the first block, and a gateway that cannot find the last one can only end.
    private func receiveArchive(
        _ root: CID, upTo limit: Int, into file: NewColdFile, _ transfer: ColdTransfer
    ) throws(ColdStorageError) -> Bool {
        let type = "application/vnd.ipld.car"
        let status = try transfer.perform(
            "GET", "\(gateway)/ipfs/\(root)?format=car&dag-scope=all&car-order=dfs&car-dups=n",
            accept: "\(type); version=1; order=dfs; dups=n"
        ) { bytes, status throws(ColdStorageError) in
            guard status == 200 else { return }
            guard bytes.count <= limit - file.count else { throw ColdTransfer.tooLong }
            try file.append(bytes)
        }
        switch status {
        case 200: return true
        case 400, 406, 415, 501: return false
        default: throw refusal(status)
        }
    }

    private func refusal(_ status: Int) -> ColdStorageError {
        switch status {
        case 404, 410: ColdStorageError(.missing, "the gateway of the backend \(name) does not have the archive")
        case 401, 403:
            ColdStorageError(.unavailable, "the gateway of the backend \(name) refuses: let this machine read there")
        default: ColdStorageError(.unavailable, "the gateway of the backend \(name) answers with status \(status)")
        }
    }

    /// Fetches one by one what is missing.
    private func complete(
        _ root: CID, upTo limit: Int, _ path: String, _ file: NewColdFile, _ transfer: ColdTransfer
    ) throws(ColdStorageError) {
        if let cut = FetchedArchive.wholeBlocks(path) {
            try file.resize(cut)
        } else {
            // Not even a header: as good as nothing.
            try file.resize(0)
            try file.append(header(root))
        }
        var writer = CARWriter()
        while true {
            let missing = try FetchedArchive.missing(path, root: root)
            guard !missing.isEmpty else { return }
            for cid in missing {
                let block = try receiveBlock(cid, transfer)
                let runs = writer.append(block)
                guard !runs.isEmpty else {
                    throw ColdStorageError(.notWhatWasAsked, "the gateway of the backend \(name) runs in a circle")
                }
                for run in runs {
                    guard run.count <= limit - file.count else { throw ColdTransfer.tooLong }
                    try file.append(run)
                }
            }
        }
    }

    private func receiveBlock(_ cid: CID, _ transfer: ColdTransfer) throws(ColdStorageError) -> Block {
        let answer = try transfer.send(
            "GET", "\(gateway)/ipfs/\(cid)?format=raw", accept: "application/vnd.ipld.raw", upTo: Self.maximumBlock)
        guard answer.status == 200 else { throw refusal(answer.status) }
        let block = Block(answer.body, cid.codec)
        guard block.cid == cid else {
            throw ColdStorageError(.notWhatWasAsked, "the gateway of the backend \(name) gave another block")
        }
        return block
    }

    private func header(_ root: CID) throws(ColdStorageError) -> Bytes {
        do throws(ContentAddressingError) { return try CARWriter.header(root: root) } catch {
            throw ColdStorageError(.invalid, "the root has no header: \(error)")
        }
    }
}

extension FetchedArchive {
    /// Where the last whole block ends of an archive that may be cut; `nil` where not even the header is whole. Blocks
    /// that are not what they are called are left for the check that follows.
    static func wholeBlocks(_ path: String) -> Int? {
        guard let file = try? ColdFile.open(path), var reader = try? CARReader(file) else { return nil }
        while true {
            do throws(ContentAddressingError) {
                guard try reader.next() != nil else { return reader.offset }
            } catch {
                return error.code == .truncated ? reader.offset : file.count
            }
        }
    }
}
