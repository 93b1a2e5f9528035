import ByteIO
import Foundation

/// One connection of `tarn ingest`: store requests of many parts each, made while they are sent, verdicts read while
/// the next parts go out.
final class UploadConnection {
    /// After this much a request ends and the next begins, so that a broken connection costs little.
    private static let bytesInRequest = 512 << 20
    private static let filesInRequest = 2000
    private static let attempts = 3

    private let transfer: HTTPTransfer
    private let target: String
    private let queue: UploadQueue
    private let boundary = "tarn-" + UUID().uuidString
    /// How often in a row the server could not be reached.
    private var misses = 0

    /// - Parameter upload: name of the upload that all requests of this command belong to.
    init(_ server: Server, project: String, upload: String, queue: UploadQueue) throws {
        transfer = try HTTPTransfer(server)
        target = "/dicom-web/studies?project=\(Client.escaped(project))&upload=\(upload)"
        self.queue = queue
    }

    /// Sends files until there are no more.
    /// - Throws: what the server said that will not change: wrong token, unknown project.
    func run() throws {
        while let first = nextReadable() { try sendRequest(beginningWith: first) }
    }

    /// The next file that can be opened; those that cannot get their verdict here.
    private func nextReadable() -> (UploadQueue.Item, any InputReader)? {
        while let item = queue.next() {
            if case .skipped(let reason) = item.file.place {
                queue.finish(.init(file: item.file.name, verdict: "skipped", reason: reason))
                continue
            }
            do { return (item, try item.file.open()) } catch {
                queue.finish(
                    .init(file: item.file.name, verdict: "rejected", reason: "\(error)", failure: "unreadable"))
            }
        }
        return nil
    }

    private func sendRequest(beginningWith first: (UploadQueue.Item, any InputReader)) throws {
        let body = UploadBody(boundary: boundary, first: first) { [self] body in
            guard body.bytes < Self.bytesInRequest, body.items.count < Self.filesInRequest else { return nil }
            return nextReadable()
        }
        var answered = 0
        var line: [UInt8] = []
        var refusal: [UInt8] = []
        var call = HTTPTransfer.Call(method: "POST", target: target)
        call.headers = [
            "Content-Type: multipart/related; type=\"application/dicom\"; boundary=\"\(boundary)\"",
            "Accept: application/x-ndjson",
        ]
        call.body = { [queue] buffer in
            let count = try body.read(into: buffer)
            queue.sent(count)
            return count
        }
        var failure: (any Error)?
        do {
            let answer = try transfer.perform(call) { [queue] bytes, answer in
                guard answer.status == 200 else {
                    if refusal.count < 1 << 16 { refusal.append(contentsOf: bytes) }
                    return
                }
                for byte in bytes {
                    guard byte == 0x0A else {
                        line.append(byte)
                        continue
                    }
                    if let verdict = Self.verdict(line), answered < body.items.count {
                        queue.finish(verdict.outcome(body.items[answered].file.name, body.readFailures[answered]))
                        answered += 1
                    }
                    line.removeAll(keepingCapacity: true)
                }
            }
            if answer.status != 200 { failure = Client.refusal(answer.status, refusal) }
        } catch {
            failure = error
        }
        try settle(Array(body.items[answered...]), failure)
    }

    /// What got no verdict is sent again, unless the server said no to all of it or it was tried often enough.
    private func settle(_ items: [UploadQueue.Item], _ failure: (any Error)?) throws {
        let status = (failure as? ClientError)?.status ?? 0
        let isFinal = (400..<500).contains(status)
        let isMiss = (failure as? ClientError)?.code == ClientError.unreachable
        misses = isMiss ? misses + 1 : 0
        // Nothing is wrong with the files: they are counted as not sent.
        if let failure, isFinal || misses > Self.attempts {
            queue.putBack(items)
            throw failure
        }
        var again: [UploadQueue.Item] = []
        for var item in items {
            item.attempts += isMiss ? 0 : 1
            if item.attempts >= Self.attempts {
                let reason = failure.map { "\($0)" } ?? "the server gave no verdict"
                queue.finish(.init(file: item.file.name, verdict: "rejected", reason: reason, failure: "not stored"))
            } else {
                again.append(item)
            }
        }
        queue.putBack(again)
        if !again.isEmpty { Thread.sleep(forTimeInterval: Double(max(1, misses))) }
    }

    private static func verdict(_ line: [UInt8]) -> UploadVerdict? {
        try? JSONDecoder.api.decode(UploadVerdict.self, from: Data(line))
    }
}

/// One line of the server's answer.
private struct UploadVerdict: Decodable {
    let verdict: String
    let study: String?
    let series: String?
    let instance: String?
    let reason: String?
    let failure: String?

    func outcome(_ file: String, _ readFailure: String?) -> UploadQueue.Outcome {
        .init(
            file: file, verdict: verdict, study: study, series: series, instance: instance,
            reason: readFailure ?? reason, failure: readFailure == nil ? failure : "unreadable")
    }
}

/// A multipart body made of files, as libcurl asks for it.
private final class UploadBody {
    private(set) var items: [UploadQueue.Item] = []
    /// Failures of reading in the middle of a file: its part ends there, and the server refuses it.
    private(set) var readFailures: [Int: String] = [:]
    private(set) var bytes = 0
    private let boundary: String
    private let next: (UploadBody) -> (UploadQueue.Item, any InputReader)?
    private var reader: (any InputReader)?
    private var pending: [UInt8] = []
    private var isAtEnd = false

    init(
        boundary: String, first: (UploadQueue.Item, any InputReader),
        next: @escaping (UploadBody) -> (UploadQueue.Item, any InputReader)?
    ) {
        self.boundary = boundary
        self.next = next
        begin(first)
    }

    private func begin(_ file: (UploadQueue.Item, any InputReader)) {
        let location = Client.escaped(file.0.file.name)
        pending += Array(
            ("\(items.isEmpty ? "" : "\r\n")--\(boundary)\r\nContent-Type: application/dicom\r\n"
                + (location.utf8.count <= 4096 ? "Content-Location: \(location)\r\n" : "") + "\r\n").utf8)
        items.append(file.0)
        reader = file.1
    }

    /// As much as there is at hand, at least one byte; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var filled = 0
        while filled < buffer.count {
            if !pending.isEmpty {
                let count = min(pending.count, buffer.count - filled)
                UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]).copyBytes(from: pending[..<count])
                pending.removeFirst(count)
                filled += count
                continue
            }
            guard let reader else { break }
            var count = 0
            do { count = try reader.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])) } catch {
                readFailures[items.count - 1] = "\(error)"
            }
            filled += count
            bytes += count
            if count == 0 { advance() }
        }
        return filled
    }

    private func advance() {
        reader = nil
        if let file = next(self) {
            begin(file)
        } else if !isAtEnd {
            isAtEnd = true
            pending += Array("\r\n--\(boundary)--\r\n".utf8)
        }
    }
}
