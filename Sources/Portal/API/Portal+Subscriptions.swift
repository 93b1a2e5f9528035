import Foundation
import HTTPTypes
import Hummingbird
import Lake

extension Portal {
    /// What people follow, and the mails about it.
    static let subscriptionRoutes: [Route] = [
        Route(.get, "/api/v1/subscriptions", .account) { call in
            struct Subscriptions: Encodable { let subscriptions: [SubscriptionView] }
            return Response.json(
                Subscriptions(
                    subscriptions: try await call.lake.subscriptions.list(principal: call.principal)
                        .map(SubscriptionView.init)))
        },
        Route(.post, "/api/v1/subscriptions", .account) { call in
            let made = try await call.follow(call.body(NewSubscription.self))
            return Response.json(SubscriptionView(made), status: .created)
        },
        Route(.put, "/api/v1/subscriptions/{id}", .account) { call in
            struct Body: Decodable {
                let name: String?
                let every: String?
            }
            let body = try await call.body(Body.self)
            let changed = try await call.lake.subscriptions.change(
                Int64(call.number("id")), name: body.name,
                every: body.every.map { text throws(Problem) in try Subscription.Interval(named: text) },
                principal: call.principal)
            return Response.json(SubscriptionView(changed))
        },
        Route(.delete, "/api/v1/subscriptions/{id}", .account) { call in
            try await call.lake.subscriptions.end(Int64(call.number("id")), principal: call.principal)
            return Response.empty()
        },
        // One click in a mail (RFC 8058): a POST of the mail program, without anybody being signed in. Programs that
        // look into mails only GET, which shows the page with its button.
        Route(.post, "/unsubscribe/{token}", .anyone) { call in
            struct Ended: Encodable { let name: String }
            return Response.json(
                Ended(name: try await call.lake.subscriptions.end(link: call.parameter("token"))))
        },
        Route(.post, "/api/v1/digests", .permission(.operate)) { call in
            struct Body: Decodable { let all: Bool? }
            struct Sent: Encodable { let sent: Int }
            let body = try await call.body(Body.self)
            return Response.json(
                Sent(sent: try await call.lake.digests.send(all: body.all ?? false, principal: call.principal)))
        },
    ]
}

/// What somebody wants to follow.
private struct NewSubscription: Decodable {
    let kind: String
    let project: String?
    let filter: FilterTexts?
    let name: String?
    let every: String
}

extension Call {
    fileprivate func follow(_ body: NewSubscription) async throws -> Subscription {
        let every = try Subscription.Interval(named: body.every)
        switch (body.kind, body.project, body.filter) {
        case ("project", let project?, _):
            return try await lake.subscriptions.follow(
                project: project, name: body.name, every: every, principal: principal)
        case ("filter", let project, let texts?):
            var filter = try texts.filter()
            if filter.project == nil, let project, !project.isEmpty { filter.project = project }
            return try await lake.subscriptions.follow(filter, name: body.name, every: every, principal: principal)
        default:
            throw Problem(
                .badRequest, "invalid",
                "Follow a project (kind project, with project) or a list (kind filter, with filter).")
        }
    }
}

/// A subscription as the API writes it.
private struct SubscriptionView: Encodable {
    let id: Int64
    let kind: Subscription.Kind
    let project: String?
    /// Under the names of the list's address.
    let filter: [String: String]?
    let name: String
    let every: Subscription.Interval
    let createdAt: Date
    let lastAt: Date?

    init(_ subscription: Subscription) {
        id = subscription.id
        kind = subscription.kind
        project = subscription.project
        filter = subscription.filter.map { Dictionary($0.queryItems.map { ($0.name, $0.value) }) { first, _ in first } }
        name = subscription.name
        every = subscription.every
        createdAt = subscription.createdAt
        lastAt = subscription.lastAt
    }
}

extension Subscription.Interval {
    /// - Throws: 400 that lists the words.
    fileprivate init(named text: String) throws(Problem) {
        guard let interval = Subscription.Interval(rawValue: text) else {
            throw Problem(.badRequest, "invalid", "A mail comes every day or every week.")
        }
        self = interval
    }
}
