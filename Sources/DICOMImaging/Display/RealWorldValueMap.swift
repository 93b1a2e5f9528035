import ByteIO
import DICOM

/// What stored values measure: an item of the Real World Value Mapping Sequence (PS3.3 C.7.6.16.2.11).
public struct RealWorldValueMap: Sendable, Hashable, Codable {
    /// Stored values that it holds for; `nil` where the file gives only the limits of floats, or none.
    public let mapped: ClosedRange<Int>?
    public let slope: Double
    public let intercept: Double
    /// Values one by one from the first mapped on, instead of slope and intercept; empty otherwise.
    public let table: [Double]
    /// Code Value of the Measurement Units, UCUM as a rule.
    public let units: String?
    /// LUT Label, else LUT Explanation: what the quantity is.
    public let label: String?

    /// - Returns: `nil` for an item with neither slope and intercept nor a table.
    init?(_ item: DataSet, isSigned: Bool) {
        func stored(_ tag: Tag) -> Int? {
            item.int(tag).map { isSigned && $0 > 32767 && $0 < 65536 ? $0 - 65536 : $0 }
        }
        if let first = stored(.RealWorldValueFirstValueMapped), let last = stored(.RealWorldValueLastValueMapped),
            first <= last
        {
            mapped = first...last
        } else {
            mapped = nil
        }
        let slope = item.double(.RealWorldValueSlope).flatMap { $0.isFinite ? $0 : nil }
        let intercept = item.double(.RealWorldValueIntercept).flatMap { $0.isFinite ? $0 : nil }
        table = mapped == nil ? [] : item.doubles(.RealWorldValueLUTData)
        guard slope != nil && intercept != nil || !table.isEmpty else { return nil }
        self.slope = slope ?? 1
        self.intercept = intercept ?? 0
        units = item.sequence(.MeasurementUnitsCodeSequence)?.first?.string(.CodeValue)
        label = item.string(.LUTLabel) ?? item.string(.LUTExplanation)
    }

    /// What `stored` measures; `nil` outside the values mapped.
    public func value(of stored: Int) -> Double? {
        if let mapped {
            guard mapped.contains(stored) else { return nil }
            guard table.isEmpty else {
                let (index, overflow) = stored.subtractingReportingOverflow(mapped.lowerBound)
                return !overflow && index < table.count ? table[index] : nil
            }
        }
        return Double(stored) * slope + intercept
    }
}
