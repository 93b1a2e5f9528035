/// A lookup table as LUT Descriptor and LUT Data describe it (PS3.3 C.11.1.1.1, C.11.2.1.1, C.7.6.3.1.5).
public struct LookupTable: Sendable, Hashable, Codable {
    /// The input that the first entry belongs to.
    public let firstMapped: Int
    /// Significant bits of an entry.
    public let bits: Int
    /// At least one entry.
    public let entries: [UInt16]

    /// - Throws: `ImagingError.invalidDescription` without entries or for bits other than 1 … 16.
    public init(firstMapped: Int, bits: Int, entries: [UInt16]) throws(ImagingError) {
        guard !entries.isEmpty, (1...16).contains(bits) else {
            throw ImagingError(.invalidDescription, "a lookup table has no entries, or entries of impossible width")
        }
        self.firstMapped = firstMapped
        self.bits = bits
        self.entries = entries
    }

    /// The entry for `input`; inputs before the first get the first entry, those behind the last the last.
    public subscript(input: Int) -> Int {
        guard input > firstMapped else { return Int(entries[0]) }
        let (index, overflow) = input.subtractingReportingOverflow(firstMapped)
        return Int(entries[overflow ? entries.count - 1 : min(index, entries.count - 1)])
    }

    /// Where `fraction`, 0 … 1 of the whole table, leads: 0 … 1 of what an entry can hold (PS3.3 C.11.6.1).
    func output(ofFraction fraction: Double) -> Double {
        Double(entries[Int(fraction * Double(entries.count - 1) + 0.5)]) / Double(maximum)
    }

    /// Largest value that an entry can hold.
    var maximum: Int { (1 << bits) - 1 }
}

/// Three lookup tables that give a stored value its colour (PS3.3 C.7.9).
public struct Palette: Sendable, Hashable, Codable {
    public let red: LookupTable
    public let green: LookupTable
    public let blue: LookupTable

    public init(red: LookupTable, green: LookupTable, blue: LookupTable) {
        self.red = red
        self.green = green
        self.blue = blue
    }
}
