public import ByteIO

/// What a reader of CARs puts up with.
public struct CARLimits: Sendable {
    /// Bytes of the header.
    public var maximumHeader = 64 << 10
    /// Roots the header names.
    public var maximumRoots = 1024
    /// Bytes of a block.
    public var maximumBlock = 4 << 20
    /// Blocks in all, repeated ones counted.
    public var maximumBlocks = 1 << 22
    /// Bytes of the files that come out of it: blocks that are linked to many times count each time.
    public var maximumContent: UInt64 = 1 << 44

    public init() {}
}

/// Reads a CAR of version 1 block by block. No block is handed out that is not what its identifier names.
public struct CARReader: Sendable {
    /// A block and where its bytes lie.
    public struct Section: Sendable, Hashable {
        public let cid: CID
        /// The block's bytes.
        public let data: Bytes
        /// Where they lie in the CAR.
        public let range: Range<Int>
    }

    /// What the header calls roots. Nothing proves them: ask for the one you expect.
    public let roots: [CID]
    /// Where the next section begins.
    public private(set) var offset: Int

    private let source: any ByteSource
    private let limits: CARLimits
    private var blockCount = 0

    /// No head of a section is longer: its length, then version, codec, hash function, length, digest.
    private static let maximumHead = 5 * Varint.maximumCount + Multihash.maximumDigest
    /// How version 2 begins: a header that only says so.
    private static let version2: [UInt8] = [0x0A, 0xA1, 0x67, 0x76, 0x65, 0x72, 0x73, 0x69, 0x6F, 0x6E, 0x02]

    /// Reads the header.
    /// - Throws: `notCAR`, `unsupportedVersion`, and what is wrong with the header.
    public init(_ source: any ByteSource, limits: CARLimits = CARLimits()) throws(ContentAddressingError) {
        self.source = source
        self.limits = limits
        let start = try source.bytes(at: 0, atMost: Varint.maximumCount + 2)
        guard !start.elementsEqual(Self.version2) else { throw ContentAddressingError(.unsupportedVersion, offset: 0) }
        var cursor = Cursor(start)
        let count = try cursor.varint()
        guard count > 0 else { throw ContentAddressingError(.notCAR, offset: 0) }
        guard count <= limits.maximumHeader else { throw ContentAddressingError(.tooLarge, offset: 0) }
        offset = cursor.position + Int(count)
        guard offset <= source.count else { throw ContentAddressingError(.truncated, offset: source.count) }
        let body = try source.bytes(cursor.position..<offset)
        var dagLimits = DAGLimits()
        dagLimits.maximumDepth = 4
        guard let header = try? DAGCBOR.decode(body, limits: dagLimits), case .map(let entries) = header,
            case .integer(let version) = header["version"]
        else { throw ContentAddressingError(.notCAR, offset: 0) }
        guard version == 1 else { throw ContentAddressingError(.unsupportedVersion, offset: 0) }
        guard entries.count == 2, case .list(let values) = header["roots"] else {
            throw ContentAddressingError(.notCAR, offset: 0)
        }
        guard values.count <= limits.maximumRoots else { throw ContentAddressingError(.tooMany, offset: 0) }
        var roots: [CID] = []
        for value in values {
            guard case .link(let cid) = value else { throw ContentAddressingError(.notCAR, offset: 0) }
            roots.append(cid)
        }
        self.roots = roots
    }

    /// The next block, compared with its identifier; `nil` at the end.
    /// - Throws: `blockMismatch` where they differ, `unsupportedHash` where that cannot be told; `truncated`,
    ///   `tooLarge`, `tooMany`, `varintMalformed`, `notCID`, `unreadable`.
    public mutating func next() throws(ContentAddressingError) -> Section? {
        guard offset < source.count else { return nil }
        guard blockCount < limits.maximumBlocks else { throw ContentAddressingError(.tooMany, offset: offset) }
        let head = try source.bytes(at: offset, atMost: Self.maximumHead)
        var cursor = Cursor(head, origin: offset)
        let count = try cursor.varint()
        let start = cursor.offset
        guard count > 0 else { throw ContentAddressingError(.notCID, offset: offset) }
        guard count <= UInt64(limits.maximumBlock + Self.maximumHead) else {
            throw ContentAddressingError(.tooLarge, offset: offset)
        }
        let (end, overflow) = start.addingReportingOverflow(Int(count))
        guard !overflow, end <= source.count else { throw ContentAddressingError(.truncated, offset: source.count) }
        let cid = try CID(from: &cursor)
        guard cursor.offset <= end else { throw ContentAddressingError(.truncated, offset: end) }
        let range = cursor.offset..<end
        guard range.count <= limits.maximumBlock else {
            throw ContentAddressingError(.tooLarge, offset: offset, cid: cid)
        }
        let data = try source.bytes(range)
        let isNamed: Bool
        do throws(ContentAddressingError) {
            isNamed = try cid.hash.names(data)
        } catch {
            throw ContentAddressingError(error.code, offset: offset, cid: cid)
        }
        guard isNamed else { throw ContentAddressingError(.blockMismatch, offset: offset, cid: cid) }
        offset = end
        blockCount += 1
        return Section(cid: cid, data: data, range: range)
    }
}

extension ByteSource {
    func bytes(_ range: Range<Int>) throws(ContentAddressingError) -> Bytes {
        do throws(ByteIOError) {
            return try read(range)
        } catch {
            throw ContentAddressingError(.unreadable, offset: range.lowerBound)
        }
    }

    /// The bytes at `offset`, fewer at the end.
    func bytes(at offset: Int, atMost limit: Int) throws(ContentAddressingError) -> Bytes {
        try bytes(offset..<(offset + Swift.min(limit, count - offset)))
    }
}
