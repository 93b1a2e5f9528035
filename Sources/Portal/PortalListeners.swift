import Foundation
import Logging
import NIOCore
import ServiceLifecycle

/// All listeners of one portal, running until they are stopped.
public final class PortalListeners: Sendable {
    private let group: ServiceGroup
    private let task: Task<Void, any Error>
    /// Ports of the TCP addresses, in their order; `nil` for sockets.
    public let ports: [Int?]

    /// Begins to listen and returns when all do.
    /// - Throws: where an address cannot be had.
    public static func start(_ portal: Portal, at addresses: [PortalServer.Address]) async throws -> PortalListeners {
        let (listening, continuation) = AsyncThrowingStream<(Int, Int?), any Error>.makeStream()
        let servers = addresses.enumerated().map { index, address in
            PortalServer(portal, at: address) { port in continuation.yield((index, port)) }
        }
        var configuration = ServiceGroupConfiguration(
            services: servers.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
            logger: Logger(label: "tarn.portal", factory: { _ in SwiftLogNoOpLogHandler() }))
        // Downloads of hours must not hold up a stop.
        configuration.maximumGracefulShutdownDuration = .seconds(5)
        let group = ServiceGroup(configuration: configuration)
        let task = Task {
            do {
                try await group.run()
                continuation.finish()
            } catch {
                let reason = (error as? IOError).map { ListenError(reason: String(cString: strerror($0.errnoCode))) }
                continuation.finish(throwing: reason ?? error)
                throw error
            }
        }
        var ports = [Int?](repeating: nil, count: addresses.count)
        var count = 0
        for try await (index, port) in listening {
            ports[index] = port
            count += 1
            if count == addresses.count { break }
        }
        return PortalListeners(group: group, task: task, ports: ports)
    }

    private init(group: ServiceGroup, task: Task<Void, any Error>, ports: [Int?]) {
        self.group = group
        self.task = task
        self.ports = ports
    }

    /// Takes no more connections, lets what runs end within five seconds, and returns when all is closed.
    public func stop() async {
        await group.triggerGracefulShutdown()
        _ = await task.result
    }
}

/// An address cannot be had.
public struct ListenError: Error, CustomStringConvertible, Sendable {
    /// In the system's words.
    public let reason: String

    public var description: String { reason }
}
