/// A rectangle of pixels, counted from 0 at the top left: the same in every frame.
public struct PixelRegion: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Column of the leftmost pixel.
    public let x: Int
    /// Row of the topmost pixel.
    public let y: Int
    /// Columns, at least 1.
    public let width: Int
    /// Rows, at least 1.
    public let height: Int

    /// Greatest coordinate or length: Rows and Columns are numbers of 16 bits (PS3.3 C.7.6.3).
    public static let maximum = 65535

    /// `nil` where a coordinate is negative, a length is not positive, or one of them is over `maximum`.
    public init?(x: Int, y: Int, width: Int, height: Int) {
        let limit = Self.maximum
        guard (0...limit).contains(x), (0...limit).contains(y), (1...limit).contains(width),
            (1...limit).contains(height)
        else { return nil }
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    /// Reads "x,y,width,height".
    public init?(_ text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part in Int(part.filter { $0 != " " }) }
        guard parts.count == 4, numbers.count == 4 else { return nil }
        self.init(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3])
    }

    private enum CodingKeys: String, CodingKey { case x, y, width, height }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let region = PixelRegion(
            x: try container.decode(Int.self, forKey: .x), y: try container.decode(Int.self, forKey: .y),
            width: try container.decode(Int.self, forKey: .width),
            height: try container.decode(Int.self, forKey: .height))
        guard let region else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "not a region of an image"))
        }
        self = region
    }

    /// "x,y,width,height".
    public var description: String { "\(x),\(y),\(width),\(height)" }

    /// Columns that it covers.
    public var columns: Range<Int> { x..<(x + width) }
    /// Rows that it covers.
    public var rows: Range<Int> { y..<(y + height) }
    /// Pixels in it.
    public var area: Int { width * height }

    /// The part within an image of that size; `nil` where it lies outside.
    public func clipped(rows: Int, columns: Int) -> PixelRegion? {
        PixelRegion(x: x, y: y, width: min(width, columns - x), height: min(height, rows - y))
    }

    /// Larger by `margin` pixels on each side, as far as coordinates go.
    public func grown(by margin: Int) -> PixelRegion {
        let left = max(0, x - margin)
        let top = max(0, y - margin)
        let right = min(Self.maximum, x + width + margin)
        let bottom = min(Self.maximum, y + height + margin)
        return PixelRegion(x: left, y: top, width: right - left, height: bottom - top) ?? self
    }

    /// Whether all of `other` lies in it.
    public func contains(_ other: PixelRegion) -> Bool {
        x <= other.x && y <= other.y && x + width >= other.x + other.width && y + height >= other.y + other.height
    }

    /// Whether they share a pixel.
    public func overlaps(_ other: PixelRegion) -> Bool {
        columns.overlaps(other.columns) && rows.overlaps(other.rows)
    }

    /// The smallest region that holds both.
    public func joined(_ other: PixelRegion) -> PixelRegion {
        let left = min(x, other.x)
        let top = min(y, other.y)
        let right = min(Self.maximum, max(x + width, other.x + other.width))
        let bottom = min(Self.maximum, max(y + height, other.y + other.height))
        return PixelRegion(x: left, y: top, width: right - left, height: bottom - top) ?? self
    }

    /// What `regions` leave of an image, as regions that do not overlap, from top to bottom.
    public static func outside(_ regions: [PixelRegion], rows: Int, columns: Int) -> [PixelRegion] {
        guard rows > 0, columns > 0 else { return [] }
        let clipped = regions.compactMap { $0.clipped(rows: rows, columns: columns) }
        let edges = Set(clipped.flatMap { [$0.y, $0.y + $0.height] } + [0, rows]).sorted()
        var out: [PixelRegion] = []
        for (top, bottom) in zip(edges, edges.dropFirst()) {
            let spans = clipped.filter { $0.rows.contains(top) }.map(\.columns).sorted { $0.lowerBound < $1.lowerBound }
            var left = 0
            for span in spans + [columns..<columns] {
                let gap = PixelRegion(x: left, y: top, width: span.lowerBound - left, height: bottom - top)
                if let gap { out.append(gap) }
                left = max(left, span.upperBound)
            }
        }
        return merged(out)
    }

    /// Regions of equal columns, one right below the other, as one.
    private static func merged(_ regions: [PixelRegion]) -> [PixelRegion] {
        var out: [PixelRegion] = []
        for region in regions {
            if let index = out.lastIndex(where: { $0.columns == region.columns && $0.y + $0.height == region.y }) {
                out[index] = out[index].joined(region)
            } else {
                out.append(region)
            }
        }
        return out
    }

    /// Pixels that `regions` cover in an image of that size, each counted once.
    public static func covered(_ regions: [PixelRegion], rows: Int, columns: Int) -> Int {
        rows * columns - outside(regions, rows: rows, columns: columns).reduce(0) { $0 + $1.area }
    }
}
