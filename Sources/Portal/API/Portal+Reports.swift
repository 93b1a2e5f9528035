import HTTPTypes
import Hummingbird
import Lake

extension Portal {
    /// What is said about studies.
    static let reportRoutes: [Route] = [
        Route(.get, "/api/v1/studies/{uid}/reports", .permission(.readReports)) { call in
            struct Reports: Encodable { let reports: [Report] }
            return Response.json(
                Reports(
                    reports: try await call.lake.reports.list(study: call.parameter("uid"), principal: call.principal)))
        },
        Route(.post, "/api/v1/studies/{uid}/reports", .permission(.report)) { call in
            let body = try await call.body(ReportBody.self)
            return .report(
                try await call.lake.reports.write(
                    study: call.parameter("uid"), text: body.text, status: body.parsedStatus(),
                    principal: call.principal),
                status: .created)
        },
        Route(.get, "/api/v1/reports", .permission(.readReports)) { call in
            Response.json(
                try await call.lake.reports.search(
                    call.query["query"] ?? "", project: call.query["project"].flatMap { $0.isEmpty ? nil : $0 },
                    cursor: call.query["cursor"].flatMap { $0.isEmpty ? nil : $0 }, limit: call.query.limit(20),
                    principal: call.principal))
        },
        Route(.post, "/api/v1/reports/check", .permission(.report)) { call in
            struct Body: Decodable {
                let study: String
                let text: String
            }
            let body = try await call.body(Body.self)
            return Response.json(
                try await call.lake.reports.check(study: body.study, text: body.text, principal: call.principal))
        },
        Route(.get, "/api/v1/reports/{id}", .permission(.readReports)) { call in
            let version = try call.query["version"].map { text throws(Problem) in
                guard let number = Int(text), number > 0 else { throw Problem.notFound }
                return number
            }
            return .report(
                try await call.lake.reports.report(
                    call.parameter("id"), version: version, principal: call.principal))
        },
        Route(.put, "/api/v1/reports/{id}", .permission(.report)) { call in
            let id = try call.parameter("id")
            let seen = try call.ifMatch()
            let body = try await call.body(ReportBody.self)
            // A tag of no version of this report is one that is not the newest.
            let version = seen.hasPrefix("\(id)-") ? Int(seen.dropFirst(id.count + 1)) : nil
            return .report(
                try await call.lake.reports.change(
                    id, text: body.text, status: body.parsedStatus(), from: version ?? 0, principal: call.principal))
        },
        Route(.get, "/api/v1/reports/{id}/versions", .permission(.readReports)) { call in
            struct Versions: Encodable { let versions: [Report] }
            return Response.json(
                Versions(
                    versions: try await call.lake.reports.versions(call.parameter("id"), principal: call.principal)))
        },
    ]
}

/// What a version of a report is written from.
private struct ReportBody: Decodable {
    let text: String
    let status: String

    /// - Throws: 400 that lists the words.
    func parsedStatus() throws(Problem) -> Report.Status {
        guard let status = Report.Status(rawValue: status) else {
            let words = Report.Status.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(.badRequest, "invalid", "A report's status is one of \(words).")
        }
        return status
    }
}

extension Response {
    /// A version of a report with its entity tag. Who reads as written has another text under the same tag, which is
    /// only ever compared by those who write; no cache keeps it.
    fileprivate static func report(_ report: Report, status: HTTPResponse.Status = .ok) -> Response {
        var response = Response.json(report, status: status)
        response.headers[.eTag] = EntityTag("\(report.id)-\(report.version)").description
        return response
    }
}
