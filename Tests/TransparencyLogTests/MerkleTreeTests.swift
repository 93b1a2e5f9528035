import ByteIO
import Testing
import TransparencyLog
import Vault

/// Vectors of RFC 6962's reference implementation; proofs of all small trees against the definition in the RFC.
@Suite struct MerkleTreeTests {
    static let leaves = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ].compactMap(Bytes.init(hexadecimal:))

    static let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    static func digest(_ hexadecimal: String) throws -> SHA256.Digest {
        try #require(Bytes(hexadecimal: hexadecimal).flatMap(SHA256.Digest.init))
    }

    static func tree(_ count: Int) throws -> MerkleTree {
        var tree = MerkleTree()
        for index in 0..<count { try tree.append(Bytes(utf8: "entry \(index)")) }
        return tree
    }

    @Test func rootsAreThoseOfTheReference() throws {
        var tree = MerkleTree()
        #expect(tree.root.description == Self.roots[0])
        for (leaf, root) in zip(Self.leaves, Self.roots.dropFirst()) {
            try tree.append(leaf)
            #expect(tree.root.description == root)
        }
        for (size, root) in Self.roots.enumerated() {
            #expect(try MerkleProof.root(size: UInt64(size), from: tree).description == root)
        }
    }

    @Test func aConsistencyProofIsThatOfTheReference() throws {
        var tree = MerkleTree()
        for leaf in Self.leaves { try tree.append(leaf) }
        let proof = try MerkleProof.consistency(from: 6, to: 8, from: tree)
        #expect(
            proof.map(\.description) == [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ])
        try MerkleProof.verifyConsistency(
            from: 6, oldRoot: Self.digest(Self.roots[6]), to: 8, root: Self.digest(Self.roots[8]), proof: proof)
    }

    /// RFC 6962 §2.1, word for word, as slow as it is.
    static func definedRoot(_ leaves: ArraySlice<Bytes>) -> SHA256.Digest {
        guard let first = leaves.first else { return MerkleHash.empty }
        guard leaves.count > 1 else { return MerkleHash.leaf(first) }
        var split = 1
        while split * 2 < leaves.count { split *= 2 }
        let middle = leaves.startIndex + split
        return MerkleHash.node(definedRoot(leaves[..<middle]), definedRoot(leaves[middle...]))
    }

    @Test func everyProofOfASmallTreeHolds() throws {
        let leaves = (0..<34).map { Bytes(utf8: "entry \($0)") }
        let tree = try Self.tree(leaves.count)
        for size in 0...leaves.count {
            let root = Self.definedRoot(leaves[..<size])
            #expect(try MerkleProof.root(size: UInt64(size), from: tree) == root)
            for index in 0..<size {
                let proof = try MerkleProof.inclusion(of: UInt64(index), size: UInt64(size), from: tree)
                try MerkleProof.verifyInclusion(
                    of: MerkleHash.leaf(leaves[index]), at: UInt64(index), size: UInt64(size), root: root, proof: proof)
            }
            for old in 0...size {
                let proof = try MerkleProof.consistency(from: UInt64(old), to: UInt64(size), from: tree)
                try MerkleProof.verifyConsistency(
                    from: UInt64(old), oldRoot: Self.definedRoot(leaves[..<old]), to: UInt64(size), root: root,
                    proof: proof)
            }
        }
    }

    static func isWrong(_ body: () throws -> Void) -> Bool {
        do { try body() } catch { return true }
        return false
    }

    /// Every hash changed, left out, doubled; another index; another size; another root.
    @Test func noProofHoldsForAnythingElse() throws {
        let tree = try Self.tree(20)
        let other = MerkleHash.leaf(Bytes(utf8: "other"))
        for size: UInt64 in [1, 2, 3, 7, 8, 13, 20] {
            let root = try MerkleProof.root(size: size, from: tree)
            for index in 0..<size {
                let leaf = MerkleHash.leaf(Bytes(utf8: "entry \(index)"))
                let proof = try MerkleProof.inclusion(of: index, size: size, from: tree)
                func fails(
                    _ leaf: SHA256.Digest, _ index: UInt64, _ root: SHA256.Digest, _ proof: [SHA256.Digest]
                ) -> Bool {
                    Self.isWrong {
                        try MerkleProof.verifyInclusion(of: leaf, at: index, size: size, root: root, proof: proof)
                    }
                }
                #expect(!fails(leaf, index, root, proof))
                #expect(fails(other, index, root, proof) && fails(leaf, index, other, proof))
                #expect(fails(leaf, index, root, proof + [other]))
                #expect(fails(leaf, size, root, proof) && fails(leaf, .max, root, proof))
                for wrong in 0..<size where wrong != index { #expect(fails(leaf, wrong, root, proof)) }
                for place in proof.indices {
                    var changed = proof
                    changed[place] = other
                    #expect(fails(leaf, index, root, changed))
                    changed.remove(at: place)
                    #expect(fails(leaf, index, root, changed))
                }
            }
            for old in 1...size {
                let oldRoot = try MerkleProof.root(size: old, from: tree)
                let proof = try MerkleProof.consistency(from: old, to: size, from: tree)
                func fails(_ oldRoot: SHA256.Digest, _ root: SHA256.Digest, _ proof: [SHA256.Digest]) -> Bool {
                    Self.isWrong {
                        try MerkleProof.verifyConsistency(
                            from: old, oldRoot: oldRoot, to: size, root: root, proof: proof)
                    }
                }
                #expect(!fails(oldRoot, root, proof))
                #expect(fails(other, root, proof) && fails(oldRoot, other, proof))
                #expect(fails(oldRoot, root, proof + [other]))
                for place in proof.indices {
                    var changed = proof
                    changed[place] = other
                    #expect(fails(oldRoot, root, changed))
                    changed.remove(at: place)
                    #expect(fails(oldRoot, root, changed))
                }
            }
        }
    }

    @Test func whatIsKeptOfATreeIsEnoughToGoOn() throws {
        var frontier = MerkleFrontier()
        var kept: [MerkleNode: SHA256.Digest] = [:]
        for index in 0..<200 {
            let nodes = MerkleFrontier.nodes(size: UInt64(index))
            frontier = try MerkleFrontier(size: UInt64(index), edge: nodes.compactMap { kept[$0] })
            try frontier.append(leafHash: MerkleHash.leaf(Bytes(utf8: "entry \(index)"))) { kept[$0] = $1 }
            #expect(try frontier.root == Self.tree(index + 1).root)
        }
        #expect(kept.count == 200 + 100 + 50 + 25 + 12 + 6 + 3 + 1)
        #expect(throws: TransparencyLogError(.outOfRange, entry: 3)) { try MerkleFrontier(size: 3, edge: []) }
        #expect(throws: TransparencyLogError.self) { try MerkleFrontier(size: .max, edge: []) }
    }

    @Test func sizesBeyondTheTreeAreErrors() throws {
        let tree = try Self.tree(5)
        #expect(Self.isWrong { _ = try MerkleProof.root(size: 6, from: tree) })
        #expect(Self.isWrong { _ = try MerkleProof.root(size: .max, from: tree) })
        #expect(Self.isWrong { _ = try MerkleProof.inclusion(of: 5, size: 5, from: tree) })
        #expect(Self.isWrong { _ = try MerkleProof.inclusion(of: .max, size: .max, from: tree) })
        #expect(Self.isWrong { _ = try MerkleProof.consistency(from: 6, to: 5, from: tree) })
        #expect(Self.isWrong { _ = try MerkleProof.consistency(from: 2, to: 1 << 61, from: tree) })
        #expect(throws: TransparencyLogError(.nodeMissing, entry: 7)) {
            try tree.hash(of: MerkleNode(level: 70, index: 7))
        }
    }
}
