import ByteIO
import ContentAddressing
import Foundation
import TestMaterial
import Testing

/// What PyPI's dag-cbor and ipld-car wrote: Tests/Vectors/car and dag-cbor, by Tests/Vectors/archive.py.
@Suite struct OtherWritersTests {
    static func file(_ name: String) throws -> Bytes {
        Bytes(Array(try Data(contentsOf: Repository.file("Tests/Vectors/\(name)"))))
    }

    @Test(arguments: ["map", "numbers", "nested", "texts"]) func recordsAreReadAndWrittenAlike(_ name: String) throws {
        let bytes = try Self.file("dag-cbor/\(name).cbor")
        #expect(try DAGCBOR.encode(DAGCBOR.decode(bytes)) == bytes)
    }

    @Test(arguments: ["leaf", "file", "folder", "duplicates", "record"])
    func archivesAreComplete(_ name: String) throws {
        let archive = try CARArchive(Self.file("car/\(name).car"))
        #expect(try archive.completeness() == CARArchive.Completeness())
        #expect(archive.duplicateCount == (name == "duplicates" ? 1 : 0))
    }

    @Test func filesComeOut() throws {
        let archive = try CARArchive(Self.file("car/folder.car"))
        let entries = try archive.entries(of: archive.roots[0])
        #expect(entries.map(\.name) == ["a", "b"])
        #expect(try archive.content(entries[0].cid) == Bytes(utf8: "hello world"))
        #expect(try archive.content(entries[1].cid) == Bytes(utf8: "hello worldhello world"))
        // A leaf of IPFS's first years: data within the node, an identifier of version 0.
        let old = try CARArchive(Self.file("car/duplicates.car"))
        #expect(old.roots[1].version == .v0)
        #expect(try old.content(old.roots[1]) == Bytes(utf8: "old"))
    }

    @Test func whatIsMissingIsNamed() throws {
        let archive = try CARArchive(Self.file("car/incomplete.car"))
        let entries = try archive.entries(of: archive.roots[0])
        #expect(try archive.completeness().missing == [entries[1].cid])
        #expect(throws: ContentAddressingError(.blockMissing, cid: entries[1].cid)) {
            try archive.content(entries[1].cid)
        }
    }
}
