/// A `numeric` in its binary form: decimal digits in groups of four (`numeric_send` of PostgreSQL's numeric.c).
struct PostgresNumeric {
    /// Exact decimal form, as the server would print it; "NaN", "Infinity", "-Infinity".
    let text: String

    init?(_ bytes: UnsafeRawBufferPointer) {
        guard let count = bytes.bigEndian(Int16.self), let weight = bytes.bigEndian(Int16.self, at: 2),
            let sign = bytes.bigEndian(UInt16.self, at: 4), let scale = bytes.bigEndian(UInt16.self, at: 6)
        else { return nil }
        switch sign {
        case 0xC000: text = "NaN"
        case 0xD000: text = "Infinity"
        case 0xF000: text = "-Infinity"
        case 0, 0x4000:
            var groups: [Int] = []
            for index in 0..<Swift.max(0, Int(count)) {
                guard let group = bytes.bigEndian(Int16.self, at: 8 + 2 * index), (0..<10_000).contains(group) else {
                    return nil
                }
                groups.append(Int(group))
            }
            text = (sign == 0 ? "" : "-") + PostgresNumeric.decimal(groups, weight: Int(weight), scale: Int(scale))
        default: return nil
        }
    }

    /// `groups[0]` counts 10000 to the power of `weight`; `scale` digits follow the point.
    private static func decimal(_ groups: [Int], weight: Int, scale: Int) -> String {
        func group(_ power: Int) -> String {
            let index = weight - power
            let digits = String(groups.indices.contains(index) ? groups[index] : 0)
            return String(repeating: "0", count: 4 - digits.count) + digits
        }
        var whole = ""
        if weight >= 0 { for power in stride(from: weight, through: 0, by: -1) { whole += group(power) } }
        whole = String(whole.drop { $0 == "0" })
        if whole.isEmpty { whole = "0" }
        guard scale > 0 else { return whole }
        var fraction = ""
        for power in 1...((scale + 3) / 4) { fraction += group(-power) }
        return whole + "." + fraction.prefix(scale)
    }
}
