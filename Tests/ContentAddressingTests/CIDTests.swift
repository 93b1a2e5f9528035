import ByteIO
import ContentAddressing
import Testing
import Vault

@Suite struct CIDTests {
    static let helloWorld = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"

    @Test func aBlockHasTheNameOthersGiveIt() {
        #expect(CID(of: Bytes(utf8: "hello world"), .raw).description == Self.helloWorld)
    }

    @Test func everyFormOfTheTextIsTheSameIdentifier() throws {
        let cid = try CID(text: Self.helloWorld)
        #expect(cid.codec == .raw && cid.version == .v1 && cid.hash.function == .sha256)
        #expect(try CID(cid.bytes) == cid)
        #expect(try CID(text: "f" + cid.bytes.hexadecimal) == cid)
        // Made with PyPI multiformats.
        #expect(try CID(text: "zb2rhj7crUKTQYRGCRATFaQ6YFLTde2YzdqbbhAASkL9uRDXn") == cid)
    }

    @Test func versionZeroIsReadAndWritten() throws {
        // The empty folder of IPFS's first years.
        let text = "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn"
        let cid = try CID(text: text)
        #expect(cid.version == .v0 && cid.codec == .dagPB)
        #expect(cid.description == text)
        #expect(cid.bytes.count == 34)
        #expect(CID(version0: SHA256.value(of: Bytes(utf8: "\u{A}\u{2}\u{8}\u{1}"))) == cid)
    }

    @Test(arguments: [
        "", "b", "z", "f", "Qm", "bafkrei", "hello", helloWorld + "a", String(helloWorld.dropLast()),
        helloWorld.uppercased(), "B" + helloWorld.dropFirst().uppercased(), " " + helloWorld, helloWorld + "=",
        "z" + String(repeating: "1", count: 600), "b" + String(repeating: "a", count: 600),
        // Version 0 behind a letter, and version 1 without one.
        "zQmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn", "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3N0",
        "f01F1", "f0155ff", "é",
    ])
    func whatIsNoIdentifierIsRefused(_ text: String) {
        #expect(throws: ContentAddressingError(.notCID)) { try CID(text: text) }
    }

    @Test func binaryFormsThatAreNoneAreRefused() throws {
        let good = try CID(text: Self.helloWorld).bytes.array
        for count in 0..<good.count {
            #expect { try CID(Bytes(Array(good[..<count]))) } throws: {
                ($0 as? ContentAddressingError)?.code == .truncated
            }
        }
        for (bytes, code) in [
            (good + [0], ContentAddressingError.Code.trailingBytes), ([2] + good.dropFirst(), .notCID),
            ([1, 0xD5, 0x00] + good.dropFirst(2), .varintMalformed),
            ([1] + [UInt8](repeating: 0xFF, count: 12), .varintMalformed),
            ([1, 0x55, 0x12, 0x1F] + good.dropFirst(4), .digestLength), ([1, 0x55, 0x12, 0x81, 0x01], .digestLength),
            ([1, 0x55, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], .digestLength),
        ] {
            #expect { try CID(Bytes(bytes)) } throws: { ($0 as? ContentAddressingError)?.code == code }
        }
    }

    @Test func anIdentityDigestIsTheBlock() throws {
        let cid = CID(.raw, try Multihash(.identity, digest: Bytes(utf8: "abc")))
        #expect(try CID(cid.bytes) == cid)
        #expect(try cid.hash.names(Bytes(utf8: "abc")))
        #expect(try !cid.hash.names(Bytes(utf8: "abd")))
        let unknown = try Multihash(Multihash.Function(rawValue: 0x13), digest: Bytes(utf8: "abc"))
        #expect(throws: ContentAddressingError(.unsupportedHash)) { try unknown.names(Bytes()) }
    }
}
