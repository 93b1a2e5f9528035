import ColdStorage
import Testing

@Suite struct ColdStorageErrorTests {
    @Test func itSaysItsReason() {
        #expect("\(ColdStorageError(.missing, "the backend does not have it"))" == "the backend does not have it")
    }
}
