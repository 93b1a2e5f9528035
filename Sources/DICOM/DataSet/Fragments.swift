/// Encapsulated pixel data: a sequence of items that hold bytes (PS3.5 §A.4).
public struct Fragments: Sendable, Equatable {
    /// The first item, the Basic Offset Table; it may be empty. `nil` where even the item is missing.
    public var offsetTable: RawValue?
    /// The other items.
    public var items: [RawValue]

    /// Encapsulated pixel data of `items`.
    public init(offsetTable: RawValue?, items: [RawValue]) {
        self.offsetTable = offsetTable
        self.items = items
    }

    /// Length of all fragments in bytes, without the offset table and the item headers.
    public var count: Int { items.reduce(0) { $0 + $1.count } }
}
