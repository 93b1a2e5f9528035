internal import Logging
internal import Postgres

/// Writes receipts into the catalogue. Those that are ready at the same time share one transaction, so that one
/// commit serves many.
actor Indexer {
    /// Receipts in one transaction at most.
    private static let most = 128

    private let database: PostgresPool
    private let log: Logger
    private var waiting: [(receipt: Receipt, continuation: CheckedContinuation<Result<Standing, LakeError>, Never>)] =
        []
    private var isRunning = false

    init(database: PostgresPool, log: Logger) {
        self.database = database
        self.log = log
    }

    /// Where the instance stands, after the commit.
    func index(_ receipt: Receipt) async throws(LakeError) -> Standing {
        let result = await withCheckedContinuation { continuation in
            waiting.append((receipt, continuation))
            if !isRunning {
                isRunning = true
                Task { await self.drain() }
            }
        }
        return try result.get()
    }

    private func drain() async {
        while !waiting.isEmpty {
            let group = Array(waiting.prefix(Self.most))
            waiting.removeFirst(group.count)
            let results = await commit(group.map(\.receipt))
            for (index, member) in group.enumerated() { member.continuation.resume(returning: results[index]) }
        }
        isRunning = false
    }

    /// All in one transaction; where that fails, each in its own, so that one cannot take the others with it.
    private func commit(_ receipts: [Receipt]) async -> [Result<Standing, LakeError>] {
        do throws(LakeError) { return try await attempt(receipts).map(Result.success) } catch {
            guard receipts.count > 1 else { return [.failure(error)] }
        }
        var results: [Result<Standing, LakeError>] = []
        for receipt in receipts {
            do throws(LakeError) { results.append(.success(try await attempt([receipt])[0])) } catch {
                results.append(.failure(error))
            }
        }
        return results
    }

    /// Two nodes that bring the same thing at once can collide on a unique constraint; the second attempt finds it.
    private func attempt(_ receipts: [Receipt]) async throws(LakeError) -> [Standing] {
        for _ in 0..<4 {
            do {
                return try await database.transaction { connection in
                    var transaction = CatalogueTransaction(receipts, connection)
                    return try await transaction.run()
                }
            } catch let error as PostgresError where error.isUniqueViolation || error.isRetryable {
                continue
            } catch {
                log.error("catalogue transaction failed", metadata: ["error": "\(LakeError(error))"])
                throw LakeError(error)
            }
        }
        throw LakeError(.unavailable, "the catalogue is too busy")
    }
}
