import ByteIO
import Foundation
import Lake
import Portal
import TestMaterial
import Testing

/// Every route, asked by everyone: the answer is the gate's, whatever the route.
@Suite(.serialized) struct GateWalkTests {
    /// Who asks, and what they are.
    struct Walker: Sendable {
        let name: String
        let token: String?
        let role: Role?
        /// In the project that has the study; else in another one.
        let isMember: Bool
        let isAdministrator: Bool
    }

    @Test func `every route answers every role, member or not, as the gate says`() async throws {
        try await TestPortal.with { portal in
            let place = try await WalkedPlace(portal)
            for route in portal.portal.routes {
                for walker in place.walkers {
                    let answer = try await place.ask(route, as: walker)
                    Self.check(answer, route, walker, place)
                }
            }
        }
    }

    private static func check(_ answer: RawClient.Answer, _ route: Route, _ walker: Walker, _ place: WalkedPlace) {
        let what: Comment =
            "\(route.methodName) \(route.pattern) as \(walker.name): \(answer.status) \(answer.text.prefix(200))"
        #expect(answer.status != 500, what)
        switch route.access {
        case .anyone: return
        case .account:
            #expect((answer.status == 401) == (walker.token == nil), what)
        case .permission(let permission):
            guard walker.token != nil else {
                #expect(answer.status == 401, what)
                return
            }
            let hasIt: Bool =
                permission.isOfSite
                ? walker.isAdministrator : walker.role.map { Gate.table[$0]?.contains(permission) == true } ?? false
            guard hasIt else {
                #expect(answer.status == 404, what)
                return
            }
            if permission.isOfSite || walker.isMember {
                #expect(![401, 403, 404].contains(answer.status), what)
            } else if place.isOfProject(route) {
                #expect(answer.status == 404, what)
            } else {
                #expect(answer.status == 200, what)
            }
        }
        // Whatever the status: who is no member reads nothing of the project in it.
        if !walker.isMember, !walker.isAdministrator {
            for secret in place.secrets { #expect(!answer.text.contains(secret), what) }
        }
    }

    @Test func `roles mean what the design says`() {
        let principalFree: [(Role, Permission, Bool)] = [
            (.physician, .view, true), (.physician, .export, false), (.physician, .upload, false),
            (.researcher, .export, true), (.researcher, .identityRead, false), (.technologist, .upload, true),
            (.technologist, .view, false), (.custodian, .review, true), (.auditor, .accessHistory, true),
            (.auditor, .view, false), (.recipient, .browse, false), (.annotator, .view, true),
        ]
        for (role, permission, may) in principalFree {
            #expect(Gate.table[role]?.contains(permission) == may, "\(role) \(permission)")
        }
        #expect(!Gate.administrator.contains(.view))
        #expect(!Gate.administrator.contains(.browse))
        #expect(!Gate.operator.contains(.identityRead))
    }
}

/// A project with a study, one that is held, an export, and people of every kind.
struct WalkedPlace: Sendable {
    let portal: TestPortal
    let walkers: [GateWalkTests.Walker]
    let study: String
    let series: String
    let instance: String
    let subject: String
    let held: Int64
    let conflict: Int64
    let upload: String
    /// Images of which it was decided what is blacked out.
    let alike: String
    let export: String
    let labelSet: String
    let report: String
    let request: Int64
    let originals: Int64
    let change: Int64
    static let inside = "WALKED-PROJECT"
    static let outside = "OTHER"

    /// What only members may read.
    var secrets: [String] { [study, series, instance, subject, labelSet, upload, Self.inside, "walkedfindings"] }

    init(_ portal: TestPortal) async throws {
        self.portal = portal
        let lake = portal.lake
        let boss = try await lake.accounts.operatorPrincipal()
        for code in [Self.inside, Self.outside] {
            try await lake.projects.create(code: code, name: code, principal: boss)
        }
        let verdict = try await lake.ingest.instance(SyntheticImage().bytes, project: Self.inside, principal: boss)
        let capture = try await lake.ingest.instance(
            SyntheticImage.capture(SyntheticImage.uid()).bytes, project: Self.inside, principal: boss)
        guard verdict.kind == .accepted, capture.kind == .held, let study = verdict.study, let series = verdict.series,
            let instance = verdict.instance
        else { throw RawClient.Failure(reason: "\(verdict) \(capture)") }
        (self.study, self.series, self.instance) = (study, series, instance)
        subject = try await lake.catalog.study(study, principal: boss).study.subject
        held = try await lake.review.list(principal: boss)[0].id
        var other = SyntheticImage()
        other.seed = 9
        _ = try await lake.ingest.instance(other.bytes, project: Self.inside, principal: boss)
        let quarantine = try await lake.quarantine.overview(principal: boss)
        let uploads = try await lake.uploads.list(principal: boss).uploads
        guard let conflict = quarantine.conflicts.first, let upload = uploads.first else {
            throw RawClient.Failure(reason: "no conflict, or no upload")
        }
        (self.conflict, self.upload) = (conflict.id, upload.id)
        alike = try await Self.approval(lake, boss)
        var filter = StudyFilter()
        filter.project = Self.inside
        export = try await lake.exports.create(project: Self.inside, filter: filter, principal: boss).id
        labelSet = try await lake.labels.create(project: Self.inside, name: "Walked", principal: boss).id
        try await lake.accounts.add(name: "walked", password: "a long enough passphrase", principal: boss)
        walkers = try await Self.people(lake, boss)
        (report, request) = try await Self.words(lake, boss, study: study, walkers)
        originals = try await Self.wish(lake, study: study, walkers)
        change = try await Self.merged(lake, boss)
        // What is listed may be known of by everyone.
        try await lake.projects.setSettings(Self.inside, isListed: false, principal: boss)
    }

