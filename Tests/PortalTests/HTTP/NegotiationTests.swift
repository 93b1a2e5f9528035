import ByteIO
import Portal
import Testing

@Suite struct NegotiationTests {
    static let jpeg = MediaType("image", "jpeg")
    static let png = MediaType("image", "png")
    static let related = MediaType("multipart", "related", ["type": "application/dicom"])

    @Test(
        arguments: [
            (nil, "image/jpeg"), ("*/*", "image/jpeg"), ("image/*", "image/jpeg"), ("image/png", "image/png"),
            ("image/jpeg;q=0.5, image/png", "image/png"), ("image/png;q=0.1, */*;q=0.5", "image/jpeg"),
            ("image/jpeg;q=0, */*", "image/png"), ("IMAGE/PNG", "image/png"),
            ("text/html, nonsense, image/png", "image/png"),
            ("", "image/jpeg"),
        ] as [(String?, String)])
    func `the client's preference decides and the first offer breaks ties`(accept: String?, chosen: String) {
        #expect(Accept(accept).best(of: [Self.jpeg, Self.png])?.essence == chosen)
    }

    @Test func `what nobody accepts is not chosen`() {
        #expect(Accept("text/html").best(of: [Self.jpeg]) == nil)
        #expect(Accept("image/jpeg;q=0").best(of: [Self.jpeg]) == nil)
        #expect(Accept("gibberish").best(of: [Self.jpeg]) == nil)
    }

