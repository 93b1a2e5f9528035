/// The items of a URL's query, decoded, in order (application/x-www-form-urlencoded as the URL standard reads it).
public struct QueryItems: Hashable, Sendable {
    /// Names and values, in order.
    public let items: [Item]

    /// One name and its value.
    public struct Item: Hashable, Sendable {
        public let name: String
        public let value: String
    }

    /// Reads the text after `?`. Items whose bytes are no UTF-8 are dropped.
    public init(_ query: some StringProtocol) {
        items = query.split(separator: "&").compactMap { text in
            let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decode(halves[0]), let value = halves.count > 1 ? Self.decode(halves[1]) : ""
            else { return nil }
            return Item(name: name, value: value)
        }
    }

    /// The first value called `name`.
    public subscript(name: String) -> String? { items.first { $0.name == name }?.value }

    /// All values called `name`, those separated by commas as well.
    public func list(_ name: String) -> [String] {
        items.filter { $0.name == name }.flatMap { $0.value.split(separator: ",").map(String.init) }
    }

    /// Percent-decoded text, `+` as a blank where `plusIsBlank`; `nil` where it is no UTF-8 or an escape is broken.
    public static func decode(_ text: some StringProtocol, plusIsBlank: Bool = true) -> String? {
        let source = text.utf8
        guard source.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return String(text)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(source.count)
        var index = source.startIndex
        while index < source.endIndex {
            let byte = source[index]
            index = source.index(after: index)
            switch byte {
            case UInt8(ascii: "+") where plusIsBlank: bytes.append(0x20)
            case UInt8(ascii: "%"):
                guard let middle = source.index(index, offsetBy: 1, limitedBy: source.endIndex),
                    middle < source.endIndex, let high = hex(source[index]), let low = hex(source[middle])
                else { return nil }
                bytes.append(high << 4 | low)
                index = source.index(after: middle)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hex(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
