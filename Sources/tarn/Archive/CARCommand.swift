import ArgumentParser
import ByteIO
import ContentAddressing
import Foundation

/// `tarn car`: content-addressed archives, as IPFS and Filecoin read them. No lake.
struct CARCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "car",
        abstract: "Pack files into a CAR, verify and unpack one, compute a Filecoin piece commitment.",
        discussion: """
            Example:  tarn car pack study.age --output study.car
                      tarn car verify study.car
                      tarn car unpack study.car --output study.age
            A CAR is not encrypted: pack what is sealed already, and publish no identifier of what is not.
            """,
        subcommands: [Pack.self, Unpack.self, Verify.self, Commitment.self])

    struct Pack: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pack", abstract: "Pack files or folders into a CAR (version 1) and print the root's CID.",
            discussion: """
                One file or folder is the root itself; several are put into a folder, under their own names. Profile \
                unixfs-v1-2025: CIDv1, SHA-256, raw leaves of 1 MiB. Empty folders are left out.

                Example:  tarn car pack study.age --output study.car
                Exit status: 0 packed, 1 not (and nothing is left at the output), 2 usage.
                """)

        @Argument(help: "Files or folders.", completion: .file()) var file: [String]
        @Option(name: .shortAndLong, help: "The CAR to write; must not exist.", completion: .file()) var output: String
        @Flag(help: "The result as JSON on standard output.") var json = false

        struct Result: Encodable {
            let root: String
            let files: Int
            let blocks: Int
            let duplicates: Int
            /// Length of the CAR.
            let bytes: Int
        }

        func run() throws {
            let result = try reported("tarn car pack") { try CARPacking.run(files: file, output: output) }
            if json { try Terminal.printJSON(result) } else { Terminal.print(result.root) }
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify",
            abstract: "Compare every block of a CAR with its CID, and follow the links from its roots.",
            discussion: """
                Example:  tarn car verify study.car --root bafybei...
                Exit status: 0 sound and complete, 1 not, 2 usage.
                """)

        @Argument(help: "A CAR.", completion: .file()) var car: String
        @Option(help: ArgumentHelp("The root that is expected.", valueName: "cid")) var root: String?
        @Flag(help: "The result as JSON on standard output.") var json = false

        struct Result: Encodable {
            let roots: [String]
            let blocks: Int
            let duplicates: Int
            let unreachable: Int
            let bytes: Int
            let missing: [String]
            let problem: String?
        }

        func run() throws {
            let (archive, found) = try reported("tarn car verify: \(car)") {
                let archive = try CARArchive.opened(car)
                return (archive, try archive.completeness())
            }
            var problem: String?
            if found.opaqueCount > 0 { problem = "\(found.opaqueCount) blocks in codecs that are not known here" }
            if found.missingCount > 0 { problem = "\(found.missingCount) links lead to blocks that are missing" }
            if archive.roots.isEmpty { problem = "it names no root" }
            if let root, archive.roots.map(\.description) != [root] { problem = "another root than expected" }
            let result = Result(
                roots: archive.roots.map(\.description), blocks: archive.blockCount,
                duplicates: archive.duplicateCount, unreachable: found.unreachableCount, bytes: archive.count,
                missing: found.missing.map(\.description), problem: problem)
            if json { try Terminal.printJSON(result) } else { print(result) }
            if problem != nil { throw ExitCode(1) }
        }

        private func print(_ result: Result) {
            for root in result.roots { Terminal.print("root \(root)") }
            Terminal.print(
                "\(result.blocks) blocks, \(result.duplicates) of them again, \(result.unreachable) that no root leads to; "
                    + Terminal.size(result.bytes))
            for cid in result.missing { Terminal.print("missing \(cid)") }
            Terminal.print(result.problem ?? "sound and complete")
        }
    }

    struct Unpack: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "unpack", abstract: "Verify a CAR and write the file or folder that is its root.",
            discussion: """
                Nothing is written under a file's name before all of it is there and verified.

                Example:  tarn car unpack study.car --output study.age
                Exit status: 0 unpacked, 1 not (what is complete stays), 2 usage.
                """)

        @Argument(help: "A CAR.", completion: .file()) var car: String
        @Option(name: .shortAndLong, help: "File or folder to write; must not exist.", completion: .file())
        var output: String
        @Option(help: ArgumentHelp("What to unpack, where it is not the CAR's only root.", valueName: "cid"))
        var root: String?
        @Flag(help: "The result as JSON on standard output.") var json = false

        struct Result: Encodable {
            let root: String
            let files: Int
            let bytes: Int
        }

        func run() throws {
            let result = try reported("tarn car unpack: \(car)") {
                var unpacking = try CARUnpacking(archive: CARArchive.opened(car), root: root, output: output)
                return try unpacking.run()
            }
            if json {
                try Terminal.printJSON(result)
            } else {
                Terminal.say("Wrote \(result.files) files, \(Terminal.size(result.bytes)), to \(output).")
            }
        }
    }

    struct Commitment: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "commp",
            abstract: "Print the piece CIDs (version 1 and 2) that Filecoin gives a file, usually a CAR.",
            discussion: "Example:  tarn car commp study.car")

        @Argument(help: "Any file.", completion: .file()) var file: String
        @Flag(help: "The result as JSON on standard output.") var json = false

        struct Result: Encodable {
            let v1: String
            let v2: String
            let payload: Int
            let padded: Int
        }

        func run() throws {
            let piece = try reported("tarn car commp: \(file)") {
                var hasher = PieceHasher()
                let source = try FileSource(file)
                try source.forEachPiece { bytes in
                    try hasher.update(bytes)
                    Terminal.progress("\(Terminal.size(hasher.count)) of \(Terminal.size(source.count))")
                }
                Terminal.progress("")
                return hasher.commitment()
            }
            let result = Result(
                v1: piece.version1.description, v2: piece.version2.description, payload: piece.payload,
                padded: piece.paddedSize)
            if json {
                try Terminal.printJSON(result)
            } else {
                Terminal.print("v1     \(result.v1)\nv2     \(result.v2)\npadded \(result.padded)")
            }
        }
    }
}

extension CARArchive {
    /// The CAR at `path`, every block verified.
    fileprivate static func opened(_ path: String) throws -> CARArchive {
        let source = try FileSource(path)
        var shown = 0
        let archive = try CARArchive(source) { offset in
            guard offset - shown >= 64 << 20 else { return }
            shown = offset
            Terminal.progress("verified \(Terminal.size(offset)) of \(Terminal.size(source.count))")
        }
        Terminal.progress("")
        return archive
    }
}

/// Runs `body`; what fails is one line that begins with `subject`, and exit status 1.
func reported<T>(_ subject: String, _ body: () throws -> T) throws -> T {
    do {
        return try body()
    } catch {
        Terminal.say("\(subject): \(error)")
        throw ExitCode(1)
    }
}
