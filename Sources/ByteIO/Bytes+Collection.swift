extension Bytes: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { count }

    /// The byte at `index`. Traps outside `0..<count`, as an array does: check hostile offsets first.
    @inlinable
    public subscript(index: Int) -> UInt8 { unsafe pointer[index] }
}

extension Bytes: Hashable {
    public static func == (left: Bytes, right: Bytes) -> Bool {
        unsafe left.count == right.count && left.pointer.elementsEqual(right.pointer)
    }

    public func hash(into hasher: inout Hasher) { unsafe hasher.combine(bytes: pointer) }
}

extension Bytes: ExpressibleByArrayLiteral {
    public init(arrayLiteral elements: UInt8...) { self.init(elements) }
}

extension Bytes: CustomStringConvertible {
    /// The length only: the content may be a patient's.
    public var description: String { "\(count) bytes" }
}
