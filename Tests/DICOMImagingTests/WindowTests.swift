import DICOMImaging
import Testing

/// Values by hand from the formulas of PS3.3 C.11.2.1.2 and C.11.2.1.3.
@Suite struct WindowTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let function: Window.Function
        let center: Double
        let width: Double
        let value: Double
        let level: Double

        var testDescription: String { "\(function) \(center)/\(width) at \(value)" }
    }

    @Test(arguments: [
        // C.11.2.1.2.2, the standard's note: centre 2048, width 4096 is the identity of 12 bits.
        Case(function: .linear, center: 2048, width: 4096, value: 0, level: 0),
        Case(function: .linear, center: 2048, width: 4096, value: 1, level: 1.0 / 4095),
        Case(function: .linear, center: 2048, width: 4096, value: 4095, level: 1),
        Case(function: .linear, center: 2048, width: 1, value: 2047, level: 0),
        Case(function: .linear, center: 2048, width: 1, value: 2048, level: 1),
        // c = 0, w = 100: black up to −50, white above 49, else (x + 0.5) / 99 + 0.5
        Case(function: .linear, center: 0, width: 100, value: -50, level: 0),
        Case(function: .linear, center: 0, width: 100, value: -49, level: 1.0 / 99),
        Case(function: .linear, center: 0, width: 100, value: 49, level: 1),
        Case(function: .linear, center: 0, width: 100, value: 50, level: 1),
        Case(function: .linearExact, center: 0, width: 100, value: -50, level: 0),
        Case(function: .linearExact, center: 0, width: 100, value: -49, level: 0.01),
        Case(function: .linearExact, center: 0, width: 100, value: 50, level: 1),
        Case(function: .linearExact, center: 0, width: 0.5, value: 0.125, level: 0.75),
        Case(function: .sigmoid, center: 40, width: 400, value: 40, level: 0.5),
        Case(function: .sigmoid, center: 40, width: 400, value: 140, level: 0.7310585786300049),
        Case(function: .sigmoid, center: 40, width: 400, value: -60, level: 0.2689414213699951),
    ])
    func `a value comes to lie where the formula says`(_ example: Case) throws {
        let window = try Window(center: example.center, width: example.width, function: example.function)
        #expect(abs(window.level(of: example.value) - example.level) < 1e-12)
    }

    @Test func `widths that a function does not allow are refused`() {
        #expect(throws: ImagingError.self) { try Window(center: 0, width: 0.5) }
        #expect(throws: ImagingError.self) { try Window(center: 0, width: 0, function: .linearExact) }
        #expect(throws: ImagingError.self) { try Window(center: .nan, width: 5) }
        #expect(throws: ImagingError.self) { try Window(center: 0, width: .infinity) }
    }

    @Test func `a query's window is read`() throws {
        #expect(try Window(parameter: "-600,1500") == Window(center: -600, width: 1500))
        #expect(try Window(parameter: "40.5,400,sigmoid") == Window(center: 40.5, width: 400, function: .sigmoid))
        #expect(try Window(parameter: "1,2,LINEAR-EXACT") == Window(center: 1, width: 2, function: .linearExact))
    }

    @Test(arguments: ["", "40", "40,", ",400", "a,b", "40,0", "40,-5", "40,400,cubic", "40,400,linear,1", "nan,1"])
    func `what is no window is refused`(_ text: String) {
        #expect(throws: ImagingError.self) { try Window(parameter: text) }
    }
}
