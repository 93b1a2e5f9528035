import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes
import NIOPosix
public import ServiceLifecycle

/// One listener of the portal.
public struct PortalServer: Service {
    /// Where it listens.
    public enum Address: Sendable {
        /// A port of 0 takes any that is free.
        case tcp(host: String, port: Int)
        /// Reachable by whoever may open the file; the operator's token counts only here.
        case socket(path: String)
    }

    private let portal: Portal
    private let address: Address
    private let onListening: @Sendable (_ port: Int?) async -> Void

    /// - Parameter onListening: called once, with the port of a TCP address.
    public init(
        _ portal: Portal, at address: Address, onListening: @escaping @Sendable (_ port: Int?) async -> Void = { _ in }
    ) {
        self.portal = portal
        self.address = address
        self.onListening = onListening
    }

    /// Serves until the task is cancelled or asked to shut down gracefully.
    public func run() async throws {
        let bind: BindAddress
        var isPrivate = false
        switch address {
        case .tcp(let host, let port): bind = .hostname(host, port: port)
        case .socket(let path):
            bind = .unixDomainSocket(path: path)
            isPrivate = true
        }
        var log = portal.log
        // What it calls an error is a client that went away, or a listener that was told to stop.
        log.logLevel = max(log.logLevel, .critical)
        let onListening = onListening
        let application = Application(
            responder: PortalResponder(portal: portal, isPrivate: isPrivate),
            server: .http1(
                configuration: HTTP1Channel.Configuration(
                    additionalChannelHandlers: [ChannelTuning()], idleTimeout: .seconds(120))),
            configuration: ApplicationConfiguration(address: bind, serverName: "tarn", backlog: 512),
            onServerRunning: { channel in await onListening(channel.localAddress?.port) },
            logger: log)
        try await application.run()
    }
}

/// Larger reads and a deeper write buffer than NIO's, which are meant for small messages: an instance is half a
/// megabyte.
private final class ChannelTuning: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    func handlerAdded(context: ChannelHandlerContext) {
        let options = context.channel.syncOptions
        try? options?.setOption(
            .recvAllocator,
            value: AdaptiveRecvByteBufferAllocator(minimum: 4 << 10, initial: 16 << 10, maximum: 256 << 10))
        try? options?.setOption(.writeBufferWaterMark, value: .init(low: 256 << 10, high: 1 << 20))
    }
}
