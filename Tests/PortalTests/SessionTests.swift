import Foundation
import Lake
import Testing

@Suite(.serialized) struct SessionTests {
    static let password = "a long enough passphrase"

    @Test func `the cookie needs the header for what changes something, a token does not`() async throws {
        try await TestPortal.with { portal in
            let boss = try await portal.lake.accounts.operatorPrincipal()
            try await portal.lake.accounts.add(
                name: "ada", password: Self.password, isAdministrator: true, principal: boss)
            let wrong = try await portal.ask("POST", "/api/v1/session", json: #"{"name":"ada","password":"no"}"#)
            #expect(wrong.status == 401)
            let signedIn = try await portal.ask(
                "POST", "/api/v1/session", json: "{\"name\":\"ada\",\"password\":\"\(Self.password)\"}")
            #expect(signedIn.status == 200)
            #expect((signedIn.object["account"] as? [String: Any])?["administrator"] as? Bool == true)
            let field = try #require(signedIn.headers["set-cookie"])
            #expect(field.contains("HttpOnly") && field.contains("SameSite=Strict") && field.contains("Path=/"))
            let cookie = "Cookie: " + field.prefix { $0 != ";" }
            #expect(try await portal.ask("GET", "/api/v1/session", headers: [cookie]).status == 200)
            let project = #"{"code":"X","name":"X"}"#
            #expect(try await portal.ask("POST", "/api/v1/projects", headers: [cookie], json: project).status == 403)
            #expect(
                try await portal.ask("POST", "/api/v1/projects", headers: [cookie, "X-Tarn: 1"], json: project).status
                    == 201)
            #expect(try await portal.ask("DELETE", "/api/v1/session", headers: [cookie, "X-Tarn: 1"]).status == 204)
            #expect(try await portal.ask("GET", "/api/v1/session", headers: [cookie]).status == 401)
        }
    }

    @Test func `the operator's token counts on the private socket only`() async throws {
        try await TestPortal.with { portal in
            let answer = try await portal.ask("GET", "/api/v1/accounts", token: TestPortal.operatorToken)
            #expect(answer.status == 401)
        }
    }

    @Test func `the first start makes one administrator and no second`() async throws {
        try await TestPortal.with { portal in
            let token = try #require(try await portal.lake.accounts.firstStartToken())
            let body = "{\"token\":\"\(token)\",\"name\":\"ada\",\"password\":\"\(Self.password)\"}"
            #expect(try await portal.ask("POST", "/api/v1/first-start", json: body).status == 200)
            #expect(try await portal.ask("POST", "/api/v1/first-start", json: body).status == 403)
        }
    }

    @Test func `pages are served with a strict policy, compressed where taken, and again only when changed`()
        async throws
    {
        try await TestPortal.with { portal in
            let page = try await portal.ask("GET", "/studies/1.2.3")
            #expect(page.status == 200)
            #expect(page.headers["content-type"] == "text/html; charset=utf-8")
            #expect(page.headers["content-security-policy"]?.hasPrefix("default-src 'none'; script-src 'self'") == true)
            #expect(page.headers["x-content-type-options"] == "nosniff")
            let tag = try #require(page.headers["etag"])
            #expect(try await portal.ask("GET", "/", headers: ["If-None-Match: \(tag)"]).status == 304)
            let small = try await portal.ask("GET", "/", headers: ["Accept-Encoding: gzip"])
            #expect(small.headers["content-encoding"] == "gzip" && small.body.count < page.body.count)
            #expect(try await portal.ask("HEAD", "/").headers["content-length"] == "\(page.body.count)")
            for path in [
                "/web/../Package.swift", "/web/%2e%2e/Package.swift", "/web/.hidden", "/web/nothing.js", "/nothing",
            ] {
                #expect(try await portal.ask("GET", path).status == 404, "\(path)")
            }
            let other = try await portal.ask("PATCH", "/api/v1/session")
            #expect(other.status == 405)
            #expect(other.headers["allow"] == "DELETE, GET, POST")
        }
    }

    @Test func `bodies that are no JSON, too long or of another type are refused`() async throws {
        try await TestPortal.with { portal in
            let broken = try await portal.ask("POST", "/api/v1/session", json: "{")
            #expect(broken.status == 400)
            let other = try await portal.ask(
                "POST", "/api/v1/session", headers: ["Content-Type: text/plain"], body: [0x7B])
            #expect(other.status == 415)
            let long = "{\"name\":\"" + String(repeating: "x", count: 2 << 20) + "\"}"
            let refused = try await portal.ask("POST", "/api/v1/session", json: long)
            #expect(refused.status == 413)
        }
    }
}
