package dev.tenon.optim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.nn.Formula;
import dev.tenon.nn.loss.BinaryCrossEntropy;
import dev.tenon.nn.loss.BinaryCrossEntropyWithLogits;
import dev.tenon.nn.loss.CrossEntropy;
import dev.tenon.nn.loss.MeanSquaredError;
import dev.tenon.nn.loss.SparseCategoricalCrossEntropy;
import dev.tenon.nn.norm.BatchNorm;
import dev.tenon.nn.norm.CustomNorm;
import dev.tenon.nn.norm.GroupNorm;
import dev.tenon.nn.norm.InstanceNorm;
import dev.tenon.nn.norm.LayerNorm;
import dev.tenon.nn.norm.LocalResponseNorm;
import dev.tenon.nn.norm.RMSNorm;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Whoever reads the formula of an optimizer, a schedule, a norm or a loss finds each of its
/// letters explained.
class FormulaSymbolsTest {
    private static final List<Formula> FORMULAS =
            List.of(
                    Sgd.KERAS.formula(),
                    Sgd.PYTORCH.formula(),
                    RmsProp.KERAS.formula(),
                    RmsProp.PYTORCH.formula(),
                    Adam.KERAS.formula(),
                    Adam.PYTORCH.formula(),
                    AdamW.KERAS.formula(),
                    Adamax.KERAS.formula(),
                    Adamax.PYTORCH.formula(),
                    Nadam.KERAS.formula(),
                    Adadelta.KERAS.formula(),
                    Adadelta.PYTORCH.formula(),
                    Adagrad.KERAS.formula(),
                    Adagrad.PYTORCH.formula(),
                    Adafactor.KERAS.formula(),
                    Ftrl.KERAS.formula(),
                    Lion.KERAS.formula(),
                    Lamb.KERAS.formula(),
                    Muon.KERAS.formula(),
                    ScheduleFreeAdamW.KERAS.formula(),
                    Radam.PYTORCH.formula(),
                    Asgd.PYTORCH.formula(),
                    GradientClip.byNorm(1).formula(),
                    GradientClip.byEachNorm(1).formula(),
                    GradientClip.byValue(1).formula(),
                    CosineDecay.of(1, 1).formula(),
                    CosineDecayRestarts.of(1, 1).formula(),
                    new ExponentialDecay(1, 1, 1, false).formula(),
                    new InverseTimeDecay(1, 1, 1, false).formula(),
                    new PolynomialDecay(1, 1, 0, 1, false).formula(),
                    PiecewiseConstantDecay.FORMULA,
                    BatchNorm.FORMULA,
                    InstanceNorm.FORMULA,
                    GroupNorm.FORMULA,
                    LayerNorm.FORMULA,
                    RMSNorm.FORMULA,
                    LocalResponseNorm.FORMULA,
                    CustomNorm.FORMULA,
                    CrossEntropy.FORMULA,
                    SparseCategoricalCrossEntropy.FORMULA,
                    BinaryCrossEntropy.FORMULA,
                    BinaryCrossEntropyWithLogits.FORMULA,
                    MeanSquaredError.FORMULA);

    /// The number, the mark of a norm, and the letters that count.
    private static final List<String> KNOWN = List.of("e", "F", "i", "j");

    private static final Pattern WORDS =
            Pattern.compile("\\\\(text|operatorname|begin|end)\\{[^}]*}");
    private static final Pattern LETTER = Pattern.compile("(?<![a-zA-Z\\\\])[a-zA-Z](?![a-zA-Z])");
    private static final Pattern GREEK =
            Pattern.compile(
                    "\\\\(alpha|beta|gamma|varepsilon|eta|kappa|lambda|mu|psi|rho|sigma|ell)(?![a-z])");

    @Test
    void everyLetterIsExplained() {
        for (Formula formula : FORMULAS) {
            String tex = WORDS.matcher(formula.tex()).replaceAll(" ");
            List<String> explained = new ArrayList<>();
            for (String symbol : formula.symbols().keySet()) {
                explained.addAll(letters(symbol));
            }
            assertThat(explained).as(formula.tex()).containsAll(letters(tex));
        }
    }

    private static List<String> letters(String tex) {
        List<String> found = new ArrayList<>();
        for (Pattern kind : List.of(LETTER, GREEK)) {
            Matcher matcher = kind.matcher(tex);
            while (matcher.find()) {
                if (!KNOWN.contains(matcher.group())) {
                    found.add(matcher.group());
                }
            }
        }
        return found;
    }
}
