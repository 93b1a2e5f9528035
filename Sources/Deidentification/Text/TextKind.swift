/// What something that was taken out of a text is.
public enum TextKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// A word of no list.
    case word
    case name
    /// An age that few people reach.
    case age
    /// A number or an ID.
    case id
    case date
    /// An address or an institution.
    case place
    /// A telephone number, mail or web address.
    case contact

    /// Of two reasons for one place the one that says more.
    func or(_ other: TextKind) -> TextKind { self == .word ? other : self }
}
