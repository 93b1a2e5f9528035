/// What part of a representation a `Range` field asks for (RFC 9110 §14).
public enum ByteRange: Hashable, Sendable {
    /// All of it: no field, another unit, several ranges, or a field that cannot be read.
    case whole
    /// These bytes.
    case part(Range<Int>)
    /// Nothing that exists: 416.
    case unsatisfiable

    /// - Parameters:
    ///   - header: the field's value.
    ///   - length: length of the whole representation in bytes.
    public init(_ header: String?, length: Int) {
        // Several ranges at once may be answered whole (§14.2); no downloader asks for them.
        guard let header, header.lowercased().hasPrefix("bytes="), !header.contains(",") else {
            self = .whole
            return
        }
        let bounds = header.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
            .map { HeaderList.trim($0) }
        guard bounds.count == 2, bounds.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else {
            self = .whole
            return
        }
        switch (bounds[0].isEmpty, bounds[1].isEmpty) {
        case (true, true): self = .whole
        case (true, false):
            // A number too large for Int asks for more than there is.
            let suffix = Int(bounds[1]) ?? Int.max
            self = suffix == 0 || length == 0 ? .unsatisfiable : .part(max(0, length - suffix)..<length)
        case (false, let isOpen):
            guard let first = Int(bounds[0]), first < length else {
                self = .unsatisfiable
                return
            }
            let last = isOpen ? length - 1 : min(length - 1, Int(bounds[1]) ?? Int.max)
            self = last < first ? .whole : .part(first..<(last + 1))
        }
    }
}
