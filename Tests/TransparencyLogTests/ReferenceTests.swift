import ByteIO
import Foundation
import TestMaterial
import Testing
import TransparencyLog
import Vault

/// What Go's reference implementation made: Tests/Vectors/log, by Tests/Vectors/log.go.
@Suite struct ReferenceTests {
    struct Proofs: Decodable {
        struct Proof: Decodable {
            let size: UInt64
            let other: UInt64
            let hashes: [String]
        }
        let leaves: Int
        let roots: [String: String]
        let inclusion: [Proof]
        let consistency: [Proof]
    }

    static let folder = Repository.file("Tests/Vectors/log")

    static func file(_ name: String) throws -> Bytes {
        Bytes(Array(try Data(contentsOf: folder.appendingPathComponent(name))))
    }

    static func key() throws -> VerifierKey {
        let text = String(decoding: try file("key.vkey"), as: UTF8.self)
        return try VerifierKey(text: text.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    @Test func rootsAndProofsAreTheSame() throws {
        let proofs = try JSONDecoder().decode(
            Proofs.self, from: Data(contentsOf: Self.folder.appendingPathComponent("proofs.json")))
        var reader = try ExportedLog.Reader(Self.file("good.tarnlog"))
        var tree = MerkleTree()
        while let leaf = try reader.next() { try tree.append(leaf) }
        #expect(tree.size == UInt64(proofs.leaves))
        #expect(proofs.roots.count > 10 && proofs.inclusion.count > 50)
        for (size, root) in proofs.roots {
            #expect(try MerkleProof.root(size: #require(UInt64(size)), from: tree).description == root)
        }
        for proof in proofs.inclusion {
            let own = try MerkleProof.inclusion(of: proof.other, size: proof.size, from: tree)
            #expect(own.map(\.description) == proof.hashes, "\(proof.other) of \(proof.size)")
        }
        for proof in proofs.consistency {
            let own = try MerkleProof.consistency(from: proof.other, to: proof.size, from: tree)
            #expect(own.map(\.description) == proof.hashes, "\(proof.other) to \(proof.size)")
        }
    }

    @Test func aLogOfTheReferenceVerifies() throws {
        let expected = try [0, 1, 45, 70].map { try SignedNote(Self.file("\($0).checkpoint")) }
        let audit = try LogAudit(Self.file("good.tarnlog"), keys: [Self.key()], expected: expected)
        #expect(audit.isAuthenticated && audit.extended.map(\.size) == [0, 1, 45, 70])
        #expect(audit.checkpoint?.origin == "log.example/ledger")
    }
}
