/// What a client would take, best first (RFC 9110 §12.5.1).
public struct Accept: Sendable {
    /// One acceptable range.
    public struct Range: Sendable {
        public let type: MediaType
        /// 0 to 1.
        public let quality: Double

        /// 0 for `*/*`, 1 for `type/*`, 2 for a full type, one more for each parameter.
        var precision: Int {
            (type.type == "*" ? 0 : type.subtype == "*" ? 1 : 2) + type.parameters.count
        }
    }

    /// Ranges in the client's order of preference.
    public let ranges: [Range]

    /// - Parameter header: the field's value; `nil` or empty accepts everything. Elements that cannot be read are
    ///   skipped.
    public init(_ header: String?) {
        guard let header, !header.isEmpty else {
            ranges = [Range(type: MediaType("*", "*"), quality: 1)]
            return
        }
        var ranges: [Range] = []
        for element in HeaderList.split(header, at: ",") {
            guard let type = MediaType(element) else { continue }
            var parameters = type.parameters
            let quality = parameters.removeValue(forKey: "q").map { Double($0) ?? 0 } ?? 1
            ranges.append(
                Range(type: MediaType(type.type, type.subtype, parameters), quality: min(1, max(0, quality))))
        }
        // Stable: among equals the client's order counts.
        self.ranges = ranges.enumerated()
            .sorted { ($1.element.quality, $0.offset) < ($0.element.quality, $1.offset) }
            .map(\.element)
    }

    /// Quality of `offer`, from the most precise range that matches it; 0 where none does. Parameters of the range
    /// other than `transfer-syntax` (PS3.18 §8.7.3.5.2, which `CodedOffer`s are asked for), `boundary` and `charset` must agree.
    public func quality(of offer: MediaType) -> Double {
        var best: Range?
        for range in ranges where Self.matches(range.type, offer) {
            if let current = best, current.precision >= range.precision { continue }
            best = range
        }
        return best?.quality ?? 0
    }

    /// The offer the client likes best, the earlier one among equals; `nil` where none is acceptable.
    public func best(of offers: [MediaType]) -> MediaType? {
        var best: (offer: MediaType, quality: Double)?
        for offer in offers {
            let quality = quality(of: offer)
            if quality > best?.quality ?? 0 { best = (offer, quality) }
        }
        return best?.offer
    }

    static func matches(_ range: MediaType, _ offer: MediaType) -> Bool {
        guard range.type == "*" || range.type == offer.type, range.subtype == "*" || range.subtype == offer.subtype
        else { return false }
        return range.parameters.allSatisfy { name, value in
            if name == "transfer-syntax" || name == "boundary" || name == "charset" { return true }
            return offer.parameters[name]?.lowercased() == value.lowercased()
        }
    }
}
