internal import CPostgres
internal import Dispatch
internal import Glibc
internal import Synchronization

/// One libpq connection. libpq blocks, so all of its calls happen on the session's own serial queue, never on the
/// threads that run tasks; what may be touched from elsewhere is behind a lock or atomic.
final class PostgresSession: @unchecked Sendable {
    /// Statements kept prepared on the server; the one unused for longest makes room.
    private static let statementLimit = 256

    private struct Statement {
        let name: String
        var lastUse: UInt64
        var columns: PostgresColumns?
    }

    private struct StatementKey: Hashable {
        let sql: String
        let types: [UInt32]
    }

    private let queue: DispatchQueue
    /// `nil` after `close`. Only on `queue`.
    private var handle: OpaquePointer?
    private var statements: [StatementKey: Statement] = [:]
    private var clock: UInt64 = 0
    private let socket: Int32
    private let running: Mutex<UInt64>
    private let cancelHandle: OpaquePointer?
    private let unusable = Atomic<Bool>(false)
    private let retryable = Atomic<Bool>(false)
    private let inTransaction = Atomic<Bool>(false)

    private init(handle: OpaquePointer, queue: DispatchQueue) {
        self.handle = handle
        self.queue = queue
        socket = PQsocket(handle)
        running = Mutex(0)
        cancelHandle = PQgetCancel(handle)
    }

    deinit {
        if let cancelHandle { PQfreeCancel(cancelHandle) }
        if let handle { PQfinish(handle) }
    }

    /// Connects. Blocks a thread of its own for as long as libpq takes.
    static func open(_ url: String) async throws(PostgresError) -> PostgresSession {
        let queue = DispatchQueue(label: "tarn.postgres")
        let result: Result<PostgresSession, PostgresError> = await withCheckedContinuation { continuation in
            queue.async {
                let result = Result { () throws(PostgresError) in
                    PostgresSession(handle: try PostgresSession.connect(url), queue: queue)
                }
                continuation.resume(returning: result)
            }
        }
        return try result.get()
    }

    private static func connect(_ url: String) throws(PostgresError) -> OpaquePointer {
        // Parsed first and apart: libpq's message for a bad string may repeat it, password and all.
        guard let options = PQconninfoParse(url, nil) else {
            throw PostgresError(
                .invalidURL, reason: "see PostgreSQL's documentation, section 34.1.1, connection strings")
        }
        PQconninfoFree(options)
        // What stands before dbname gives way to what the string says; what follows does not.
        let settings = [
            ("connect_timeout", "10"), ("application_name", "tarn"), ("dbname", url), ("client_encoding", "UTF8"),
        ]
        let handle = withCStrings(settings.map(\.0)) { keywords in
            withCStrings(settings.map(\.1)) { values in PQconnectdbParams(keywords, values, 1) }
        }
        guard let handle else { throw PostgresError(.connection, reason: "out of memory") }
        guard PQstatus(handle) == CONNECTION_OK else {
            let reason = connectionReason(handle)
            PQfinish(handle)
            throw PostgresError(.connection, reason: reason)
        }
        // Notices could repeat values of a query; libpq would print them on standard error.
        PQsetNoticeReceiver(handle, { _, _ in }, nil)
        return handle
    }

    /// libpq's account of a failed connection: names of hosts, users and files, no values of queries.
    private static func connectionReason(_ handle: OpaquePointer) -> String {
        guard let message = PQerrorMessage(handle) else { return "no reason given" }
        let lines = String(cString: message).split(separator: "\n").map { $0.drop { $0 == " " || $0 == "\t" } }
        return lines.joined(separator: " ")
    }

    // MARK: - State that any thread may ask for

    /// Whether the session must not be used again.
    var isUnusable: Bool { unusable.load(ordering: .acquiring) }

    /// Whether a transaction was begun and not ended.
    var isInTransaction: Bool { inTransaction.load(ordering: .acquiring) }

