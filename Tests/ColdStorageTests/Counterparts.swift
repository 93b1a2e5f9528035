import ColdStorage
import Foundation
import TestMaterial

/// The small Kubo and gateway of `Tests/cold_counterparts.py`, in a process of their own.
final class Counterparts: @unchecked Sendable {
    let rpc: String
    let gateway: String
    private let process = Process()
    private let input = Pipe()

    init() throws {
        let script = Repository.file("Tests/cold_counterparts.py")
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", script.path]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var line = Data()
        while line.last != 0x0A {
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw CocoaError(.fileReadUnknown) }
            line += more
        }
        let urls = try JSONDecoder().decode([String: String].self, from: line)
        rpc = urls["rpc"] ?? ""
        gateway = urls["gateway"] ?? ""
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    func backend(name: String = "ipfs", agreement: String? = nil) throws -> any ColdBackend {
        try ColdBackendConfiguration(
            name: name, kind: .kubo, rpc: rpc, gateway: gateway + "/", agreement: agreement, stallSeconds: 2
        ).backend()
    }

    /// Sets what goes wrong.
    func fault(gateway: String? = nil, kubo: String? = nil) throws {
        let faults = ["gateway": gateway, "kubo": kubo]
        let curl = Process()
        curl.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        curl.arguments = [
            "curl", "-sf", "-X", "POST", "-d", String(decoding: try JSONEncoder().encode(faults), as: UTF8.self),
            rpc + "/faults",
        ]
        try curl.run()
        curl.waitUntilExit()
    }
}
