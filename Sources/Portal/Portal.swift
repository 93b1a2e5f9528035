import Foundation
import Hummingbird
public import Lake
public import Logging
import Synchronization

/// The lake over HTTP: the pages, the JSON API and DICOMweb, behind one gate.
public final class Portal: Sendable {
    let table: RouteTable
    let web: WebFiles
    let log: Logger
    /// The OpenAPI document as it is served.
    let openAPI: [UInt8]
    /// Counts on the private socket only.
    let operatorToken: String?
    private let opened = Mutex<Lake?>(nil)

    /// - Parameters:
    ///   - webDirectory: the files of `Web/`.
    ///   - openAPI: the document that describes the API.
    ///   - operatorToken: who sends it through the private socket is the operator.
    public init(webDirectory: String, openAPI: [UInt8] = [], operatorToken: String? = nil, log: Logger) {
        web = WebFiles(directory: webDirectory)
        self.openAPI = openAPI
        self.operatorToken = operatorToken
        self.log = log
        table = RouteTable(Self.allRoutes)
    }

    /// Begins to answer from `lake`; until then everything but `/healthz` and the pages says 503.
    public func serve(_ lake: Lake) { opened.withLock { $0 = lake } }

    /// Ends it again: what comes now is told to come back later.
    public func withdraw() { opened.withLock { $0 = nil } }

    var lake: Lake? { opened.withLock { $0 } }

    /// Every route there is.
    public var routes: [Route] { table.routes }

    private static var allRoutes: [Route] {
        pageRoutes + healthRoutes + sessionRoutes + signUpRoutes + accountRoutes + projectRoutes + profileRoutes
            + roleRequestRoutes + studyRoutes + reportRoutes + subscriptionRoutes + viewerRoutes + ledgerRoutes
            + accessRoutes + subjectRoutes + originalsRoutes + erasureRoutes + labelListRoutes + labelRoutes
            + heldRoutes + evidenceRoutes + exportRoutes + archiveRoutes + fsckRoutes
            + storeRoutes + queryRoutes + retrieveRoutes + renderedRoutes + bulkDataRoutes
    }
}
