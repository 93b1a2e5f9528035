import ByteIO

/// A node of dag-pb: links, then data (protobuf as IPLD narrows it).
struct DAGPB: Sendable, Equatable {
    struct Link: Sendable, Equatable {
        let cid: CID
        let name: String
        /// Length of the block behind the link and of all blocks below it, each link's counted.
        let totalSize: UInt64
    }

    var links: [Link] = []
    var data: Bytes?

    /// Fields of protobuf: number and wire type in one.
    private enum Field {
        static let nodeData: UInt64 = 1 << 3 | 2
        static let nodeLink: UInt64 = 2 << 3 | 2
        static let linkCID: UInt64 = 1 << 3 | 2
        static let linkName: UInt64 = 2 << 3 | 2
        static let linkSize: UInt64 = 3 << 3 | 0
    }

    /// The canonical encoding: links before data, every field of a link written.
    var encoded: Bytes {
        var bytes: [UInt8] = []
        for link in links {
            Varint.append(Field.nodeLink, to: &bytes)
            let (cidCount, nameCount) = (link.cid.count, link.name.utf8.count)
            let body =
                1 + Varint.count(UInt64(cidCount)) + cidCount + 1 + Varint.count(UInt64(nameCount)) + nameCount
                + 1 + Varint.count(link.totalSize)
            Varint.append(UInt64(body), to: &bytes)
            Varint.append(Field.linkCID, to: &bytes)
            Varint.append(UInt64(cidCount), to: &bytes)
            link.cid.append(to: &bytes)
            Varint.append(Field.linkName, to: &bytes)
            Varint.append(UInt64(nameCount), to: &bytes)
            bytes += link.name.utf8
            Varint.append(Field.linkSize, to: &bytes)
            Varint.append(link.totalSize, to: &bytes)
        }
        if let data {
            Varint.append(Field.nodeData, to: &bytes)
            Varint.append(UInt64(data.count), to: &bytes)
            bytes += data.array
        }
        return Bytes(bytes)
    }

    init(links: [Link], data: Bytes?) {
        self.links = links
        self.data = data
    }

    /// Reads a node. Data may stand before the links, as old writers put it, but once and not between them.
    init(_ block: Bytes) throws(ContentAddressingError) {
        var cursor = Cursor(block)
        var linksEnded = false
        while !cursor.isAtEnd {
            let start = cursor
            switch try cursor.varint() {
            case Field.nodeData:
                guard data == nil else { throw start.failure(.nodeMalformed) }
                data = try cursor.take(try cursor.varint())
                linksEnded = !links.isEmpty
            case Field.nodeLink:
                guard !linksEnded else { throw start.failure(.nodeMalformed) }
                let count = try cursor.varint()
                let origin = cursor.offset
                links.append(try Self.link(Cursor(try cursor.take(count), origin: origin)))
            default: throw start.failure(.nodeMalformed)
            }
        }
    }

    /// Hash, name, size: in this order, each at most once, the hash always.
    private static func link(_ cursor: Cursor) throws(ContentAddressingError) -> Link {
        var cursor = cursor
        guard try cursor.varint() == Field.linkCID else { throw cursor.failure(.nodeMalformed) }
        let count = try cursor.varint()
        let origin = cursor.offset
        var inner = Cursor(try cursor.take(count), origin: origin)
        let cid = try CID(from: &inner)
        try inner.expectEnd()
        var name = ""
        var size: UInt64 = 0
        var last = Field.linkCID
        while !cursor.isAtEnd {
            let start = cursor
            let field = try cursor.varint()
            guard field > last else { throw start.failure(.nodeMalformed) }
            last = field
            switch field {
            case Field.linkName:
                guard let text = String(validating: try cursor.take(try cursor.varint()), as: UTF8.self) else {
                    throw start.failure(.notUTF8)
                }
                name = text
            case Field.linkSize: size = try cursor.varint()
            default: throw start.failure(.nodeMalformed)
            }
        }
        return Link(cid: cid, name: name, totalSize: size)
    }
}
