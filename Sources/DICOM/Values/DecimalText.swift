internal import Glibc

/// Numbers as text: DS and IS (PS3.5 §6.2).
enum DecimalText {
    /// The integer that `text` is, with what files add to it: spaces, a sign, a fraction of zeros.
    static func integer(_ text: String) -> Int? {
        if let number = Int(text) { return number }
        return double(text).flatMap { Int(exactly: $0) }
    }

    /// The number that `text` is, a finite one.
    static func double(_ text: String) -> Double? {
        guard let number = json(text) else { return nil }
        guard let value = Double(number), value.isFinite else { return nil }
        return value
    }

    /// `text` as a number of JSON (RFC 8259 §6), digits kept: without plus signs and leading zeros, with digits on
    /// both sides of the point. `nil` where it is no decimal number.
    static func json(_ text: String) -> String? {
        var digits = Substring(text).utf8
        var result = ""
        if digits.first == UInt8(ascii: "-") { result = "-" }
        if digits.first == UInt8(ascii: "-") || digits.first == UInt8(ascii: "+") { digits.removeFirst() }
        let whole = take(&digits)
        var fraction: Substring.UTF8View?
        if digits.first == UInt8(ascii: ".") {
            digits.removeFirst()
            fraction = take(&digits)
        }
        guard !(whole.isEmpty && (fraction?.isEmpty ?? true)) else { return nil }
        let significant = Substring(whole).drop { $0 == "0" }
        result += significant.isEmpty ? "0" : significant
        if let fraction, !fraction.isEmpty { result += ".\(Substring(fraction))" }
        guard let mark = digits.first else { return result }
        guard mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") else { return nil }
        digits.removeFirst()
        var exponent = "e"
        if let sign = digits.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            exponent += sign == UInt8(ascii: "-") ? "-" : "+"
            digits.removeFirst()
        }
        let power = take(&digits)
        guard !power.isEmpty, digits.isEmpty else { return nil }
        return result + exponent + Substring(power)
    }

    /// `value` in at most 16 characters, as DS allows.
    static func text(_ value: Double) -> String {
        guard value.isFinite else { return "" }
        if let whole = Int(exactly: value), abs(value) < 1e15 { return "\(whole)" }
        let shortest = "\(value)"
        if shortest.utf8.count <= 16 { return shortest }
        for precision in stride(from: 15, through: 1, by: -1) {
            let text = formatted(value, precision: precision)
            if text.utf8.count <= 16 { return text }
        }
        return ""
    }

    private static func formatted(_ value: Double, precision: Int) -> String {
        var buffer = [CChar](repeating: 0, count: 64)
        let length = unsafe withVaList([Int32(precision), value]) {
            unsafe vsnprintf(&buffer, buffer.count, "%.*g", $0)
        }
        let digits = buffer.prefix(max(0, min(Int(length), buffer.count - 1))).map { UInt8(bitPattern: $0) }
        return String(decoding: digits, as: UTF8.self)
    }

    private static func take(_ digits: inout Substring.UTF8View) -> Substring.UTF8View {
        let taken = digits.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        digits = digits[taken.endIndex...]
        return taken
    }
}
