import HTTPTypes
import Hummingbird
import Lake

extension Portal {
    /// Which subjects are one patient.
    static let subjectRoutes: [Route] = [
        Route(.post, "/api/v1/subjects/{project}/{code}/merge", .permission(.mergeSubjects)) { call in
            let body = try await call.body(SubjectBody.self)
            return Response.json(
                try await call.lake.subjectChanges.merge(
                    call.parameter("code"), into: body.into ?? "", project: call.parameter("project"),
                    reason: body.reason ?? "", principal: call.principal))
        },
        Route(.post, "/api/v1/subjects/{project}/{code}/split", .permission(.mergeSubjects)) { call in
            let body = try await call.body(SubjectBody.self)
            return Response.json(
                try await call.lake.subjectChanges.split(
                    call.parameter("code"), studies: body.studies ?? [], project: call.parameter("project"),
                    reason: body.reason ?? "", principal: call.principal))
        },
        Route(.post, "/api/v1/subjects/{project}/{code}/apart", .permission(.mergeSubjects)) { call in
            let body = try await call.body(SubjectBody.self)
            return Response.json(
                try await call.lake.subjectChanges.apart(
                    call.parameter("code"), from: body.other ?? "", project: call.parameter("project"),
                    reason: body.reason ?? "", principal: call.principal))
        },
        Route(.post, "/api/v1/subjects/{project}/compare", .permission(.mergeSubjects)) { call in
            struct Compared: Encodable { let subjects: [SubjectIdentities] }
            let body = try await call.body(SubjectBody.self)
            let subjects = try await call.lake.subjectChanges.compare(
                body.codes ?? [], project: call.parameter("project"), reason: body.reason ?? "",
                principal: call.principal)
            let response = Response.json(Compared(subjects: subjects))
            var headers = response.headers
            // Who patients are is kept by no cache.
            headers[.cacheControl] = "no-store"
            return Response(status: response.status, headers: headers, body: response.body)
        },
        Route(.get, "/api/v1/subject-changes", .permission(.mergeSubjects)) { call in
            struct Changes: Encodable { let changes: [SubjectChange] }
            return Response.json(
                Changes(
                    changes: try await call.lake.subjectChanges.list(
                        project: call.query["project"].flatMap { $0.isEmpty ? nil : $0 }, principal: call.principal)))
        },
        Route(.post, "/api/v1/subject-changes/{id}/undo", .permission(.mergeSubjects)) { call in
            let body = try await call.body(SubjectBody.self)
            return Response.json(
                try await call.lake.subjectChanges.undo(
                    Int64(call.number("id")), reason: body.reason ?? "", principal: call.principal))
        },
        Route(.get, "/api/v1/subject-suggestions", .permission(.mergeSubjects)) { call in
            struct Suggestions: Encodable { let suggestions: [SubjectSuggestion] }
            return Response.json(
                Suggestions(
                    suggestions: try await call.lake.subjectChanges.suggestions(
                        project: call.query["project"].flatMap { $0.isEmpty ? nil : $0 }, principal: call.principal)))
        },
    ]
}

private struct SubjectBody: Decodable {
    let reason: String?
    let into: String?
    let other: String?
    let studies: [String]?
    let codes: [String]?
}
