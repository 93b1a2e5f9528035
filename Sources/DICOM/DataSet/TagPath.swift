/// Where an element stands: tags from the outermost sequence inwards, with the item numbers between them.
public struct TagPath: Hashable, Sendable {
    /// One level of nesting.
    public struct Step: Hashable, Sendable {
        /// The element.
        public let tag: Tag
        /// The item of `tag` that the next step lies in, from 0; `nil` in the last step.
        public let item: Int?

        /// The element `tag`, or item number `item` of it.
        public init(_ tag: Tag, item: Int? = nil) {
            self.tag = tag
            self.item = item
        }
    }

    /// From the outermost element inwards.
    public var steps: [Step]

    /// The path of `steps`.
    public init(_ steps: [Step]) { self.steps = steps }

    /// The path of an element of the outermost data set.
    public init(_ tag: Tag) { self.init([Step(tag)]) }

    /// This path with `tag` in item `item` of its last element.
    public func appending(item: Int, _ tag: Tag) -> TagPath {
        var steps = steps
        if let last = steps.popLast() { steps.append(Step(last.tag, item: item)) }
        steps.append(Step(tag))
        return TagPath(steps)
    }
}

extension TagPath: CustomStringConvertible {
    /// "(0008,1140)[0].(0008,1155)"; where more than eight levels lie above, their number stands for them.
    public var description: String {
        let shown = steps.suffix(8).map { step in step.item.map { "\(step.tag)[\($0)]" } ?? "\(step.tag)" }
        let text = shown.joined(separator: ".")
        return shown.count == steps.count ? text : "\(steps.count - shown.count) levels.\(text)"
    }
}
