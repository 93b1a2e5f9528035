import ByteIO
import Foundation
import Portal
import Testing

@Suite struct MultipartParserTests {
    /// One part as the parser reported it.
    struct Part: Equatable {
        var type: String?
        var body: [UInt8] = []
        var isEnded = false
    }

    /// Feeds `body` cut at `cuts`.
    static func parse(
        _ body: [UInt8], boundary: String = "b", cuts: [Int] = [], limits: MultipartParser.Limits = .init()
    ) throws -> [Part] {
        var parser = try MultipartParser(boundary: boundary, limits: limits)
        var parts: [Part] = []
        for (start, end) in zip([0] + cuts, cuts + [body.count]) {
            try body[start..<end].withUnsafeBytes { chunk in
                try parser.consume(chunk) { event in
                    switch event {
                    case .began(let header): parts.append(Part(type: header.contentType?.essence))
                    case .bytes(let bytes): parts[parts.count - 1].body += bytes
                    case .ended: parts[parts.count - 1].isEnded = true
                    }
                }
            }
        }
        try parser.finish()
        return parts
    }

    static let body = Array(
        ("preamble\r\n--b\r\nContent-Type: application/dicom\r\n\r\none\r\n-\r\n--\r\n--a\r\r\n--b \t\r\n\r\n\r\n--b\r\n"
            + "content-type:\r\n application/dicom;\r\n\ttransfer-syntax=1.2\r\n\r\n\r\r\n--b--\r\nepilogue --b\r\n")
            .utf8)
    static let parts = [
        Part(type: "application/dicom", body: Array("one\r\n-\r\n--\r\n--a\r".utf8), isEnded: true),
        Part(type: nil, body: [], isEnded: true),
        Part(type: "application/dicom", body: [0x0D], isEnded: true),
    ]

    @Test func `parts come out whole wherever one cut is made`() throws {
        for cut in 0...Self.body.count { #expect(try Self.parse(Self.body, cuts: [cut]) == Self.parts, "\(cut)") }
    }

    @Test func `parts come out whole when fed byte by byte and at any two cuts`() throws {
        #expect(try Self.parse(Self.body, cuts: Array(1..<Self.body.count)) == Self.parts)
        for first in 0...Self.body.count {
            for second in stride(from: first, through: Self.body.count, by: 3) {
                #expect(try Self.parse(Self.body, cuts: [first, second]) == Self.parts)
            }
        }
    }

    @Test func `a body cut short anywhere before its closing boundary is refused`() throws {
        let close = try #require(String(decoding: Self.body, as: UTF8.self).range(of: "--b--"))
        let end = String(decoding: Self.body, as: UTF8.self)[..<close.upperBound].utf8.count
        for count in 0..<end {
            #expect(throws: MultipartError.self, "\(count)") { try Self.parse(Array(Self.body[..<count])) }
        }
        #expect(try Self.parse(Array(Self.body[..<end])) == Self.parts)
    }

    @Test func `random bytes with near boundaries survive random cuts`() throws {
        var generator = SplitMix(state: 7)
        for _ in 0..<300 {
            var content: [UInt8] = []
            for _ in 0..<Int.random(in: 0...40, using: &generator) {
                let pieces: [[UInt8]] = [[0x0D], [0x0A], [0x2D], [0x0D, 0x0A, 0x2D, 0x2D], [0x78], [0x0D, 0x0A]]
                content += pieces.randomElement(using: &generator) ?? []
            }
            let body = Array("--xyz\r\n\r\n".utf8) + content + Array("\r\n--xyz--".utf8)
            let cuts = (0..<5).map { _ in Int.random(in: 0...body.count, using: &generator) }.sorted()
            #expect(try Self.parse(body, boundary: "xyz", cuts: cuts) == [Part(body: content, isEnded: true)])
        }
    }

    @Test func `hostile bodies are refused before memory is spent`() {
        var limits = MultipartParser.Limits()
        limits.header = 100
        limits.preamble = 100
        limits.parts = 3
        let refused: [(MultipartError.Code, [UInt8])] = [
            (.preambleTooLong, [UInt8](repeating: 0x41, count: 1000)),
            (.headerTooLong, Array("--b\r\nX: ".utf8) + [UInt8](repeating: 0x41, count: 1000)),
            (.headerTooLong, Array("--b".utf8) + [UInt8](repeating: 0x20, count: 1000)),
            (.badHeader, Array("--b\r\nno colon\r\n\r\n".utf8)),
            (.badHeader, Array("--b\r\n: no name\r\n\r\n".utf8)),
            (.badHeader, Array("--bogus\r\n\r\n".utf8)),
            (.tooManyParts, Array(String(repeating: "--b\r\n\r\n\r\n", count: 5).utf8)),
            (.truncated, Array("--b\r\n\r\ncontent".utf8)),
            (.truncated, []),
        ]
        for (code, body) in refused {
            do {
                _ = try Self.parse(body, limits: limits)
                Issue.record("accepted: \(code)")
            } catch let error as MultipartError {
                #expect(error.code == code)
            } catch {
                Issue.record("\(error)")
            }
        }
    }

    @Test(arguments: ["", "trailing ", String(repeating: "x", count: 71), "a\r\nb", "ü"])
    func `boundaries that RFC 2046 forbids are refused`(boundary: String) {
        #expect(throws: MultipartError.self) { try MultipartParser(boundary: boundary) }
    }

    @Test func `a part's content is lent at more than a gigabyte a second`() throws {
        // 16-bit CT-like samples; the floor is low so that a busy machine does not fail it.
        var content = [UInt8](repeating: 0, count: 512 << 10)
        var generator = SplitMix(state: 1)
        for index in stride(from: 0, to: content.count, by: 2) {
            content[index] = UInt8.random(in: 0...255, using: &generator)
            content[index + 1] = UInt8.random(in: 0...15, using: &generator)
        }
        let boundary = "2c9d3f8a61b04c6fa3f0e6f1c1f7a0f3"
        let part = Array("--\(boundary)\r\nContent-Type: application/dicom\r\n\r\n".utf8) + content + [0x0D, 0x0A]
        var parser = try MultipartParser(boundary: boundary)
        var total = 0
        let clock = ContinuousClock()
        let elapsed = try clock.measure {
            for _ in 0..<200 {
                for start in stride(from: 0, to: part.count, by: 65536) {
                    try part[start..<min(part.count, start + 65536)].withUnsafeBytes { chunk in
                        try parser.consume(chunk) { if case .bytes(let bytes) = $0 { total += bytes.count } }
                    }
                }
            }
        }
        let rate = Double(total) / elapsed.seconds / 1e9
        print("multipart parser: \(rate) GB/s")
        #expect(rate > 0.3)
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}

/// A small generator with a seed, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
