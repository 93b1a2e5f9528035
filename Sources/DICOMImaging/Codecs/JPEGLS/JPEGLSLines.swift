/// The line being decoded or encoded and the one above it, of each component, with a sample more on either side.
@safe struct JPEGLSLines {
    /// Samples behind the last line that `fill` may overwrite.
    static let slack = 8

    /// Samples from one component's line to the next's.
    let stride: Int
    /// RUNindex of each component (ITU-T T.87 §B.2).
    var runIndices = [0, 0, 0, 0]
    private let memory: UnsafeMutablePointer<UInt16>
    private let size: Int
    private var isOdd = false

    init(width: Int, components: Int) {
        stride = width + 2
        size = components * stride + Self.slack
        unsafe memory = UnsafeMutablePointer.allocate(capacity: 2 * size)
        clear()
    }

    func free() { unsafe memory.deallocate() }

    /// As before the first line (§A.2.1): everything above is 0.
    mutating func clear() {
        unsafe memory.initialize(repeating: 0, count: 2 * size)
        runIndices = [0, 0, 0, 0]
    }

    /// The current lines become those above, whose last sample is repeated to the right (§A.2.1).
    mutating func advance() {
        isOdd.toggle()
        for end in Swift.stride(from: stride - 1, to: size - Self.slack, by: stride) {
            let line = unsafe above(0)
            unsafe line[end] = line[end - 1]
        }
    }

    func current(_ component: Int) -> UnsafeMutablePointer<UInt16> {
        unsafe memory + ((isOdd ? size : 0) + component * stride)
    }

    func above(_ component: Int) -> UnsafeMutablePointer<UInt16> {
        unsafe memory + ((isOdd ? 0 : size) + component * stride)
    }

    /// Sets `count` samples, and up to `slack` behind them, which nobody has written yet.
    @inline(__always)
    static func fill(_ line: UnsafeMutablePointer<UInt16>, with sample: UInt16, count: Int) {
        let block = SIMD8<UInt16>(repeating: sample)
        let memory = UnsafeMutableRawPointer(line)
        var at = 0
        repeat {
            unsafe memory.storeBytes(of: block, toByteOffset: at &* 2, as: SIMD8<UInt16>.self)
            at &+= 8
        } while at < count
    }
}
