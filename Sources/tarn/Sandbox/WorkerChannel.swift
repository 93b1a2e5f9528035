import ByteIO
import DICOMImaging
import Foundation

/// A request or an answer: in an answer `code` says what failed, and `body` is the reason.
struct WorkerMessage {
    var code: ImagingError.Code?
    var body: Bytes

    /// Longest request: Pixel Data of 4 GiB hold no longer frame, but nobody waits for one that long.
    static let largestFrame = 1 << 30

    private static let codes: [ImagingError.Code] = [
        .notAnImage, .invalidDescription, .unsupported, .noSuchFrame, .truncated, .corrupt, .tooLarge, .invalidRequest,
    ]

    /// 0, or the number of the code.
    var status: UInt8 {
        guard let code else { return 0 }
        return UInt8((Self.codes.firstIndex(of: code) ?? 5) + 1)
    }

    init(code: ImagingError.Code?, body: Bytes) {
        self.code = code
        self.body = body
    }

    init(status: UInt8, body: Bytes) {
        let isFailure = status > 0
        code = isFailure ? Self.codes[min(Int(status), Self.codes.count) - 1] : nil
        self.body = body
    }
}

/// One end of a worker's socket: messages are a status byte, the length in 8 bytes (little endian) and the body.
struct WorkerChannel {
    let descriptor: Int32

    /// Why a message did not get through.
    enum Failure: Error { case closed, tooSlow, tooLong }

    /// - Parameter deadline: `nil` waits for ever.
    func send(_ message: WorkerMessage, deadline: ContinuousClock.Instant?) throws(Failure) {
        var head = [message.status]
        let length = message.body.count
        for shift in stride(from: 0, to: 64, by: 8) { head.append(UInt8(truncatingIfNeeded: length >> shift)) }
        try send(Bytes(head), deadline)
        try send(message.body, deadline)
    }

    /// - Parameter limit: longest body that is accepted.
    func receive(limit: Int, deadline: ContinuousClock.Instant?) throws(Failure) -> WorkerMessage {
        let head = try receive(count: 9, deadline)
        var length: UInt64 = 0
        for index in (1...8).reversed() { length = length << 8 | UInt64(head[index]) }
        guard length <= UInt64(limit) else { throw .tooLong }
        return WorkerMessage(status: head[0], body: try receive(count: Int(length), deadline))
    }

    private func send(_ bytes: Bytes, _ deadline: ContinuousClock.Instant?) throws(Failure) {
        var offset = 0
        while offset < bytes.count {
            let sent = bytes[clamping: offset..<bytes.count].withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if sent > 0 {
                offset += sent
            } else if sent < 0, errno == EAGAIN {
                try wait(for: Int16(POLLOUT), deadline)
            } else if sent == 0 || errno != EINTR {
                throw .closed
            }
        }
    }

    private func receive(count: Int, _ deadline: ContinuousClock.Instant?) throws(Failure) -> Bytes {
        try Bytes(count: count) { (target) throws(Failure) in
            var offset = 0
            while offset < count {
                let received = recv(descriptor, target.baseAddress.map { $0 + offset }, count - offset, 0)
                if received > 0 {
                    offset += received
                } else if received < 0, errno == EAGAIN {
                    try wait(for: Int16(POLLIN), deadline)
                } else if received == 0 || errno != EINTR {
                    throw .closed
                }
            }
        }
    }

    private func wait(for events: Int16, _ deadline: ContinuousClock.Instant?) throws(Failure) {
        var poller = pollfd(fd: descriptor, events: events, revents: 0)
        guard let deadline else {
            poll(&poller, 1, -1)
            return
        }
        let left = ContinuousClock.now.duration(to: deadline)
        guard left > .zero else { throw .tooSlow }
        poll(&poller, 1, Int32(clamping: left.components.seconds * 1000 + 1000))
    }
}
