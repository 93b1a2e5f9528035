/// Splits a multipart body into its parts while it arrives (RFC 2046 §5.1.1, RFC 2387).
///
/// The parser owns no more than a boundary's length of the body: what it is fed it lends on as it is. Chunks may be
/// cut anywhere, within a boundary too.
public struct MultipartParser: Sendable {
    /// What is refused before memory is spent on it.
    public struct Limits: Sendable {
        /// Bytes before the first boundary.
        public var preamble = 64 << 10
        /// Bytes of one part's header.
        public var header = 16 << 10
        /// Parts in one body.
        public var parts = 1_000_000

        public init() {}
    }

    /// What the body says next. The lent bytes must not outlive the call.
    public enum Event {
        case began(MultipartHeader)
        case bytes(UnsafeRawBufferPointer)
        case ended
    }

    private enum State { case preamble, afterBoundary, header, body, epilogue }

    /// CR LF - - boundary.
    private let delimiter: [UInt8]
    /// How far the search may move on after each byte.
    private let shifts: [UInt8]
    private let limits: Limits
    private var state = State.preamble
    /// Bytes that may be the start of a delimiter, or a header that is not complete yet.
    private var held: [UInt8]
    private var offset = 0
    private var parts = 0
    private var skipped = 0

    /// A parser for bodies cut by `boundary`.
    /// - Throws: `MultipartError.noBoundary` unless it has 1 to 70 characters of RFC 2046.
    public init(boundary: String, limits: Limits = Limits()) throws(MultipartError) {
        let characters = Array(boundary.utf8)
        guard (1...70).contains(characters.count), characters.allSatisfy({ (0x20...0x7E).contains($0) }),
            characters.last != UInt8(ascii: " ")
        else { throw MultipartError(.noBoundary, offset: 0) }
        let delimiter = [0x0D, 0x0A, 0x2D, 0x2D] + characters
        var shifts = [UInt8](repeating: UInt8(delimiter.count), count: 256)
        for (index, byte) in delimiter.dropLast().enumerated() {
            shifts[Int(byte)] = UInt8(delimiter.count - 1 - index)
        }
        self.delimiter = delimiter
        self.shifts = shifts
        self.limits = limits
        // A body may begin with its boundary, without the line break before it.
        held = [0x0D, 0x0A]
    }

    /// Whether the closing boundary has been seen. What follows it is ignored.
    public var isComplete: Bool { state == .epilogue }

    /// Call after the last chunk.
    /// - Throws: `MultipartError.truncated` when the closing boundary is missing.
    public func finish() throws(MultipartError) {
        guard isComplete else { throw MultipartError(.truncated, offset: offset) }
    }

    /// Reads the next chunk and hands its events to `emit` in order.
    public mutating func consume(
        _ chunk: UnsafeRawBufferPointer, _ emit: (Event) throws -> Void
    ) throws {
        var rest = chunk
        while !rest.isEmpty {
            let before = rest.count
            switch state {
            case .preamble, .body: rest = try scan(rest, emit)
            case .afterBoundary: rest = try readBoundaryEnd(rest)
            case .header: rest = try readHeader(rest, emit)
            case .epilogue: rest = UnsafeRawBufferPointer(rebasing: rest[rest.endIndex...])
            }
            offset += before - rest.count
        }
    }

    // MARK: Content

    /// Consumes content up to and with the next delimiter, or all there is.
    private mutating func scan(
        _ chunk: UnsafeRawBufferPointer, _ emit: (Event) throws -> Void
    ) throws -> UnsafeRawBufferPointer {
        var chunk = chunk
        if !held.isEmpty {
            let (rest, isDelimiter) = try resolveHeld(chunk, emit)
            if isDelimiter || rest.isEmpty { return rest }
            chunk = rest
        }
        if let start = find(in: chunk) {
            try lend(UnsafeRawBufferPointer(rebasing: chunk[..<start]), emit)
            try endOfContent(emit)
            return UnsafeRawBufferPointer(rebasing: chunk[(start + delimiter.count)...])
        }
        let tail = possibleStart(in: chunk)
        try lend(UnsafeRawBufferPointer(rebasing: chunk[..<tail]), emit)
        held.append(contentsOf: chunk[tail...])
        return UnsafeRawBufferPointer(rebasing: chunk[chunk.endIndex...])
    }