    /// Whether the last statement failed in a way that running the whole transaction again may mend. Asking forgets it.
    func takeRetryable() -> Bool { retryable.exchange(false, ordering: .acquiringAndReleasing) }

    /// Whether the idle session has something to read. Nobody asked for anything, so the server has gone or is going.
    var hasUnexpectedInput: Bool {
        var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, 0) != 0
    }

    func close() {
        unusable.store(true, ordering: .releasing)
        queue.async { [self] in
            if let handle { PQfinish(handle) }
            handle = nil
        }
    }

    // MARK: - Queries

    /// Runs one statement, prepared once and kept.
    /// - Parameter isCancellable: false for what ends a transaction, which must reach the server in a cancelled task
    ///   too.
    func query(
        _ sql: String, _ parameters: [any PostgresEncodable], isCancellable: Bool
    ) async throws(PostgresError) -> PostgresRows {
        let values = parameters.map(\.postgresValue)
        return try await perform(isCancellable: isCancellable) { (session) throws(PostgresError) in
            try session.runPrepared(sql, values)
        }
    }

    /// Runs statements without parameters, separated by semicolons. They are not kept.
    func script(_ sql: String, isCancellable: Bool) async throws(PostgresError) -> PostgresRows {
        try await perform(isCancellable: isCancellable) { (session) throws(PostgresError) in
            guard let handle = session.handle else { throw PostgresError(.closed, reason: "closed") }
            return PostgresRows(result: try session.take(PQexec(handle, sql), columns: nil))
        }
    }

    /// Ends a transaction.
    /// - Returns: the command that the server says it ran; COMMIT of a failed transaction is ROLLBACK.
    func endTransaction(_ sql: String) async throws(PostgresError) -> String {
        try await perform(isCancellable: false) { (session) throws(PostgresError) in
            guard let handle = session.handle else { throw PostgresError(.closed, reason: "closed") }
            let result = PQexec(handle, sql)
            let tag = result.flatMap { PQcmdStatus($0) }.map { String(cString: $0) } ?? ""
            _ = try session.take(result, columns: nil)
            return tag
        }
    }

    private func perform<Value: Sendable>(
        isCancellable: Bool, _ work: @escaping @Sendable (PostgresSession) throws(PostgresError) -> Value
    ) async throws(PostgresError) -> Value {
        let ticket = Ticket()
        guard isCancellable else { return try await enqueue(ticket, work).get() }
        return try await withTaskCancellationHandler {
            await enqueue(ticket, work)
        } onCancel: {
            ticket.isCancelled.store(true, ordering: .releasing)
            DispatchQueue.global().async { self.cancel(ticket.number) }
        }.get()
    }

    private func enqueue<Value: Sendable>(
        _ ticket: Ticket, _ work: @escaping @Sendable (PostgresSession) throws(PostgresError) -> Value
    ) async -> Result<Value, PostgresError> {
        await withCheckedContinuation { continuation in
            queue.async { [self] in
                running.withLock { $0 = ticket.number }
                let result = Result { () throws(PostgresError) in
                    if ticket.isCancelled.load(ordering: .acquiring) {
                        throw PostgresError(.cancelled, reason: "cancelled before it was sent")
                    }
                    return try work(self)
                }
                if let handle {
                    inTransaction.store(PQtransactionStatus(handle) != PQTRANS_IDLE, ordering: .releasing)
                }
                // Waits for a cancel request under way, so that it cannot hit the statement after this one.
                running.withLock { $0 = 0 }
                continuation.resume(returning: result)
            }
        }
    }

    /// Asks the server to cancel what runs under `number`. A request that comes before the server has begun is ignored
    /// by it, therefore it is repeated for as long as the statement runs.
    private func cancel(_ number: UInt64) {
        let isRunning = running.withLock { current in
            guard current == number, let cancelHandle else { return false }
            var message = [CChar](repeating: 0, count: 256)
            _ = PQcancel(cancelHandle, &message, Int32(message.count))
            return true
        }
        guard isRunning else { return }
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(50)) { self.cancel(number) }
    }

    // MARK: - On the queue

    private func runPrepared(_ sql: String, _ values: [PostgresValue]) throws(PostgresError) -> PostgresRows {
        guard let handle else { throw PostgresError(.closed, reason: "closed") }
        let key = StatementKey(sql: sql, types: values.map(\.type))
        do throws(PostgresError) {
            return try execute(try prepare(key, handle), key, values, handle)
        } catch {
            // The statement's plan is out of date (a column was added) or the server has forgotten it.
            let isForgotten = error.sqlState == "26000" || error.sqlState == "0A000"
            guard isForgotten, let stale = statements.removeValue(forKey: key) else { throw error }
            PQclear(PQexec(handle, "DEALLOCATE \(stale.name)"))
            guard PQtransactionStatus(handle) == PQTRANS_IDLE else { throw error }
            return try execute(try prepare(key, handle), key, values, handle)
        }
    }

    private func prepare(_ key: StatementKey, _ handle: OpaquePointer) throws(PostgresError) -> Statement {
        clock += 1
        if statements[key] != nil {
            statements[key]?.lastUse = clock
        } else {
            if statements.count >= PostgresSession.statementLimit,
                let oldest = statements.min(by: { $0.value.lastUse < $1.value.lastUse })
            {
                statements[oldest.key] = nil
                PQclear(PQexec(handle, "DEALLOCATE \(oldest.value.name)"))
            }
            let name = "tarn_\(clock)"
            let count = Int32(truncatingIfNeeded: key.types.count)
            _ = try take(PQprepare(handle, name, key.sql, count, key.types), columns: nil)
            statements[key] = Statement(name: name, lastUse: clock)
        }
        guard let statement = statements[key] else { throw PostgresError(.closed, reason: "no such statement") }
        return statement
    }

    private func execute(
        _ statement: Statement, _ key: StatementKey, _ values: [PostgresValue], _ handle: OpaquePointer
    ) throws(PostgresError) -> PostgresRows {
        guard values.count <= Int(Int16.max) else {
            throw PostgresError(.invalidParameter, reason: "\(values.count) parameters are too many")
        }
        let parameters = try PostgresParameters(values)
        let pointer = parameters.withPointers { pointers, lengths, formats in
            PQexecPrepared(handle, statement.name, Int32(values.count), pointers, lengths, formats, 1)
        }
        let result = try take(pointer, columns: statement.columns)
        if statement.columns == nil { statements[key]?.columns = result.columns }
        return PostgresRows(result: result)
    }

    /// Takes ownership of what libpq gave.
    private func take(_ pointer: OpaquePointer?, columns: PostgresColumns?) throws(PostgresError) -> PostgresResult {
        guard let handle, let pointer else {
            unusable.store(true, ordering: .releasing)
            throw PostgresError(.connection, reason: "libpq gave no result")
        }
        switch PQresultStatus(pointer) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
            return PostgresResult(pointer, columns: columns)
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
            PQclear(pointer)
            unusable.store(true, ordering: .releasing)
            throw PostgresError(.server, reason: "COPY to or from the client is not supported")
        default:
            let isBroken = PQstatus(handle) != CONNECTION_OK
            if isBroken { unusable.store(true, ordering: .releasing) }
            let error = PostgresError(result: pointer, isBroken: isBroken)
            if error.isRetryable { retryable.store(true, ordering: .releasing) }
            PQclear(pointer)
            throw error
        }
    }
}

extension PostgresSession {
    /// A statement's number and whether its task was cancelled.
    private final class Ticket: Sendable {
        private static let counter = Atomic<UInt64>(0)
        let number = Ticket.counter.wrappingAdd(1, ordering: .relaxed).newValue
        let isCancelled = Atomic<Bool>(false)
    }
}

/// Hands the strings to `body` as C does, with a null pointer after the last.
func withCStrings<Value>(_ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Value) -> Value {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    let pointers = copies.map { UnsafePointer($0) } + [nil]
    return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
}
