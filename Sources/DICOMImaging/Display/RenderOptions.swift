/// What a request changes about how a frame is shown.
public struct RenderOptions: Sendable, Hashable {
    /// Instead of the file's window or VOI LUT.
    public var window: Window?
    /// The file's window of this number, from 1, where `window` is `nil`.
    public var windowNumber: Int?
    /// The file's VOI LUT of this number, from 1, where neither of the above is there.
    public var tableNumber: Int?
    /// Instead of the window's own function.
    public var function: Window.Function?
    /// Bitmaps to be drawn over the image in white (`Overlay.bitmaps(of:frame:)`); none unless asked for.
    public var overlays: [OverlayBitmap] = []
    /// The part to show and the size to show it in; the frame's own size without.
    public var viewport: Viewport?
    /// Swaps black and white.
    public var isInverted: Bool

    public init(window: Window? = nil, viewport: Viewport? = nil, isInverted: Bool = false) {
        self.window = window
        self.viewport = viewport
        self.isInverted = isInverted
    }
}

/// A part of the image and the room it is shown in (PS3.18 §8.3.5.1.3).
public struct Viewport: Sendable, Hashable {
    /// Largest width or height of a rendered image.
    public static let maximumSide = 8192

    /// Room in pixels. The region is shown as large as fits, in its aspect ratio.
    public let columns: Int
    public let rows: Int
    /// Left, top, width and height of the region in pixels of the image; the whole image without.
    /// A negative width or height mirrors.
    public let region: [Double]?

    /// - Throws: `ImagingError.invalidRequest` for sizes outside 1 … `maximumSide` and for an empty region.
    public init(columns: Int, rows: Int, region: [Double]? = nil) throws(ImagingError) {
        guard (1...Self.maximumSide).contains(columns), (1...Self.maximumSide).contains(rows) else {
            throw ImagingError(.invalidRequest, "a viewport has between 1 and \(Self.maximumSide) rows and columns")
        }
        if let region {
            guard region.count == 4, region.allSatisfy({ $0.isFinite && abs($0) < 1e6 }), region[2] != 0,
                region[3] != 0
            else { throw ImagingError(.invalidRequest, "a viewport's region is left,top,width,height") }
        }
        self.columns = columns
        self.rows = rows
        self.region = region
    }

    /// A square of `side` pixels: for thumbnails.
    public init(fitting side: Int) throws(ImagingError) { try self.init(columns: side, rows: side) }

    /// Reads `vw,vh[,sx,sy,sw,sh]`; what is left out of the region is the image's, which is why it is needed.
    public init(
        parameter text: some StringProtocol, imageRows: Int, imageColumns: Int
    ) throws(ImagingError) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard (2...6).contains(parts.count), let columns = Int(parts[0]), let rows = Int(parts[1]) else {
            throw ImagingError(.invalidRequest, "a viewport is written width,height[,left,top,width,height]")
        }
        guard parts.count > 2 else {
            try self.init(columns: columns, rows: rows)
            return
        }
        var region = [0, 0, Double(imageColumns), Double(imageRows)]
        for (index, part) in parts.dropFirst(2).enumerated() where !part.isEmpty {
            guard let value = Double(part) else {
                throw ImagingError(.invalidRequest, "a viewport's region is made of numbers")
            }
            region[index] = value
        }
        try self.init(columns: columns, rows: rows, region: region)
    }
}