    /// Decides about bytes held back from the last chunk: completes them to a delimiter, or lends them as content
    /// (CR begins a delimiter and occurs in it once, so no delimiter can begin within them), or holds all of the
    /// chunk too. Returns what is left of the chunk and whether the delimiter was completed.
    private mutating func resolveHeld(
        _ chunk: UnsafeRawBufferPointer, _ emit: (Event) throws -> Void
    ) throws -> (rest: UnsafeRawBufferPointer, isDelimiter: Bool) {
        var used = 0
        while held.count < delimiter.count, used < chunk.count, delimiter[held.count] == chunk[used] {
            held.append(chunk[used])
            used += 1
        }
        let rest = UnsafeRawBufferPointer(rebasing: chunk[used...])
        if held.count == delimiter.count {
            held.removeAll(keepingCapacity: true)
            try endOfContent(emit)
            return (rest, true)
        }
        if !rest.isEmpty {
            let content = held
            held.removeAll(keepingCapacity: true)
            try content.withUnsafeBytes { try lend($0, emit) }
        }
        return (rest, false)
    }

    private mutating func lend(_ bytes: UnsafeRawBufferPointer, _ emit: (Event) throws -> Void) throws {
        guard !bytes.isEmpty else { return }
        if state == .body { return try emit(.bytes(bytes)) }
        skipped += bytes.count
        guard skipped <= limits.preamble else { throw MultipartError(.preambleTooLong, offset: offset) }
    }

    private mutating func endOfContent(_ emit: (Event) throws -> Void) throws {
        if state == .body { try emit(.ended) }
        state = .afterBoundary
    }

    /// Where the whole delimiter begins in `chunk`: Horspool's search, which looks at one byte in a delimiter's
    /// length of pixels.
    private func find(in chunk: UnsafeRawBufferPointer) -> Int? {
        let length = delimiter.count
        guard chunk.count >= length, let base = chunk.baseAddress else { return nil }
        return shifts.withUnsafeBufferPointer { shifts in
            delimiter.withUnsafeBufferPointer { delimiter in
                let last = delimiter[length - 1]
                var start = 0
                while start <= chunk.count - length {
                    let byte = base.load(fromByteOffset: start + length - 1, as: UInt8.self)
                    if byte == last {
                        var index = 0
                        while index < length - 1, chunk[start + index] == delimiter[index] { index += 1 }
                        if index == length - 1 { return start }
                    }
                    start += Int(shifts[Int(byte)])
                }
                return nil
            }
        }
    }

    /// Where the last bytes of `chunk` begin that could be the start of a delimiter; `chunk.count` where none could.
    private func possibleStart(in chunk: UnsafeRawBufferPointer) -> Int {
        var index = max(0, chunk.count - (delimiter.count - 1))
        while index < chunk.count {
            if chunk[index] == 0x0D, delimiter.starts(with: chunk[index...]) { return index }
            index += 1
        }
        return chunk.count
    }

    // MARK: Boundary line and header

    /// After a delimiter: "--" closes the body, blanks and CR LF begin a part.
    private mutating func readBoundaryEnd(_ chunk: UnsafeRawBufferPointer) throws -> UnsafeRawBufferPointer {
        for (index, byte) in chunk.enumerated() {
            held.append(byte)
            let rest = UnsafeRawBufferPointer(rebasing: chunk[(index + 1)...])
            if held.count == 2, held == [0x2D, 0x2D] {
                held.removeAll(keepingCapacity: true)
                state = .epilogue
                return rest
            }
            if byte == 0x0A, held.dropLast().last == 0x0D {
                guard held.dropLast(2).allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else {
                    throw MultipartError(.badHeader, offset: offset + index)
                }
                parts += 1
                guard parts <= limits.parts else { throw MultipartError(.tooManyParts, offset: offset + index) }
                // The header's own search is for CR LF CR LF, which an empty header begins with.
                held = [0x0D, 0x0A]
                state = .header
                return rest
            }
            guard held.count <= limits.header else { throw MultipartError(.headerTooLong, offset: offset + index) }
        }
        return UnsafeRawBufferPointer(rebasing: chunk[chunk.endIndex...])
    }

    /// A part's header up to its empty line.
    private mutating func readHeader(
        _ chunk: UnsafeRawBufferPointer, _ emit: (Event) throws -> Void
    ) throws -> UnsafeRawBufferPointer {
        for (index, byte) in chunk.enumerated() {
            held.append(byte)
            if byte == 0x0A, held.count >= 4, held.suffix(4).elementsEqual([0x0D, 0x0A, 0x0D, 0x0A]) {
                guard let header = MultipartHeader(lines: held.dropFirst(2).dropLast(2)) else {
                    throw MultipartError(.badHeader, offset: offset + index)
                }
                held.removeAll(keepingCapacity: true)
                state = .body
                try emit(.began(header))
                return UnsafeRawBufferPointer(rebasing: chunk[(index + 1)...])
            }
            guard held.count <= limits.header else { throw MultipartError(.headerTooLong, offset: offset + index) }
        }
        return UnsafeRawBufferPointer(rebasing: chunk[chunk.endIndex...])
    }
}
