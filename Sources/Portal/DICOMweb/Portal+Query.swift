import HTTPTypes
import Hummingbird
import Lake
import NIOCore

extension Portal {
    /// QIDO-RS (PS3.18 §10.6), at every level.
    static let queryRoutes: [Route] = [
        searchRoute("/dicom-web/studies", .studies),
        searchRoute("/dicom-web/series", .series),
        searchRoute("/dicom-web/instances", .instances),
        searchRoute("/dicom-web/studies/{study}/series", .series),
        searchRoute("/dicom-web/studies/{study}/instances", .instances),
        searchRoute("/dicom-web/studies/{study}/series/{series}/instances", .instances),
    ]

    private static func searchRoute(_ pattern: String, _ level: AttributeQuery.Level) -> Route {
        Route(.get, pattern, .permission(.browse)) { call in
            let dicomJSON = MediaType("application", "dicom+json")
            guard let type = call.accept.best(of: [dicomJSON, MediaType("application", "json")]) else {
                throw Problem(.notAcceptable, "not-acceptable", "Results are application/dicom+json.")
            }
            var query = AttributeQuery(level, study: call.parameters["study"], series: call.parameters["series"])
            try query.take(call.query)
            query.baseURL = call.base
            let results = try await call.lake.catalog.search(query, principal: call.principal)
            var headers: HTTPFields = [.contentType: type.essence, .cacheControl: "private, no-store"]
            if let name = HTTPField.Name("Warning") {
                for warning in results.warnings {
                    headers.append(HTTPField(name: name, value: "299 tarn: \"\(warning)\""))
                }
            }
            // An empty list is an answer that every client reads; 204 (§8.5) without content is one that some do not.
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(results.json)))
        }
    }
}

extension Call {
    /// What the client would take: the query's `accept` stands in for the field (PS3.18 §8.3.3.1).
    var accept: Accept { Accept(query["accept"] ?? request.headers[.accept]) }
}
