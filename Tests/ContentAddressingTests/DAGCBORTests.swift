import ByteIO
import ContentAddressing
import Testing

@Suite struct DAGCBORTests {
    @Test func recordsHaveTheNamesOthersGiveThem() throws {
        let link = try CID(text: CIDTests.helloWorld)
        #expect(
            try CID(of: DAGCBOR.encode([:]), .dagCBOR).description
                == "bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua")
        #expect(
            try CID(of: DAGCBOR.encode(["hello": "world", "n": 1, "link": .link(link)]), .dagCBOR).description
                == "bafyreignjtqm643q3t622kfodflpzaib4mdwln5ufhbtzmix2jog75r6gi")
    }

    struct Vector: CustomTestStringConvertible {
        let value: DAGValue
        let hexadecimal: String
        var testDescription: String { hexadecimal }
        init(_ value: DAGValue, _ hexadecimal: String) {
            self.value = value
            self.hexadecimal = hexadecimal
        }
    }

    /// RFC 8949 Appendix A, those that dag-cbor allows.
    static let vectors = [
        Vector(0, "00"), Vector(23, "17"), Vector(24, "1818"), Vector(255, "18ff"), Vector(256, "190100"),
        Vector(65_535, "19ffff"), Vector(65_536, "1a00010000"), Vector(1_000_000, "1a000f4240"),
        Vector(4_294_967_295, "1affffffff"), Vector(4_294_967_296, "1b0000000100000000"),
        Vector(.integer(Int128(UInt64.max)), "1bffffffffffffffff"),
        Vector(.integer(-1 - Int128(UInt64.max)), "3bffffffffffffffff"), Vector(-1, "20"), Vector(-1000, "3903e7"),
        Vector(.float(0), "fb0000000000000000"), Vector(.float(-4.1), "fbc010666666666666"),
        Vector(.bool(false), "f4"), Vector(.bool(true), "f5"), Vector(.null, "f6"), Vector(.bytes([]), "40"),
        Vector(.bytes([1, 2, 3, 4]), "4401020304"), Vector("", "60"), Vector("ü", "62c3bc"), Vector("水", "63e6b0b4"),
        Vector([], "80"), Vector([1, [2, 3], [4, 5]], "8301820203820405"), Vector([:], "a0"),
        Vector(["a": 1, "b": [2, 3]], "a26161016162820203"), Vector(["aa": 1, "b": 2], "a261620262616101"),
    ]

    @Test(arguments: vectors) func knownValuesAreWrittenAndRead(_ vector: Vector) throws {
        #expect(try DAGCBOR.encode(vector.value).hexadecimal == vector.hexadecimal)
        let bytes = try #require(Bytes(hexadecimal: vector.hexadecimal))
        #expect(try DAGCBOR.encode(DAGCBOR.decode(bytes)) == bytes)
    }

    @Test(arguments: [
        ("1800", ContentAddressingError.Code.notCanonical), ("1817", .notCanonical), ("1900ff", .notCanonical),
        ("1a0000ffff", .notCanonical), ("1b00000000ffffffff", .notCanonical), ("5800", .notCanonical),
        ("9fff", .notCanonical), ("bfff", .notCanonical), ("5fff", .notCanonical), ("7fff", .notCanonical),
        ("1c", .notCanonical), ("f90000", .notCanonical), ("fa47c35000", .notCanonical),
        ("fb7ff0000000000000", .unsupportedValue), ("fb7ff8000000000000", .unsupportedValue),
        ("f7", .unsupportedValue), ("e0", .unsupportedValue), ("f818", .unsupportedValue), ("ff", .unsupportedValue),
        ("c11a514b67b0", .unsupportedValue), ("d82a01", .unsupportedValue), ("d82a4101", .unsupportedValue),
        ("d82a420001", .truncated), ("d82a4100", .truncated), ("d82a40", .truncated),
        ("a201020304", .unsupportedValue), ("a2616201616102", .notCanonical), ("a2616101616102", .notCanonical),
        ("a262616101616202", .notCanonical), ("61ff", .notUTF8), ("62c328", .notUTF8), ("63eda080", .notUTF8),
        ("0000", .trailingBytes), ("", .truncated), ("9bffffffffffffffff", .truncated),
        ("bbffffffffffffffff", .truncated), ("5bffffffffffffffff", .truncated), ("7b7fffffffffffffff", .truncated),
        ("9a0001000000", .truncated),
    ])
    func whatIsNotCanonicalIsRefused(_ hexadecimal: String, _ code: ContentAddressingError.Code) throws {
        let bytes = try #require(Bytes(hexadecimal: hexadecimal))
        #expect { try DAGCBOR.decode(bytes) } throws: { ($0 as? ContentAddressingError)?.code == code }
    }

    @Test func everyPrefixIsTooShort() throws {
        let link = try CID(text: CIDTests.helloWorld)
        let whole = try DAGCBOR.encode([
            "list": [1, -70_000, .float(1.5), "text", .bytes([1, 2]), .null, .bool(true)], "link": .link(link),
        ])
        for count in 0..<whole.count {
            #expect { try DAGCBOR.decode(whole[clamping: 0..<count]) } throws: {
                ($0 as? ContentAddressingError)?.code == .truncated
            }
        }
    }

    @Test func limitsHold() throws {
        let deep = Bytes([UInt8](repeating: 0x81, count: 65) + [0])
        #expect { try DAGCBOR.decode(deep) } throws: { ($0 as? ContentAddressingError)?.code == .tooDeep }
        let deepest = Bytes([UInt8](repeating: 0x81, count: 64) + [0])
        #expect(try DAGCBOR.encode(DAGCBOR.decode(deepest)) == deepest)
        let millions = Bytes([UInt8](repeating: 0x81, count: 3_000_000))
        #expect { try DAGCBOR.decode(millions) } throws: { ($0 as? ContentAddressingError)?.code == .tooDeep }
        var limits = DAGLimits()
        limits.maximumValues = 4
        #expect(throws: Never.self) { try DAGCBOR.decode([0x83, 0, 0, 0], limits: limits) }
        #expect { try DAGCBOR.decode([0x84, 0, 0, 0, 0], limits: limits) } throws: {
            ($0 as? ContentAddressingError)?.code == .tooMany
        }
        limits.maximumBytes = 3
        #expect(throws: ContentAddressingError(.tooLarge)) { try DAGCBOR.decode([0x83, 0, 0, 0], limits: limits) }
    }

    @Test func whatHasNoEncodingIsRefused() {
        for value in [
            DAGValue.float(.nan), .float(.infinity), .integer(Int128(UInt64.max) + 1), .integer(.min), .integer(.max),
        ] {
            #expect(throws: ContentAddressingError(.unsupportedValue)) { try DAGCBOR.encode(value) }
        }
        #expect(throws: ContentAddressingError(.notCanonical)) { try DAGCBOR.encode(["a": 1, "a": 2]) }
    }
}
