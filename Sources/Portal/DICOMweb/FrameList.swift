/// Frame numbers of a path: `1,3,5` (PS3.18 §10.4.1.1.4), from 1, in the order asked for.
public enum FrameList {
    /// - Returns: `nil` where the text is no such list or names more than 10,000.
    public static func parse(_ text: String) -> [Int]? {
        var frames: [Int] = []
        for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let number = Int(piece), number > 0, frames.count < 10_000 else { return nil }
            frames.append(number)
        }
        return frames.isEmpty ? nil : frames
    }
}
