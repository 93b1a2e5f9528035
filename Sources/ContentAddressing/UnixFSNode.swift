import ByteIO

/// What the data of a dag-pb node says about a file or folder (UnixFS).
struct UnixFSNode: Sendable, Equatable {
    enum Kind: UInt64, Sendable {
        case raw = 0
        case folder = 1
        case file = 2
        // Read to be refused by name: metadata, symbolic link, sharded folder.
        case metadata = 3
        case symbolicLink = 4
        case shardedFolder = 5
    }

    var kind: Kind
    var data = Bytes()
    /// Length of the file below this node; `nil` where it is not stated.
    var fileSize: UInt64?
    /// Length of the file below each link.
    var blockSizes: [UInt64] = []

    private enum Field {
        static let kind: UInt64 = 1 << 3 | 0
        static let data: UInt64 = 2 << 3 | 2
        static let fileSize: UInt64 = 3 << 3 | 0
        static let blockSize: UInt64 = 4 << 3 | 0
        static let blockSizesPacked: UInt64 = 4 << 3 | 2
        static let hashType: UInt64 = 5 << 3 | 0
        static let fanout: UInt64 = 6 << 3 | 0
        static let mode: UInt64 = 7 << 3 | 0
        static let time: UInt64 = 8 << 3 | 2
    }

    /// A folder, whose content is in its links only.
    static let folder = UnixFSNode(kind: .folder)

    init(kind: Kind, fileSize: UInt64? = nil, blockSizes: [UInt64] = []) {
        self.kind = kind
        self.fileSize = fileSize
        self.blockSizes = blockSizes
    }

    /// The encoding, in the order of the fields. Data are never written: leaves are raw blocks.
    var encoded: Bytes {
        var bytes: [UInt8] = []
        Varint.append(Field.kind, to: &bytes)
        Varint.append(kind.rawValue, to: &bytes)
        if let fileSize {
            Varint.append(Field.fileSize, to: &bytes)
            Varint.append(fileSize, to: &bytes)
        }
        for size in blockSizes {
            Varint.append(Field.blockSize, to: &bytes)
            Varint.append(size, to: &bytes)
        }
        return Bytes(bytes)
    }

    init(_ bytes: Bytes) throws(ContentAddressingError) {
        var cursor = Cursor(bytes)
        var kind: Kind?
        while !cursor.isAtEnd {
            let start = cursor
            switch try cursor.varint() {
            case Field.kind:
                guard kind == nil, let value = Kind(rawValue: try cursor.varint()) else {
                    throw start.failure(.nodeMalformed)
                }
                kind = value
            case Field.data: data = try cursor.take(try cursor.varint())
            case Field.fileSize: fileSize = try cursor.varint()
            case Field.blockSize: blockSizes.append(try cursor.varint())
            case Field.blockSizesPacked:
                var packed = Cursor(try cursor.take(try cursor.varint()))
                while !packed.isAtEnd { blockSizes.append(try packed.varint()) }
            // Of no consequence for what is read here.
            case Field.hashType, Field.fanout, Field.mode: _ = try cursor.varint()
            case Field.time: _ = try cursor.take(try cursor.varint())
            default: throw start.failure(.nodeMalformed)
            }
        }
        guard let kind else { throw cursor.failure(.nodeMalformed) }
        self.kind = kind
    }
}
