import ByteIO
import Testing
import TransparencyLog
import Vault

@Suite struct CheckpointTests {
    static let root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

    static func checkpoint(_ text: String) throws -> Checkpoint {
        try Checkpoint(SignedNote(text: Bytes(utf8: text)))
    }

    @Test func aCheckpointIsReadAndWritten() throws {
        let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
        let checkpoint = try Self.checkpoint(text)
        #expect(checkpoint.origin == "example.com/behind-the-sofa" && checkpoint.size == 20_852_163)
        #expect(checkpoint.text == Bytes(utf8: text) && checkpoint.extensions.isEmpty)
        let extended = try Self.checkpoint(text + "more\nand more\n")
        #expect(extended.extensions == ["more", "and more"] && extended.text == Bytes(utf8: text + "more\nand more\n"))
        #expect(try Self.checkpoint("o\n0\n\(Self.root)\n").root == MerkleHash.empty)
    }

    @Test(arguments: [
        "\n", "o\n", "o\n1\n", "o\n01\n\(root)\n", "o\n+1\n\(root)\n", "o\n-1\n\(root)\n", "o\n1 \n\(root)\n",
        "o\n\n\(root)\n", "o\n1x\n\(root)\n", "o\n99999999999999999999\n\(root)\n", "o\n9999999999999999999\n\(root)\n",
        "o\n4611686018427387904\n\(root)\n", "o\n１\n\(root)\n", "o\n1\n\(root.dropLast())\n", "o\n1\n\(root)=\n",
        "o\n1\nAAAA\n", "\n1\n\(root)\n", "o\n1\n\(root)\n\n", "o\n1\n\(root)\n\nx\n", "o\n1\n \(root)\n",
        // An empty tree has one root only.
        "o\n0\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
    ])
    func whatIsNoCheckpointIsRefused(_ text: String) {
        #expect(throws: TransparencyLogError(.checkpointMalformed)) { try Self.checkpoint(text) }
    }

    @Test func nothingUnfitIsSigned() {
        for origin in ["", "a\nb", "a\tb"] {
            #expect(throws: TransparencyLogError(.checkpointMalformed)) {
                try Checkpoint(origin: origin, size: 1, root: MerkleHash.empty)
            }
        }
        #expect(throws: TransparencyLogError(.checkpointMalformed)) {
            try Checkpoint(origin: "o", size: .max, root: MerkleHash.empty)
        }
    }
}
