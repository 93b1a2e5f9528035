public import ByteIO

/// The sealed form of an object: a header and AES-256-GCM chunks, any range of which can be read alone.
/// Format: Docs/Formats/sealed-object.md.
public enum SealedObject {
    /// Length of the header in bytes.
    public static let headerCount = 16 + saltCount
    /// Plaintext bytes in every chunk but the last.
    public static let chunkSize = 1 << chunkSizeExponent
    /// Bytes that every chunk adds.
    public static let chunkOverhead = AESGCM.tagCount

    static let saltCount = 32
    static let chunkSizeExponent = 16
    static let maximumPlaintext = 1 << 46
    private static let magic = Array("TARNSEAL".utf8)
    private static let version: UInt8 = 1

    /// Length of the sealed form of `plaintext` bytes.
    public static func sealedCount(plaintext: Int) -> Int {
        headerCount + plaintext + chunkCount(plaintext: plaintext) * chunkOverhead
    }

    /// Length of the plaintext of a sealed object of `sealed` bytes; `nil` where no plaintext gives that length.
    public static func plaintextCount(sealed: Int) -> Int? {
        let body = sealed - headerCount
        guard body >= chunkOverhead else { return nil }
        let chunks = (body + chunkSize + chunkOverhead - 1) / (chunkSize + chunkOverhead)
        let plaintext = body - chunks * chunkOverhead
        guard plaintext >= 0, sealedCount(plaintext: plaintext) == sealed else { return nil }
        return plaintext
    }

    /// `pieces` of `source` sealed in one go, in memory.
    /// - Throws: `sourceFailed` where the source cannot be read.
    public static func seal(
        _ pieces: [Piece], from source: any ByteSource, key: SymmetricKey, context: SealingContext
    ) throws(VaultError) -> Bytes {
        let sealer = try Sealer(key: key, context: context, plaintextCount: pieces.byteCount)
        return try unsafe Bytes(count: sealer.sealedCount) { target throws(VaultError) in
            guard var next = target.baseAddress else { return }
            unsafe sealer.header.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
            unsafe next += headerCount
            try Self.forEachRun(of: pieces, from: source) { run throws(VaultError) in
                try unsafe run.withUnsafeBytes { bytes throws(VaultError) in
                    unsafe next = try unsafe sealer.seal(bytes, into: next)
                }
            }
            if sealer.plaintextCount == 0 { try unsafe sealer.finishEmpty(into: next) }
        }
    }

    /// `plaintext` sealed in one go.
    public static func seal(
        _ plaintext: Bytes, key: SymmetricKey, context: SealingContext
    ) throws(VaultError) -> Bytes {
        try seal([.literal(plaintext)], from: Bytes(), key: key, context: context)
    }

    /// `pieces` of `source` sealed as a stream: `emit` gets the sealed bytes in order, in runs of about a megabyte.
    public static func seal(
        _ pieces: [Piece], from source: any ByteSource, key: SymmetricKey, context: SealingContext,
        emit: (Bytes) throws(VaultError) -> Void
    ) throws(VaultError) {
        let sealer = try Sealer(key: key, context: context, plaintextCount: pieces.byteCount)
        try emit(sealer.header)
        try forEachRun(of: pieces, from: source) { run throws(VaultError) in try emit(try sealer.seal(run)) }
        let rest = try sealer.finish()
        if !rest.isEmpty { try emit(rest) }
    }

    /// The plaintext of a sealed object that is whole in memory.
    public static func open(_ sealed: Bytes, key: SymmetricKey, context: SealingContext) throws(VaultError) -> Bytes {
        let reader = try SealedReader(
            header: sealed[clamping: 0..<headerCount], sealedCount: sealed.count, key: key, context: context)
        return try reader.open(sealed[clamping: headerCount..<sealed.count], covering: 0..<reader.plaintextCount)
    }

    /// Literals as they are (memory already), ranges of the source by the megabyte.
    private static func forEachRun(
        of pieces: [Piece], from source: any ByteSource, _ body: (Bytes) throws(VaultError) -> Void
    ) throws(VaultError) {
        let limit = 1 << 20
        for piece in pieces {
            var offset: Int
            let end: Int
            switch piece {
            case .literal(let bytes): (offset, end) = (0, bytes.count)
            case .source(let range): (offset, end) = (range.lowerBound, range.upperBound)
            }
            while offset < end {
                let next = min(end, offset + limit)
                let run: Bytes
                switch piece {
                case .literal(let bytes): run = bytes[clamping: offset..<next]
                case .source:
                    do throws(ByteIOError) { run = try source.read(offset..<next) } catch {
                        throw VaultError(.sourceFailed, errno: error.errno)
                    }
                }
                try body(run)
                offset = next
            }
        }
    }

    static func chunkCount(plaintext: Int) -> Int { max(1, (plaintext + chunkSize - 1) / chunkSize) }

    static func header(salt: Bytes) -> Bytes {
        Bytes(magic + [version, UInt8(chunkSizeExponent), 0, 0, 0, 0, 0, 0] + salt.array)
    }

    static func checkHeader(_ header: Bytes) throws(VaultError) {
        guard header.count == headerCount else { throw VaultError(.truncated, offset: header.count) }
        guard header.prefix(magic.count).elementsEqual(magic) else { throw VaultError(.notSealed, offset: 0) }
        guard header[8] == version, header[9] == UInt8(chunkSizeExponent), header[10..<16].allSatisfy({ $0 == 0 })
        else { throw VaultError(.unsupportedVersion, offset: 8) }
    }

    /// The key of one object: never the study's own, and another for every header.
    static func objectKey(_ key: SymmetricKey, header: Bytes, context: SealingContext) -> SymmetricKey {
        HKDF.key(
            from: key, salt: header[clamping: 16..<headerCount],
            info: Bytes(Array("tarn sealed object 1".utf8) + header.prefix(16) + context.encoded.array))
    }

    /// Begins chunk `index`: nonce = index; associated data = digest of the context, index, last-chunk flag.
    static func begin(
        _ cipher: AESGCM, contextDigest: Bytes, chunk index: Int, isLast: Bool
    ) throws(VaultError) {
        let count = SHA256.count + 9
        try unsafe withUnsafeTemporaryAllocation(byteCount: count, alignment: 8) { data throws(VaultError) in
            unsafe contextDigest.withUnsafeBytes { unsafe data.copyMemory(from: $0) }
            unsafe data.storeBytes(
                of: UInt64(truncatingIfNeeded: index).bigEndian, toByteOffset: SHA256.count, as: UInt64.self)
            unsafe data[count - 1] = isLast ? 1 : 0
            try unsafe cipher.begin(nonce: Nonce(index), associatedData: UnsafeRawBufferPointer(data))
        }
    }
}
