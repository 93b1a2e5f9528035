import HTTPTypes
import Hummingbird
import Lake

extension Portal {
    /// The ledger and its proofs.
    static let ledgerRoutes: [Route] = [
        Route(.get, "/api/v1/ledger/key", .account) { call in
            Response.data(Array("\(try await call.lake.ledger.verifierKey())\n".utf8), type: plainText)
        },
        Route(.get, "/api/v1/ledger/checkpoint", .account) { call in
            Response.data(Array(try await call.lake.ledger.checkpoint().utf8), type: plainText)
        },
        Route(.get, "/api/v1/ledger/proof", .account) { call in
            guard let index = try call.count("index") else {
                throw Problem(.badRequest, "invalid", "Say of which entry: index=0, 1, …")
            }
            return Response.json(try await call.lake.ledger.inclusion(of: index, size: call.count("size")))
        },
        Route(.get, "/api/v1/ledger/consistency", .account) { call in
            guard let from = try call.count("from") else {
                throw Problem(.badRequest, "invalid", "Say from which size of the log: from=1, 2, …")
            }
            return Response.json(try await call.lake.ledger.consistency(from: from, to: call.count("to")))
        },
        Route(.get, "/api/v1/ledger/log", .permission(.operate)) { call in
            let export = try await call.lake.ledger.export(principal: call.principal)
            return .stream(headers: attachment(export.name, type: plainText)) { stream in
                try await export.write { try await stream.write($0) }
            }
        },
    ]

    /// Who did what.
    static let accessRoutes: [Route] = [
        Route(.get, "/api/v1/accesses", .permission(.accessHistory)) { call in
            Response.json(
                try await call.lake.accessLog.search(
                    call.accessFilter(), cursor: call.text("cursor"), limit: call.query.limit(100),
                    principal: call.principal))
        },
        Route(.get, "/api/v1/accesses.csv", .permission(.accessHistory)) { call in
            try await call.accessFile(.csv, type: "text/csv; charset=utf-8; header=present")
        },
        Route(.get, "/api/v1/accesses.json", .permission(.accessHistory)) { call in
            try await call.accessFile(.json, type: "application/json")
        },
    ]

    private static let plainText = "text/plain; charset=utf-8"

    fileprivate static func attachment(_ name: String, type: String) -> HTTPFields {
        [
            .contentType: type, .cacheControl: "no-store",
            .contentDisposition: "attachment; filename=\"\(name)\"",
        ]
    }
}

extension Call {
    /// A value of the query that says something.
    fileprivate func text(_ name: String) -> String? { query[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// - Throws: 400 for what is no number from 0.
    fileprivate func count(_ name: String) throws -> Int64? {
        try text(name).map { text in
            guard let number = Int64(text), number >= 0 else {
                throw Problem(.badRequest, "invalid", "\(name) is a number from 0.")
            }
            return number
        }
    }

    fileprivate func accessFilter() throws -> AccessFilter {
        try AccessFilter(
            project: text("project"), study: text("study"), account: text("account"), kind: text("kind"),
            from: text("from"), to: text("to"))
    }

    fileprivate func accessFile(_ format: AccessHistoryFile.Format, type: String) async throws -> Response {
        let file = try await lake.accessLog.file(format, accessFilter(), principal: principal)
        return .stream(headers: Portal.attachment(file.name, type: type)) { stream in
            try await file.write { try await stream.write($0) }
        }
    }
}
