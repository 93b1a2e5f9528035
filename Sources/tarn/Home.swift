import Foundation

/// Where this program's own files are: pages, migrations, the API's description.
enum Home {
    /// The path of `name` beneath `TARN_HOME`, beside the executable, in a folder above it (a build directory within
    /// the sources), or in `../share/tarn`; `nil` where it is nowhere.
    static func find(_ name: String) -> String? {
        var folders: [String] = []
        if let named = ProcessInfo.processInfo.environment["TARN_HOME"] { folders.append(named) }
        if let executable = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
            var folder = executable
            while let slash = folder.lastIndex(of: "/"), slash > folder.startIndex {
                folder = String(folder[..<slash])
                folders += [folder, folder + "/share/tarn"]
            }
        }
        return folders.map { $0 + "/" + name }.first { FileManager.default.fileExists(atPath: $0) }
    }
}