    @Test func `a multipart range names the type of its parts`() {
        #expect(Accept("multipart/related; type=application/dicom").best(of: [Self.related]) == Self.related)
        #expect(
            Accept("multipart/related;type=\"application/dicom\";transfer-syntax=*").best(of: [Self.related]) != nil)
        #expect(Accept("multipart/related").best(of: [Self.related]) != nil)
        #expect(Accept("multipart/related; type=image/jpeg").best(of: [Self.related]) == nil)
    }

    /// An object of which `s` is stored, `d` is the type's default, and `o` can be made.
    static let coded = ["s", "d", "o"].map {
        CodedOffer(related, $0, isStored: $0 == "s", isDefault: $0 == "d")
    }

    @Test(
        arguments: [
            (nil, "sd"), ("*/*", "sd"), ("multipart/related", "sd"), ("text/html", ""),
            ("multipart/related; type=application/dicom", "d"),
            ("multipart/related; type=\"application/dicom\"; transfer-syntax=*", "sdo"),
            ("multipart/related; type=application/dicom; transfer-syntax=\"o\"", "o"),
            ("multipart/related; type=application/dicom; transfer-syntax=x", ""),
            (
                "multipart/related; type=application/dicom; transfer-syntax=o; q=0.9, "
                    + "multipart/related; type=application/dicom; transfer-syntax=d; q=0.5", "od"
            ),
            ("multipart/related; type=application/dicom; transfer-syntax=o; q=0.3, */*; q=0.1", "osd"),
            ("multipart/related; type=application/dicom; transfer-syntax=s; q=0, */*", "d"),
            ("multipart/related; type=image/jls; transfer-syntax=*", ""),
        ] as [(String?, String)])
    func `transfer syntaxes are ordered by what the client likes`(accept: String?, order: String) {
        #expect(Accept(accept).acceptable(Self.coded).map(\.transferSyntax).joined() == order)
    }

    @Test func `media types are read as RFC 9110 writes them`() {
        let type = MediaType("Multipart/Related ; Type=\"a;b\\\"c\" ; boundary=x")
        #expect(type?.essence == "multipart/related")
        #expect(type?.parameters == ["type": "a;b\"c", "boundary": "x"])
        for text in ["", "text", "text/", "/html", "text/html; charset", "a b/c", "text/html; a=1; a=2"] {
            #expect(MediaType(text) == nil, "\(text)")
        }
    }

    @Test(
        arguments: [
            (nil, .whole), ("bytes=0-0", .part(0..<1)), ("bytes=0-", .part(0..<100)), ("bytes=90-200", .part(90..<100)),
            ("bytes=-10", .part(90..<100)), ("bytes=-1000", .part(0..<100)), ("bytes=100-", .unsatisfiable),
            ("bytes=-0", .unsatisfiable), ("bytes=5-4", .whole), ("bytes=-", .whole), ("bytes=0-1,3-4", .whole),
            ("items=0-1", .whole), ("bytes=a-b", .whole), ("bytes=--1", .whole), ("BYTES=1-2", .part(1..<3)),
            ("bytes=0-99999999999999999999999", .part(0..<100)), ("bytes=99999999999999999999999-", .unsatisfiable),
        ] as [(String?, ByteRange)])
    func `ranges are read as RFC 9110 writes them`(header: String?, range: ByteRange) {
        #expect(ByteRange(header, length: 100) == range)
    }

    @Test func `an empty representation has no part`() {
        #expect(ByteRange("bytes=0-", length: 0) == .unsatisfiable)
        #expect(ByteRange("bytes=-1", length: 0) == .unsatisfiable)
    }

    @Test func `entity tags are compared weakly for caches and strongly for ranges`() {
        let tag = EntityTag("x-1")
        #expect(tag.isNamed(by: "\"x-1\""))
        #expect(tag.isNamed(by: "\"a\", W/\"x-1\""))
        #expect(tag.isNamed(by: "*"))
        #expect(!tag.isNamed(by: "\"x-2\""))
        #expect(!tag.isNamed(by: nil))
        #expect(tag.allowsRange(nil))
        #expect(tag.allowsRange("\"x-1\""))
        #expect(!tag.allowsRange("W/\"x-1\""))
        #expect(!EntityTag("x-1", isWeak: true).allowsRange("W/\"x-1\""))
        #expect(!tag.allowsRange("Sat, 21 Nov 2026 07:00:00 GMT"))
    }

    @Test(
        arguments: [
            (nil, false), ("gzip", true), ("br, gzip;q=0.5", true), ("gzip;q=0", false), ("*", true),
            ("*;q=1, gzip;q=0", false), ("identity", false),
        ] as [(String?, Bool)])
    func `gzip is sent to those who take it`(header: String?, isAccepted: Bool) {
        #expect(Gzip.isAccepted(header) == isAccepted)
    }

    @Test func `queries are decoded and broken escapes dropped`() {
        let query = QueryItems("a=1&b=x%20y+z&a=2&c&d=%zz&e=%ff&f=%C3%BC&g=%4")
        #expect(query["a"] == "1")
        #expect(query.list("a") == ["1", "2"])
        #expect(query["b"] == "x y z")
        #expect(query["c"] == "")
        #expect(query["d"] == nil)
        #expect(query["e"] == nil)
        #expect(query["f"] == "ü")
        #expect(query["g"] == nil)
        #expect(QueryItems.decode("a+b", plusIsBlank: false) == "a+b")
    }
}

@Suite struct RouteTrieTests {
    static let trie: RouteTrie<String> = {
        var trie = RouteTrie<String>()
        for pattern in ["/", "/a", "/a/{x}", "/a/{x}/b", "/a/fixed", "/web/{path...}"] {
            trie.update(RoutePattern(pattern)) { _ in pattern }
        }
        return trie
    }()

    @Test(
        arguments: [
            ("/", "/"), ("", "/"), ("/a", "/a"), ("/a/", "/a"), ("/a/1", "/a/{x}"), ("/a/fixed", "/a/fixed"),
            ("/a/1/b", "/a/{x}/b"), ("/a/1/c", nil), ("/b", nil), ("/a//b", nil), ("/web/x/y.js", "/web/{path...}"),
            ("/web", nil), ("/a/%ff", nil), ("/a/%2e%2e", "/a/{x}"),
        ] as [(String, String?)])
    func `paths find their pattern`(path: String, pattern: String?) {
        #expect(Self.trie.find(path[...])?.value == pattern)
    }

    @Test func `segments are decoded after the path is cut`() {
        #expect(Self.trie.find("/a/x%2Fb")?.parameters == ["x": "x/b"])
        #expect(Self.trie.find("/web/a/b.js")?.parameters == ["path": "a/b.js"])
        #expect(RoutePattern("/a/{x}/{rest...}").description == "/a/{x}/{rest...}")
    }
}
