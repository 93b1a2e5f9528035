import HTTPTypes
import Hummingbird
import Lake

extension Portal {
    /// The labels that a project has words for.
    static let labelListRoutes: [Route] = [
        Route(.get, "/api/v1/projects/{code}/labels", .permission(.view)) { call in
            LabelListView.response(
                try await call.lake.labels.list(project: call.parameter("code"), principal: call.principal), call)
        },
        Route(.put, "/api/v1/projects/{code}/labels", .permission(.curateLabels)) { call in
            struct Body: Decodable { let labels: [Label] }
            let (code, principal) = (try call.parameter("code"), try call.principal)
            // Whether there is such a project is said before anything about the request.
            _ = try await call.lake.labels.list(project: code, principal: principal)
            let tag = try call.ifMatch()
            let list = try await call.lake.labels.setList(
                project: code, try await call.body(Body.self).labels, ifMatch: tag, principal: principal)
            return LabelListView.response(list, call)
        },
    ]
}

/// The labels as the API writes them.
private struct LabelListView: Encodable {
    let labels: [Label]

    static func response(_ list: LabelList, _ call: Call) -> Response {
        .tagged(LabelListView(labels: list.labels), EntityTag(list.tag), call)
    }
}

extension Response {
    /// `value` with the tag that names its version: to be asked for again, or changed, by that.
    static func tagged(_ value: some Encodable, _ tag: EntityTag, _ call: Call) -> Response {
        let isRead = call.request.method == .get || call.request.method == .head
        if isRead, tag.isNamed(by: call.request.headers[.ifNoneMatch]) {
            return Response(
                status: .notModified, headers: [.eTag: tag.description, .cacheControl: "private, no-cache"])
        }
        var response = Response.json(value)
        response.headers[.eTag] = tag.description
        response.headers[.cacheControl] = "private, no-cache"
        return response
    }
}
