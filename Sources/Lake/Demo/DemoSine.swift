/// Sine by its own polynomial: the same bits on every machine and C library, so that images stay the same.
func demoSine(_ angle: Float) -> Float {
    let turns = angle * 0.159_154_94
    // −0.5 … 0.5 turns, folded to −0.25 … 0.25
    var part = turns - turns.rounded()
    if part > 0.25 { part = 0.5 - part } else if part < -0.25 { part = -0.5 - part }
    let x = part * 6.283_185_5
    let square = x * x
    return x * (1 - square / 6 * (1 - square / 20 * (1 - square / 42)))
}

/// Cosine to `demoSine`.
func demoCosine(_ angle: Float) -> Float { demoSine(angle + 1.570_796_4) }
