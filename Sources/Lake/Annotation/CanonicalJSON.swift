/// JSON in its one canonical form (RFC 8785), so that a digest of it can be computed again by anybody: members by name,
/// no white space, numbers as ECMAScript writes them.
indirect enum CanonicalJSON {
    case null
    case integer(Int)
    /// Finite.
    case number(Double)
    case string(String)
    case array([CanonicalJSON])
    /// Members in any order, with names in ASCII.
    case object([(name: String, value: CanonicalJSON)])

    var text: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .integer(let number): text += String(number)
        case .number(let number): text += Self.text(of: number)
        case .string(let string): Self.write(string, to: &text)
        case .array(let elements):
            text += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { text += "," }
                element.write(to: &text)
            }
            text += "]"
        case .object(let members):
            text += "{"
            let sorted = members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            for (index, member) in sorted.enumerated() {
                if index > 0 { text += "," }
                Self.write(member.name, to: &text)
                text += ":"
                member.value.write(to: &text)
            }
            text += "}"
        }
    }

    private static func write(_ string: String, to text: inout String) {
        text += "\""
        defer { text += "\"" }
        guard string.utf8.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) else {
            text += string
            return
        }
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\u{8}": text += "\\b"
            case "\t": text += "\\t"
            case "\n": text += "\\n"
            case "\u{C}": text += "\\f"
            case "\r": text += "\\r"
            case let control where control.value < 0x20:
                text += "\\u00" + (control.value < 0x10 ? "0" : "") + String(control.value, radix: 16)
            default: text.unicodeScalars.append(scalar)
            }
        }
    }

    /// `Number::toString` of ECMA-262 §6.1.6.1.20. Swift gives the same digits, but other places for the exponent.
    static func text(of number: Double) -> String {
        guard number != 0, number.isFinite else { return "0" }
        let (digits, point) = digits(of: number.magnitude)
        let sign = number < 0 ? "-" : ""
        let count = digits.utf8.count
        switch point {
        case count...21: return sign + digits + String(repeating: "0", count: point - count)
        case 1...21: return sign + digits.prefix(point) + "." + digits.dropFirst(point)
        case -5...0: return sign + "0." + String(repeating: "0", count: -point) + digits
        default:
            let exponent = point - 1
            let mantissa = digits.prefix(1) + (count > 1 ? "." + digits.dropFirst() : "")
            return sign + mantissa + "e" + (exponent < 0 ? "-" : "+") + String(exponent.magnitude)
        }
    }

    /// The shortest digits that mean `number`, and how many of them stand before the point.
    private static func digits(of number: Double) -> (digits: String, point: Int) {
        let halves = number.description.split(separator: "e", maxSplits: 1)
        let exponent = halves.count > 1 ? Int(halves[1].drop { $0 == "+" }) ?? 0 : 0
        let parts = halves[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        let all = parts[0] + fraction
        let leading = all.prefix { $0 == "0" }.count
        var digits = String(all.dropFirst(leading))
        while digits.last == "0" { digits.removeLast() }
        return (digits, parts[0].utf8.count + exponent - leading)
    }
}
