import Foundation

/// A window: which part of the values is spread over the grey scale (PS3.3 C.11.2.1.2).
public struct Window: Sendable, Hashable, Codable {
    /// VOI LUT Function (0028,1056).
    public enum Function: String, Sendable, Hashable, Codable {
        case linear = "LINEAR"
        case linearExact = "LINEAR_EXACT"
        case sigmoid = "SIGMOID"
    }

    /// In units of the modality LUT's output: HU for CT.
    public let center: Double
    /// In the same units; at least 1 for `linear`, more than 0 otherwise.
    public let width: Double
    public let function: Function
    /// Window Center & Width Explanation.
    public let explanation: String?

    /// - Throws: `ImagingError.invalidRequest` for a width that the function does not allow.
    public init(
        center: Double, width: Double, function: Function = .linear, explanation: String? = nil
    ) throws(ImagingError) {
        guard center.isFinite, width.isFinite, function == .linear ? width >= 1 : width > 0 else {
            throw ImagingError(.invalidRequest, "a window needs a number as centre, and a width of at least 1")
        }
        self.center = center
        self.width = width
        self.function = function
        self.explanation = explanation
    }

    /// Reads `center,width[,function]` as the query parameter of a rendered resource has it (PS3.18 §8.3.5.1.4), with
    /// the functions `linear`, `linear-exact` and `sigmoid`.
    public init(parameter text: some StringProtocol) throws(ImagingError) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let functions = ["linear": Function.linear, "linear-exact": .linearExact, "sigmoid": .sigmoid]
        guard parts.count == 2 || parts.count == 3, let center = Double(parts[0]), let width = Double(parts[1]),
            let function = parts.count == 2 ? .linear : functions[parts[2].lowercased()]
        else { throw ImagingError(.invalidRequest, "a window is written center,width or center,width,function") }
        try self.init(center: center, width: width, function: function)
    }

    /// The same window with another function, where one is given.
    func with(_ function: Function?) throws(ImagingError) -> Window {
        guard let function, function != self.function else { return self }
        return try Window(center: center, width: width, function: function, explanation: explanation)
    }

    /// Where `value` comes to lie between black (0) and white (1): the formulas of C.11.2.1.2.1, C.11.2.1.3.1 and
    /// C.11.2.1.3.2.
    public func level(of value: Double) -> Double {
        switch function {
        case .linear:
            let half = (width - 1) / 2
            if value <= center - 0.5 - half { return 0 }
            if value > center - 0.5 + half { return 1 }
            return (value - (center - 0.5)) / (width - 1) + 0.5
        case .linearExact:
            if value <= center - width / 2 { return 0 }
            if value > center + width / 2 { return 1 }
            return (value - center) / width + 0.5
        case .sigmoid:
            return 1 / (1 + exp(-4 * (value - center) / width))
        }
    }
}
