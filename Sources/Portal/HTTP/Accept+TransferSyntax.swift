/// One encoding in which something can be had (PS3.18 §8.7.3).
public struct CodedOffer: Hashable, Sendable {
    public let type: MediaType
    /// UID.
    public let transferSyntax: String
    /// It lies there so; nothing has to be recoded.
    public let isStored: Bool
    /// What `type` means where no transfer syntax is named (PS3.18 Tables 8.7.3-2, -4, -5).
    public let isDefault: Bool

    public init(_ type: MediaType, _ transferSyntax: String, isStored: Bool = false, isDefault: Bool = false) {
        self.type = type
        self.transferSyntax = transferSyntax
        self.isStored = isStored
        self.isDefault = isDefault
    }
}

extension Accept {
    /// Those of `offers` that the client takes, the best first, in the order of `offers` among equals.
    public func acceptable(_ offers: [CodedOffer]) -> [CodedOffer] {
        offers.map { ($0, quality(of: $0)) }.filter { $0.1 > 0 }.enumerated()
            .sorted { ($1.element.1, $0.offset) < ($0.element.1, $1.offset) }
            .map(\.element.0)
    }

    /// Quality of `offer`, from the most precise range that matches both its type and its transfer syntax; 0 where
    /// none does. A range that names the type and no transfer syntax means the default one; `*`, and a range that
    /// leaves the type open, too, take what is there.
    public func quality(of offer: CodedOffer) -> Double {
        var best: Range?
        for range in ranges where Self.matches(range.type, offer.type) && range.takes(offer) {
            if let current = best, current.precision >= range.precision { continue }
            best = range
        }
        return best?.quality ?? 0
    }
}

extension Accept.Range {
    fileprivate func takes(_ offer: CodedOffer) -> Bool {
        switch type.parameters["transfer-syntax"] {
        case "*": true
        case let uid?: uid == offer.transferSyntax
        case nil: offer.isDefault || offer.isStored && isOpen
        }
    }

    /// Leaves open what the content is.
    private var isOpen: Bool {
        type.type == "*" || type.subtype == "*" || type.type == "multipart" && type.parameters["type"] == nil
    }
}
