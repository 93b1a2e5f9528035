import HTTPTypes
import Hummingbird
import Lake

extension Portal {
    /// What an operator does.
    static let fsckRoutes: [Route] = [
        Route(.post, "/api/v1/fsck", .permission(.operate)) { call in
            Response.json(
                try await call.lake.fsck.run(
                    deep: call.query["deep"] == "true", restoring: call.query["restore"] == "true",
                    principal: call.principal))
        }
    ]
}
