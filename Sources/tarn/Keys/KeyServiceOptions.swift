import ArgumentParser
import Foundation
import KeyManagement

/// Which key of which service wraps the master key.
struct KeyServiceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("A PKCS#11 module, a shared library: wrap by a key of one of its tokens.", valueName: "file")
    )
    var pkcs11Module: String?

    @Option(help: ArgumentHelp("Label of the token.", valueName: "label"))
    var pkcs11Token: String?

    @Option(help: ArgumentHelp("File with the token's PIN on one line.", valueName: "file"))
    var pinFile: String?

    @Option(
        help: ArgumentHelp(
            "A server with a transit engine, https://HOST:PORT (HashiCorp Vault, OpenBao): wrap by one of its keys.",
            valueName: "url"))
    var transit: String?

    @Option(help: ArgumentHelp("File with the server's token on one line.", valueName: "file"))
    var tokenFile: String?

    @Option(help: ArgumentHelp("Where the engine is mounted (default: transit).", valueName: "path"))
    var transitMount: String?

    @Option(help: ArgumentHelp("The server's namespace.", valueName: "name"))
    var transitNamespace: String?

    @Option(help: ArgumentHelp("File of certificate authorities for the server.", valueName: "file"))
    var transitCa: String?

    @Option(help: ArgumentHelp("The key in the token or the engine (default: tarn).", valueName: "name"))
    var kmsKey: String?

    @Flag(help: "Make that key there first; it cannot leave.")
    var makeKey = false

    func validate() throws {
        guard pkcs11Module == nil || transit == nil else {
            throw ValidationError("--pkcs11-module or --transit: one service wraps a key")
        }
        if pkcs11Module != nil, pkcs11Token == nil || pinFile == nil {
            throw ValidationError("--pkcs11-module goes with --pkcs11-token and --pin-file")
        }
        guard pkcs11Module != nil || pkcs11Token == nil && pinFile == nil else {
            throw ValidationError("--pkcs11-token and --pin-file go with --pkcs11-module")
        }
        guard transit == nil || tokenFile != nil else { throw ValidationError("--transit goes with --token-file") }
        let options = [tokenFile, transitMount, transitNamespace, transitCa]
        guard transit != nil || options.allSatisfy({ $0 == nil }) else {
            throw ValidationError("--token-file and --transit-… go with --transit")
        }
        guard pkcs11Module != nil || transit != nil || kmsKey == nil && !makeKey else {
            throw ValidationError("--kms-key and --make-key go with --pkcs11-module or --transit")
        }
    }

    /// The service that the options name; `nil` where they name none.
    func service() throws -> KeyService? {
        let key = kmsKey ?? "tarn"
        if let pkcs11Module, let pkcs11Token, let pinFile {
            return .pkcs11(
                PKCS11Key(
                    module: Self.absolute(pkcs11Module), token: pkcs11Token, key: key, pinFile: Self.absolute(pinFile)))
        }
        guard var transit, let tokenFile else { return nil }
        while transit.last == "/" { transit.removeLast() }
        return .transit(
            TransitKey(
                address: transit, mount: transitMount ?? "transit", key: key, tokenFile: Self.absolute(tokenFile),
                authorities: transitCa.map(Self.absolute), namespace: transitNamespace))
    }

    /// Makes the key in the service where that was asked for.
    func makeKey(_ service: KeyService?) throws {
        guard makeKey, let encryption = service?.encryption else { return }
        do throws(KeyManagementError) { try encryption.makeKey() } catch { throw ClientError(error.reason) }
        Terminal.say("Made \(encryption.place).")
    }

    /// The server that reads the key file later stands somewhere else.
    private static func absolute(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }
}
