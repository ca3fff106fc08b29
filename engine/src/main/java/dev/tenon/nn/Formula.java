package dev.tenon.nn;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// A formula as data: the studio, the Javadoc and generated pages show the same one.
///
/// @param tex the formula in TeX, without delimiters
/// @param symbols what each symbol of the formula means, in reading order
/// @param source where the formula is from: a paper or a reference
public record Formula(String tex, SequencedMap<String, String> symbols, String source) {
    /// Copies the symbols.
    public Formula {
        symbols = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(symbols));
    }

    /// Returns a formula whose symbols alternate with their meanings.
    ///
    /// @throws IllegalArgumentException if a symbol has no meaning or comes twice
    public static Formula of(String tex, String source, String... symbolsAndMeanings) {
        if (symbolsAndMeanings.length % 2 != 0) {
            throw new IllegalArgumentException(
                    "formula: each symbol needs a meaning; got "
                            + String.join(", ", symbolsAndMeanings));
        }
        SequencedMap<String, String> symbols = new LinkedHashMap<>();
        for (int i = 0; i < symbolsAndMeanings.length; i += 2) {
            if (symbols.put(symbolsAndMeanings[i], symbolsAndMeanings[i + 1]) != null) {
                throw new IllegalArgumentException(
                        "formula: symbols must differ; got " + symbolsAndMeanings[i] + " twice");
            }
        }
        return new Formula(tex, symbols, source);
    }
}
