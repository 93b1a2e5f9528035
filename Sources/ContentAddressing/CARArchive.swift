public import ByteIO
import Vault

/// A whole CAR whose blocks have been verified, and where each of them lies. What is kept is about a hundred
/// bytes a block.
public struct CARArchive: Sendable {
    public let roots: [CID]
    /// Blocks that differ from one another.
    public var blockCount: Int { places.count + identityCount }
    /// Blocks that had been there already.
    public let duplicateCount: Int
    /// Length of the CAR.
    public var count: Int { source.count }
    public let limits: CARLimits

    private let source: any ByteSource
    /// Where the block with a digest lies, whatever its codec.
    private let places: [SHA256.Digest: Place]
    /// Blocks that are their own identifier.
    private let identityCount: Int

    private struct Place: Sendable {
        let offset: Int
        let count: UInt32
    }

    /// Reads `source` from end to end and verifies every block.
    /// - Parameter progress: Told after each block how many bytes have been read.
    public init(
        _ source: any ByteSource, limits: CARLimits = CARLimits(), progress: (Int) -> Void = { _ in }
    ) throws(ContentAddressingError) {
        self.source = source
        self.limits = limits
        var reader = try CARReader(source, limits: limits)
        roots = reader.roots
        var places: [SHA256.Digest: Place] = [:]
        var (duplicates, identities) = (0, 0)
        while let section = try reader.next() {
            guard let digest = section.cid.hash.sha256, let length = UInt32(exactly: section.range.count) else {
                identities += 1
                continue
            }
            let place = Place(offset: section.range.lowerBound, count: length)
            if places.updateValue(place, forKey: digest) != nil { duplicates += 1 }
            progress(reader.offset)
        }
        self.places = places
        duplicateCount = duplicates
        identityCount = identities
    }

    /// Whether the block is here, or is its own identifier.
    public func contains(_ cid: CID) -> Bool {
        cid.hash.function == .identity || cid.hash.sha256.map { places[$0] != nil } ?? false
    }

    /// The block of `cid`, compared with its identifier once more: the source may have changed since.
    /// - Throws: `blockMissing`, `blockMismatch`, `unreadable`.
    public func block(_ cid: CID) throws(ContentAddressingError) -> Bytes {
        if cid.hash.function == .identity { return cid.hash.digest }
        guard let digest = cid.hash.sha256, let place = places[digest] else {
            throw ContentAddressingError(.blockMissing, cid: cid)
        }
        let block = try source.bytes(place.offset..<(place.offset + Int(place.count)))
        guard SHA256.value(of: block) == digest else {
            throw ContentAddressingError(.blockMismatch, offset: place.offset, cid: cid)
        }
        return block
    }

    private struct Seen: Hashable {
        let digest: SHA256.Digest
        let codec: UInt64
    }

    private static let known: Set<CID.Codec> = [.raw, .dagPB, .dagCBOR]

    /// What following the links showed.
    public struct Completeness: Sendable, Hashable {
        /// Links that lead nowhere; the first of them.
        public fileprivate(set) var missing: [CID] = []
        public fileprivate(set) var missingCount = 0
        /// Blocks that no root leads to.
        public fileprivate(set) var unreachableCount = 0
        /// Blocks whose links cannot be told, since their codec is not known here.
        public fileprivate(set) var opaqueCount = 0

        /// Nothing is missing, and nothing is there in vain.
        public init() {}

        /// Whether everything is here that the roots lead to.
        public var isComplete: Bool { missingCount == 0 && opaqueCount == 0 }
    }

    /// Follows the links from every root, or from those that are named.
    /// - Throws: What is wrong with a node that is here.
    /// - Parameter listing: How many missing blocks are named.
    public func completeness(from starts: [CID]? = nil, listing: Int = 100) throws(ContentAddressingError)
        -> Completeness
    {
        var result = Completeness()
        // The same bytes may be linked to under two codecs, and only one of them may have links.
        var seen: Set<Seen> = []
        var reached: Set<SHA256.Digest> = []
        var waiting: [CID] = []
        func visit(_ cid: CID) {
            guard cid.hash.function != .identity else { return waiting.append(cid) }
            guard let digest = cid.hash.sha256 else { return note(missing: cid) }
            guard places[digest] != nil else { return note(missing: cid) }
            let codec: UInt64 = Self.known.contains(cid.codec) ? cid.codec.rawValue : 0
            guard seen.insert(Seen(digest: digest, codec: codec)).inserted else { return }
            reached.insert(digest)
            // A run of bytes links to nothing.
            if cid.codec != .raw { waiting.append(cid) }
        }
        func note(missing cid: CID) {
            result.missingCount += 1
            if result.missing.count < listing { result.missing.append(cid) }
        }
        for root in starts ?? roots { visit(root) }
        while let cid = waiting.popLast() {
            switch cid.codec {
            case .raw: break
            case .dagPB: for link in try node(cid).links { visit(link.cid) }
            case .dagCBOR:
                let bytes = try block(cid)
                do throws(ContentAddressingError) {
                    try DAGCBOR.decode(bytes).forEachLink(visit)
                } catch {
                    throw error.within(cid)
                }
            default: result.opaqueCount += 1
            }
        }
        result.unreachableCount = places.count - reached.count
        return result
    }

    /// The dag-pb node of `cid`.
    func node(_ cid: CID) throws(ContentAddressingError) -> DAGPB {
        let bytes = try block(cid)
        do throws(ContentAddressingError) { return try DAGPB(bytes) } catch { throw error.within(cid) }
    }
}
