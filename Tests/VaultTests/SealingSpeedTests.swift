import ByteIO
import Foundation
import Testing
import Vault

/// Figures for `make bench`; runs only where `TARN_MEASURE` is set, since a busy machine says nothing.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["TARN_MEASURE"] != nil))
struct SealingSpeedTests {
    @Test func sealingAndOpeningKeepUpWithTheDisk() throws {
        let plaintext = SecureRandom.bytes(532_000)
        let context = SealingContext("image", "2.25.1")
        let key = SymmetricKey()
        let clock = ContinuousClock()
        let rounds = 1000
        var sealed = Bytes()
        let sealing = try clock.measure {
            for _ in 0..<rounds { sealed = try SealedObject.seal(plaintext, key: key, context: context) }
        }
        let opening = try clock.measure {
            for _ in 0..<rounds { _ = try SealedObject.open(sealed, key: key, context: context) }
        }
        let hashing = clock.measure { for _ in 0..<200 { _ = SHA256.of(plaintext) } }
        let password = try clock.measure { _ = try PasswordHash.make("a") }
        func rate(_ time: Duration, _ rounds: Int) -> Double {
            Double(rounds * plaintext.count) / (time / .seconds(1)) / 1e9
        }
        print(
            "sealing \(rate(sealing, rounds)) GB/s, opening \(rate(opening, rounds)) GB/s,",
            "SHA-256 \(rate(hashing, 200)) GB/s, Argon2id \(password)")
        #expect(rate(sealing, rounds) > 2)
    }
}
