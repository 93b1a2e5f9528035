/// Data elements in the order of their file, usually that of their tags (PS3.5 §7.1).
public struct DataSet: Sendable {
    /// All elements, those that stand twice twice. Setting it keeps what is unchanged in each element.
    public var elements: [DataElement] {
        get { stored }
        set {
            stored = newValue
            isSorted = DataSet.ascends(newValue)
            origin = nil
        }
    }

    private(set) var stored: [DataElement]
    private var isSorted: Bool
    var origin: Origin?
    /// What (0008,0005) of the enclosing data set declares (PS3.3 §C.12.1.1.2).
    var inheritedCharacterSet: CharacterSet

    /// An empty data set.
    public init() { self.init([]) }

    /// A data set of `elements`, in their order.
    public init(_ elements: [DataElement]) {
        stored = elements
        isSorted = DataSet.ascends(elements)
        inheritedCharacterSet = .default
    }

    init(
        read elements: [DataElement], isSorted: Bool, origin: Origin?, inheritedCharacterSet: CharacterSet = .default
    ) {
        stored = elements
        self.isSorted = isSorted
        self.origin = origin
        self.inheritedCharacterSet = inheritedCharacterSet
    }

    /// Whether there are no elements.
    public var isEmpty: Bool { stored.isEmpty }

    /// The element with `tag`; where it stands more than once, the last.
    public subscript(tag: Tag) -> DataElement? { index(of: tag).map { stored[$0] } }

    /// Whether an element has `tag`.
    public func contains(_ tag: Tag) -> Bool { index(of: tag) != nil }

    /// Puts `element` in the place of all that have its tag, or else where its tag belongs.
    public mutating func set(_ element: DataElement) {
        origin = nil
        if let index = index(of: element.tag) {
            stored[index] = element
            removeDuplicates(ofElementAt: index)
        } else {
            let place = stored.firstIndex { $0.tag > element.tag } ?? stored.endIndex
            stored.insert(element, at: place)
        }
    }

    /// Takes out every element with `tag`; `false` where there is none.
    @discardableResult
    public mutating func remove(_ tag: Tag) -> Bool {
        guard contains(tag) else { return false }
        stored.removeAll { $0.tag == tag }
        origin = nil
        return true
    }

    /// Puts `element`, which has the same tag, in the place of the one at `index`.
    mutating func replace(at index: Int, with element: DataElement) {
        stored[index] = element
        origin = nil
    }

    private mutating func removeDuplicates(ofElementAt kept: Int) {
        let tag = stored[kept].tag
        guard stored.indices.contains(where: { stored[$0].tag == tag && $0 != kept }) else { return }
        stored = stored.indices.filter { stored[$0].tag != tag || $0 == kept }.map { stored[$0] }
    }

    /// The place of `tag`; where it stands more than once, the last.
    private func index(of tag: Tag) -> Int? {
        guard isSorted else { return stored.lastIndex { $0.tag == tag } }
        var low = 0
        var high = stored.count
        while low < high {
            let middle = (low + high) >> 1
            if stored[middle].tag <= tag { low = middle + 1 } else { high = middle }
        }
        return low > 0 && stored[low - 1].tag == tag ? low - 1 : nil
    }

    private static func ascends(_ elements: [DataElement]) -> Bool {
        zip(elements, elements.dropFirst()).allSatisfy { $0.tag <= $1.tag }
    }
}

extension DataSet: Equatable {
    /// Whether the elements are the same, wherever they came from.
    public static func == (left: DataSet, right: DataSet) -> Bool { left.stored == right.stored }
}

extension DataSet: CustomStringConvertible, CustomReflectable {
    /// The number of elements only: their values may be a patient's.
    public var description: String { "\(stored.count) elements" }

    /// Nothing within, for the same reason.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
