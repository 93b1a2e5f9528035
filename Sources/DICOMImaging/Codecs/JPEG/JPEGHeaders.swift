/// One component of a frame (T.81 §B.2.2).
struct JPEGComponent: Sendable, Hashable {
    var identifier: UInt8
    /// Sampling factors, 1 … 4.
    var horizontal: Int
    var vertical: Int
    /// Number of its quantisation table, 0 … 3.
    var quantisation: Int
}

/// A frame header (T.81 §B.2.2).
struct JPEGFrameHeader: Sendable, Hashable {
    var process: JPEGProcess
    /// Bits of a sample.
    var precision: Int
    /// 0 until a DNL segment tells.
    var rows: Int
    var columns: Int
    var components: [JPEGComponent]

    var maximumHorizontal: Int { components.map(\.horizontal).max() ?? 1 }
    var maximumVertical: Int { components.map(\.vertical).max() ?? 1 }
}

/// A scan header (T.81 §B.2.3).
struct JPEGScanHeader: Sendable, Hashable {
    struct Component: Sendable, Hashable {
        /// Place of the component in the frame header.
        var index: Int
        /// Numbers of its Huffman tables, 0 … 3.
        var dc: Int
        var ac: Int
    }

    var components: [Component]
    /// First coefficient in zigzag order, or the predictor of lossless JPEG.
    var start: Int
    /// Last coefficient.
    var end: Int
    /// Successive approximation: bit position of the scan before (0: none) and of this one; the second is the point
    /// transform of lossless JPEG.
    var high: Int
    var low: Int
}

/// What marker segments define for the scans after them.
struct JPEGTables: Sendable {
    /// Each 64 steps in row order.
    var quantisation: [[UInt16]?] = [nil, nil, nil, nil]
    var dc: [JPEGHuffmanCode?] = [nil, nil, nil, nil]
    var ac: [JPEGHuffmanCode?] = [nil, nil, nil, nil]
    /// MCUs between two restart markers; 0: there are none.
    var restartInterval = 0
}

/// What application markers say of the meaning of three components.
struct JPEGColourMarks: Sendable {
    var isJFIF = false
    var adobeTransform: UInt8?

    /// `nil` where nothing is certain.
    func colour(of components: [JPEGComponent]) -> CodestreamHeader.Colour? {
        guard components.count == 3 else { return nil }
        if isJFIF { return .ybrFull }
        switch adobeTransform {
        case 0: return .rgb
        case 1: return .ybrFull
        case nil: return components.map(\.identifier) == Array("RGB".utf8) ? .rgb : nil
        default: return nil
        }
    }
}
