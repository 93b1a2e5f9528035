internal import ByteIO
internal import CCurl
internal import Glibc

/// One HTTP exchange with a backend. Blocking; ends when nothing moves any more, or when who waits gives up.
struct ColdTransfer {
    /// Seconds without a byte after which it is given up.
    var stallSeconds = 60
    let cancellation: Cancellation

    /// A file of a form (`multipart/form-data`), as Kubo's RPC takes it.
    struct FormFile {
        let file: ColdFile
        let name: String
    }

    struct Answer {
        var status = 0
        /// At most so much of it as was asked for.
        var body = Bytes()
    }

    /// Sends a request whose answer fits into memory.
    /// - Throws: `unavailable`; `notWhatWasAsked` for an answer longer than `limit`.
    func send(
        _ method: String, _ url: String, form: FormFile? = nil, accept: String = "*/*", upTo limit: Int = 1 << 20
    ) throws(ColdStorageError) -> Answer {
        var builder = Bytes.Builder()
        var answer = Answer()
        answer.status = try perform(method, url, form: form, accept: accept) { bytes, _ throws(ColdStorageError) in
            guard bytes.count <= limit - builder.count else { throw Self.tooLong }
            do throws(ByteIOError) { try builder.append(bytes) } catch {
                throw ColdStorageError(.unavailable, "memory is short")
            }
        }
        answer.body = builder.finish()
        return answer
    }

    static let tooLong = ColdStorageError(.notWhatWasAsked, "the answer is longer than what was asked for")

    /// Performs a transfer.
    /// - Parameter receive: Gets the body as it comes, with the status.
    /// - Returns: The status.
    func perform(
        _ method: String, _ url: String, form: FormFile? = nil, accept: String = "*/*",
        _ receive: (UnsafeRawBufferPointer, Int) throws(ColdStorageError) -> Void
    ) throws(ColdStorageError) -> Int {
        guard let handle = tarn_curl_open() else { throw ColdStorageError(.unavailable, "libcurl cannot be started") }
        defer { tarn_curl_close(handle) }
        // The closure outlives no call of libcurl's.
        return try withoutActuallyEscaping(receive) { receive throws(ColdStorageError) in
            let state = TransferState(form: form, cancellation: cancellation, receive: receive)
            return try perform(handle, method, url, accept, state)
        }
    }

    private func perform(
        _ handle: UnsafeMutableRawPointer, _ method: String, _ url: String, _ accept: String, _ state: TransferState
    ) throws(ColdStorageError) -> Int {
        let lines = (["Accept: \(accept)"] + state.headers).map { strdup($0) }
        defer { for line in lines { free(line) } }
        var status = 0
        var message = [CChar](repeating: 0, count: 256)
        let code = lines.map { UnsafePointer($0) }.withUnsafeBufferPointer { headers in
            url.withCString { url in
                method.withCString { method in
                    var request = tarn_curl_request()
                    request.url = url
                    request.method = method
                    request.headers = headers.baseAddress
                    request.header_count = headers.count
                    request.read = state.length == nil ? nil : TransferState.onRead
                    request.body_length = Int64(state.length ?? -1)
                    request.write = TransferState.onWrite
                    request.header = TransferState.onHeader
                    request.context = Unmanaged.passUnretained(state).toOpaque()
                    request.stall_seconds = stallSeconds
                    request.is_cancelled = TransferState.isCancelled
                    return withExtendedLifetime(state) {
                        tarn_curl_perform(handle, &request, &status, &message)
                    }
                }
            }
        }
        if let failure = state.failure { throw failure }
        try cancellation.check()
        guard code == 0 else {
            let length = message.firstIndex(of: 0) ?? message.count
            let text = String(decoding: message[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw ColdStorageError(.unavailable, "the transfer broke off: \(text)")
        }
        return status
    }
}

/// What the callbacks share during one transfer.
private final class TransferState {
    private static let boundary = "tarn-7ad3e1c05b9f4e62"

    let headers: [String]
    let length: Int?
    var failure: ColdStorageError?
    private let cancellation: Cancellation
    private let receive: (UnsafeRawBufferPointer, Int) throws(ColdStorageError) -> Void
    private let form: ColdTransfer.FormFile?
    private let head: Bytes
    private let tail: Bytes
    private var sent = 0
    private var status = 0

    init(
        form: ColdTransfer.FormFile?, cancellation: Cancellation,
        receive: @escaping (UnsafeRawBufferPointer, Int) throws(ColdStorageError) -> Void
    ) {
        self.form = form
        self.cancellation = cancellation
        self.receive = receive
        guard let form else {
            (headers, length, head, tail) = ([], nil, Bytes(), Bytes())
            return
        }
        headers = ["Content-Type: multipart/form-data; boundary=\(Self.boundary)"]
        head = Bytes(
            utf8: "--\(Self.boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(form.name)\"\r\n"
                + "Content-Type: application/vnd.ipld.car\r\n\r\n")
        tail = Bytes(utf8: "\r\n--\(Self.boundary)--\r\n")
        length = head.count + form.file.count + tail.count
    }

    /// The next bytes of the body, at most `room`.
    private func next(_ room: Int) throws(ByteIOError) -> Bytes {
        guard let form else { return Bytes() }
        if sent < head.count { return head[clamping: sent..<(sent + room)] }
        let inFile = sent - head.count
        if inFile < form.file.count { return try form.file.read(inFile..<min(form.file.count, inFile + room)) }
        let inTail = inFile - form.file.count
        return tail[clamping: inTail..<(inTail + room)]
    }

    static func of(_ context: UnsafeMutableRawPointer?) -> TransferState? {
        context.map { Unmanaged<TransferState>.fromOpaque($0).takeUnretainedValue() }
    }

    static let onRead: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<CChar>?, Int) -> Int = {
        context, buffer, size in
        guard let state = of(context), let buffer, !state.cancellation.isCancelled else { return -1 }
        do throws(ByteIOError) {
            let bytes = try state.next(size)
            bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(start: buffer, count: size).copyMemory(from: $0) }
            state.sent += bytes.count
            return bytes.count
        } catch {
            state.failure = ColdStorageError(.unavailable, "the archive cannot be read")
            return -1
        }
    }

    static let onWrite: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?, Int) -> Int = {
        context, bytes, size in
        guard let state = of(context), let bytes, !state.cancellation.isCancelled else { return 0 }
        do throws(ColdStorageError) {
            try state.receive(UnsafeRawBufferPointer(start: bytes, count: size), state.status)
            return size
        } catch {
            state.failure = error
            // Anything but `size` aborts.
            return size == 0 ? 1 : 0
        }
    }

    static let onHeader: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?, Int) -> Void = {
        context, line, size in
        guard let state = of(context), let line else { return }
        let text = String(decoding: UnsafeRawBufferPointer(start: line, count: size), as: UTF8.self)
        guard text.hasPrefix("HTTP/") else { return }
        state.status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }

    static let isCancelled: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { context in
        of(context)?.cancellation.isCancelled == false ? 0 : 1
    }
}
