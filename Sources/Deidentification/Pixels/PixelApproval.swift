public import DICOMImaging

/// What a person decided for all images of a signature: what is blacked out before they are published.
public struct PixelApproval: Sendable, Hashable, Codable {
    /// Blacked out in every frame; may be empty, where the person saw nothing that has to go.
    public let regions: [PixelRegion]
    /// Where the person saw text and left it: a scale, a side, a protocol. Text that is found elsewhere sends an image
    /// back to a person. `nil`: later images are not searched.
    public let seen: [PixelRegion]?

    public init(regions: [PixelRegion], seen: [PixelRegion]? = nil) {
        self.regions = regions
        self.seen = seen
    }
}
