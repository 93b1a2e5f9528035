/// Spine, ribs, sternum and shoulder blades.
struct DemoSkeleton: Sendable {
    /// Middle of the uppermost vertebral body, and the distance of the next.
    private static let firstVertebra: Float = 144
    private static let period: Float = 27

    /// Compact bone, and what is inside of it.
    private let bones: [DemoTube]
    private let cartilage: [DemoTube]

    private typealias Point = DemoTube.Point

    /// The spine's curve: y of the middle of the vertebral body.
    private static func spine(_ z: Float) -> Float { 57 + 5 * demoSine(z * 0.012 + 0.4) }

    init() {
        var bones: [DemoTube] = []
        var cartilage: [DemoTube] = []
        for index in 0..<13 {
            let z = Self.firstVertebra - Float(index) * Self.period
            bones += Self.arch(z)
            if index < 10 {
                for side: Float in [-1, 1] {
                    let (rib, tip) = Self.rib(index, z, side)
                    bones += rib
                    cartilage += tip
                }
            }
        }
        for side: Float in [-1, 1] {
            bones += DemoTube.path(
                [
                    Point(side * 128, 40, 152), Point(side * 112, 66, 122), Point(side * 92, 78, 78),
                    Point(side * 86, 80, 40),
                ],
                radii: [6, 4, 3.5, 2.5])
            bones += DemoTube.path(
                [
                    Point(side * 128, 40, 152), Point(side * 136, 52, 118), Point(side * 116, 72, 74),
                    Point(side * 90, 80, 42),
                ],
                radii: [5, 3, 3, 2.5])
        }
        self.bones = bones
        self.cartilage = cartilage
    }

    /// Pedicles, lamina, transverse and spinous processes of the vertebra at `z`.
    private static func arch(_ z: Float) -> [DemoTube] {
        let y = spine(z)
        var tubes: [DemoTube] = []
        for side: Float in [-1, 1] {
            tubes += DemoTube.path(
                [Point(side * 12, y + 9, z + 4), Point(side * 14, y + 24, z + 3), Point(0, y + 32, z - 4)],
                radii: [5, 5, 3.5])
            tubes += DemoTube.path(
                [Point(side * 14, y + 24, z + 3), Point(side * 34, y + 27, z + 4)], radii: [4.5, 3.5])
        }
        return tubes + DemoTube.path([Point(0, y + 32, z - 4), Point(0, y + 37, z - 14)], radii: [3.4, 2.6])
    }

    /// A rib falls from the spine to the front; the last ones end early. Bone, then cartilage.
    private static func rib(_ index: Int, _ z: Float, _ side: Float) -> ([DemoTube], [DemoTube]) {
        let end: Float = index < 7 ? 2.75 : index < 9 ? 2.35 : 1.75
        let first: Float = 0.28
        let points = (0...36).map { step -> Point in
            let angle = first + (end - first) * Float(step) / 36
            let fall = (angle - first) / 2.4
            let pointZ = z + 6 - 62 * fall
            let (a, b) = DemoTorso.body(pointZ)
            let rise = max(0, pointZ - 78) / 77
            let top = 50 * rise * rise
            return Point(
                side * (a - 29 - top) * demoSine(angle) * 1.02, 3 + (b - 24 - top * 0.25) * demoCosine(angle), pointZ)
        }
        let bony = points.firstIndex { $0.y < -62 } ?? points.count - 1
        let bone = DemoTube.path(Array(points[...bony]), radii: [5.2])
        return (bone, DemoTube.path(Array(points[bony...]), radii: [5]))
    }

    func paint(_ canvas: inout DemoCanvas) {
        let z = canvas.z
        let y = Self.spine(z)
        let place = (Self.firstVertebra - z) / Self.period
        let offset = abs(place - place.rounded()) * Self.period
        canvas.ellipse(0, y, 20.5, 15.5, .init(value: 85, tissue: .bone))
        if offset < 10.5 {
            let isEnd = offset > 8.8
            canvas.ellipse(0, y, 20.5, 15.5, .init(value: isEnd ? 420 : 460, tissue: .bone))
            if !isEnd { canvas.ellipse(0, y, 18.8, 13.8, .init(value: 185, tissue: .bone)) }
        }
        canvas.tube(cartilage, .init(value: 108, tissue: .muscle))
        canvas.tube(bones, .init(value: 620, tissue: .bone))
        canvas.tube(bones, grow: -1.6, .init(value: 240, tissue: .bone))
        if z < 112, z > -8 {
            let front = DemoTorso.body(z).1 - 22
            canvas.ellipse(0, -front, 17, 6, .init(value: 480, tissue: .bone))
            canvas.ellipse(0, -front, 15.2, 4.3, .init(value: 160, tissue: .bone))
        }
        canvas.ellipse(0, y + 22, 9.5, 8, .init(value: 14, tissue: .organ))
        if z > -70 { canvas.ellipse(0, y + 22, 5.5, 4.2, .init(value: 42, tissue: .organ)) }
    }
}