    /// What is blacked out of all images of a device.
    private static func approval(_ lake: Lake, _ boss: Principal) async throws -> String {
        var capture = SyntheticImage.capture(SyntheticImage.uid())
        capture.model = "Walked"
        let verdict = try await lake.ingest.instance(capture.bytes, project: inside, principal: boss)
        guard let item = try await lake.review.list(principal: boss).first(where: { $0.instance == verdict.instance })
        else { throw RawClient.Failure(reason: "\(verdict)") }
        return try await lake.review.approve(item.id, redacting: [], principal: boss).alike
    }

    /// A report, and somebody's wish to read it.
    private static func words(
        _ lake: Lake, _ boss: Principal, study: String, _ walkers: [GateWalkTests.Walker]
    ) async throws -> (report: String, request: Int64) {
        func principal(_ name: String) async throws -> Principal {
            let token = walkers.first { $0.name == name }?.token ?? ""
            guard let principal = try await lake.accounts.principal(bearer: token) else {
                throw RawClient.Failure(reason: "\(name) cannot come in")
            }
            return principal
        }
        let report = try await lake.reports.write(
            study: study, text: "Normal chest. walkedfindings", status: .preliminary,
            principal: principal("inside physician"))
        let request = try await lake.roleRequests.ask(
            project: inside, role: .auditor, reason: "walkedfindings", principal: principal("inside physician"))
        return (report.id, request.id)
    }

    /// Two other patients who turned out to be one.
    private static func merged(_ lake: Lake, _ boss: Principal) async throws -> Int64 {
        var codes: [String] = []
        for patient in ["WALKED-A", "WALKED-B"] {
            var image = SyntheticImage()
            image.patientID = patient
            image.study = SyntheticImage.uid()
            image.series = image.study + ".1"
            image.instance = image.study + ".1.1"
            let verdict = try await lake.ingest.instance(image.bytes, project: inside, principal: boss)
            codes.append(try await lake.catalog.study(verdict.study ?? "", principal: boss).study.subject)
        }
        return try await lake.subjectChanges.merge(
            codes[0], into: codes[1], project: inside, reason: "walkedfindings", principal: boss
        ).id
    }

    /// A wish to have the study's originals.
    private static func wish(
        _ lake: Lake, study: String, _ walkers: [GateWalkTests.Walker]
    ) async throws -> Int64 {
        let token = walkers.first { $0.name == "inside custodian" }?.token ?? ""
        guard let custodian = try await lake.accounts.principal(bearer: token) else {
            throw RawClient.Failure(reason: "the custodian cannot come in")
        }
        var filter = StudyFilter()
        filter.studies = [study]
        return try await lake.originalsRequests.ask(
            project: inside, filter: filter, reason: "walkedfindings", principal: custodian
        ).id
    }

    private static func people(_ lake: Lake, _ boss: Principal) async throws -> [GateWalkTests.Walker] {
        func token(_ name: String, administrator: Bool = false, _ project: String?, _ role: Role?) async throws
            -> String
        {
            try await lake.accounts.add(
                name: name, password: "a long enough passphrase", isAdministrator: administrator, principal: boss)
            if let project, let role {
                try await lake.projects.setMember(project, name: name, roles: [role], principal: boss)
            }
            return try await lake.accounts.createToken(name: name, label: "walk", principal: boss)
        }
        var walkers = [
            GateWalkTests.Walker(name: "nobody", token: nil, role: nil, isMember: false, isAdministrator: false),
            .init(
                name: "stranger", token: try await token("stranger", nil, nil), role: nil, isMember: false,
                isAdministrator: false),
            .init(
                name: "administrator", token: try await token("administrator", administrator: true, nil, nil),
                role: nil,
                isMember: false, isAdministrator: true),
        ]
        for role in Role.allCases {
            walkers.append(
                .init(
                    name: "outside \(role)", token: try await token("out-\(role)", outside, role), role: role,
                    isMember: false, isAdministrator: false))
            walkers.append(
                .init(
                    name: "inside \(role)", token: try await token("in-\(role)", inside, role), role: role,
                    isMember: true,
                    isAdministrator: false))
        }
        return walkers
    }

    /// Whether the route is about one thing of the project, or names the project.
    func isOfProject(_ route: Route) -> Bool {
        let text = route.pattern.description
        return text.contains("{")
            || [
                "POST /dicom-web/studies", "POST /api/v1/exports", "POST /api/v1/label-sets", "POST /api/v1/originals",
                "POST /api/v1/reports/check",
            ].contains("\(route.methodName) \(text)")
    }

