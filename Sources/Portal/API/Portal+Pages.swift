import ByteIO
import HTTPTypes
import Hummingbird
import Lake
import NIOCore

extension Portal {
    /// The pages are one application: each address serves the same file, and the script shows what belongs there.
    static let pageRoutes: [Route] =
        [
            "/", "/signin", "/welcome", "/studies", "/studies/{uid}", "/upload", "/held", "/exports", "/accounts",
            "/held/approvals",
            "/labels", "/labels/{id}", "/help", "/start", "/account", "/projects", "/projects/{code}", "/signup",
            "/verify", "/forgot", "/reset", "/unsubscribe/{token}", "/audit", "/archive", "/erased", "/erased/{id}",
        ].map { pattern in
            Route.open(pattern) { request, _, portal in
                guard let page = portal.web.response("index.html", headers: request.headers) else {
                    throw Problem(.notFound, "no-pages", "This server was started without its pages (Web/).")
                }
                return page
            }
        } + [
            Route.open("/web/{path...}") { request, parameters, portal in
                guard let file = portal.web.response(parameters["path"] ?? "", headers: request.headers) else {
                    throw Problem.notFound
                }
                return file
            }
        ]

    /// Whether the process lives, and whether it can be used.
    static let healthRoutes: [Route] = [
        Route.open("/healthz") { _, _, _ in Response.data("ok\n".utf8, type: "text/plain; charset=utf-8") },
        Route.open("/readyz") { _, _, portal in
            guard let lake = portal.lake, await lake.isReady() else {
                throw Problem(.serviceUnavailable, "starting", "The lake is starting.", headers: ["Retry-After": "1"])
            }
            return Response.data("ready\n".utf8, type: "text/plain; charset=utf-8")
        },
        Route.open("/api/v1/openapi.json") { request, _, portal in
            guard !portal.openAPI.isEmpty else { throw Problem.notFound }
            var response = Response.data(portal.openAPI, type: "application/json")
            response.headers[.cacheControl] = "no-cache"
            return response
        },
    ]
}
