import Foundation
import Lake
import Logging
import Portal
import TestMaterial
import Testing

@Suite struct OpenAPITests {
    /// `GET /a/{x}`; a rest of a path is a parameter like any other.
    private static func routes() -> Set<String> {
        let portal = Portal(webDirectory: "/nowhere", log: Logger(label: "test"))
        return Set(
            portal.routes.filter {
                $0.pattern.description.hasPrefix("/api/") || $0.pattern.description.hasPrefix("/dicom-web/")
                    || $0.pattern.description.hasSuffix("z")
            }.map { "\($0.methodName) \($0.pattern.description.replacingOccurrences(of: "...", with: ""))" })
    }

    private static func document() throws -> [String: Any] {
        let data = try Data(contentsOf: Repository.file("Docs/API/openapi.json"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test func `every route is in the OpenAPI document and every path of the document is a route`() throws {
        let paths = try #require(try Self.document()["paths"] as? [String: [String: Any]])
        let described = Set(paths.flatMap { path, methods in methods.keys.map { "\($0.uppercased()) \(path)" } })
        let routes = Self.routes()
        #expect(routes.subtracting(described).sorted() == [], "not described")
        #expect(described.subtracting(routes).sorted() == [], "not there")
    }

    @Test func `the document says of each route the permission that the route was made with`() throws {
        let paths = try #require(try Self.document()["paths"] as? [String: [String: [String: Any]]])
        let portal = Portal(webDirectory: "/nowhere", log: Logger(label: "test"))
        for route in portal.routes {
            let path = route.pattern.description.replacingOccurrences(of: "...", with: "")
            guard let operation = paths[path]?[route.methodName.lowercased()] else { continue }
            let said = operation["x-tarn-permission"] as? String
            switch route.access {
            case .anyone: #expect((operation["security"] as? [Any])?.isEmpty == true, "\(path)")
            case .account: #expect(said == "account", "\(route.methodName) \(path)")
            case .permission(let permission): #expect(said == permission.rawValue, "\(route.methodName) \(path)")
            }
        }
    }

    @Test func `references of the document lead somewhere`() throws {
        let document = try Self.document()
        let text = try String(
            contentsOf: Repository.file("Docs/API/openapi.json"), encoding: .utf8)
        for match in text.matches(of: /"\$ref": "#\/([^"]+)"/) {
            var node: Any? = document
            for step in match.1.split(separator: "/") { node = (node as? [String: Any])?[String(step)] }
            #expect(node != nil, "\(match.1)")
        }
    }
}