    func ask(_ route: Route, as walker: GateWalkTests.Walker) async throws -> RawClient.Answer {
        var path = route.pattern.description
        let isSubject = path.contains("/subjects/")
        let values = [
            "uid": path.contains("/series/{uid}") ? series : path.contains("/instances/{uid}") ? instance : study,
            "study": study, "series": series, "instance": instance, "frame": "1", "frames": "1", "name": "walked",
            "code": isSubject ? subject : Self.inside, "project": Self.inside, "path...": "7FE00010",
            "id": identifier(path), "token": "x", "version": "1", "alike": alike,
        ]
        for (name, value) in values { path = path.replacingOccurrences(of: "{\(name)}", with: value) }
        if route.methodName == "POST", path.hasPrefix("/dicom-web/") {
            return try await portal.ask(
                "POST", path + "?project=" + Self.inside, token: walker.token,
                headers: ["Content-Type: application/dicom"], body: Array("not dicom".utf8))
        }
        guard route.methodName != "GET" else { return try await portal.ask("GET", path, token: walker.token) }
        return try await portal.ask(
            route.methodName, path, token: walker.token,
            headers: path.contains("label") || path.contains("/reports/") ? ["If-Match: \"0\""] : [],
            json: Self.body(route.pattern.description).replacingOccurrences(of: "STUDY", with: study)
                .replacingOccurrences(of: "SUBJECT", with: subject))
    }

    private func identifier(_ path: String) -> String {
        switch path.split(separator: "/").dropFirst(2).first ?? "" {
        case "label-sets": labelSet
        case "held": "\(held)"
        case "conflicts": "\(conflict)"
        case "uploads": upload
        case "tokens", "subscriptions": "999999"
        case "reports": report
        case "role-requests": "\(request)"
        case "originals": "\(originals)"
        case "subject-changes": "\(change)"
        default: export
        }
    }

    private static func body(_ pattern: String) -> String {
        switch pattern {
        case "/api/v1/subjects/{project}/compare": #"{"codes":["SUBJECT"],"reason":"x"}"#
        case "/api/v1/originals": "{\"project\":\"\(inside)\",\"reason\":\"x\"}"
        case "/api/v1/instances/{uid}/original": #"{"reason":"x"}"#
        case "/api/v1/exports": "{\"project\":\"\(inside)\"}"
        case "/api/v1/projects/{code}/labels": #"{"labels":[]}"#
        case "/api/v1/label-sets": "{\"project\":\"\(inside)\",\"name\":\"x-\(UInt32.random(in: 0...UInt32.max))\"}"
        case "/api/v1/label-sets/{id}/tags": #"{"name":"x-\#(UInt32.random(in: 0...UInt32.max))"}"#
        case "/api/v1/label-sets/{id}/studies/{uid}": #"{"message":"walked","annotations":[]}"#
        case "/api/v1/label-sets/{id}/studies/{uid}/restore": #"{"version":0}"#
        case "/api/v1/label-sets/{id}/studies/{uid}/draft": #"{"base":"0","annotations":[]}"#
        case "/api/v1/studies/{uid}/reports", "/api/v1/reports/{id}": #"{"text":"Normal.","status":"preliminary"}"#
        case "/api/v1/studies/{uid}/archive/key": #"{"reason":"x"}"#
        case "/api/v1/reports/check": #"{"study":"STUDY","text":"Normal."}"#
        case "/api/v1/role-requests": "{\"project\":\"\(inside)\",\"role\":\"auditor\",\"reason\":\"x\"}"
        case "/api/v1/subscriptions": "{\"project\":\"\(inside)\",\"kind\":\"project\",\"every\":\"day\"}"
        case "/api/v1/held/{id}/reject": #"{"reason":"a name"}"#
        case "/api/v1/conflicts/{id}/dismiss", "/api/v1/conflicts/{id}/keep": #"{"reason":"sent twice"}"#
        case "/api/v1/held/{id}/approve": #"{"regions":[]}"#
        case "/api/v1/projects/{code}/pixel-approvals/{alike}/withdraw": #"{"reason":"walked"}"#
        case "/api/v1/projects/{code}/members/{name}": #"{"roles":[]}"#
        case "/api/v1/projects": #"{"code":"walked-\#(UInt32.random(in: 0...9999))"}"#
        case "/api/v1/accounts":
            #"{"name":"x-\#(UInt32.random(in: 0...UInt32.max))","password":"a long enough passphrase"}"#
        case "/api/v1/accounts/{name}/password": #"{"password":"another long passphrase"}"#
        case "/api/v1/accounts/{name}/tokens": #"{"label":"x"}"#
        case "/api/v1/account/email": #"{"email":"walked@example.org","password":"not mine at all"}"#
        case "/api/v1/session", "/api/v1/first-start": #"{"token":"x","name":"no-one","password":"x"}"#
        default: "{}"
        }
    }
}
