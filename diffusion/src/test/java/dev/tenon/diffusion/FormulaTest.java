package dev.tenon.diffusion;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.diffusion.training.DiffusionTraining;
import dev.tenon.diffusion.training.Ema;
import dev.tenon.nn.Formula;
import java.util.List;
import org.junit.jupiter.api.Test;

class FormulaTest {
    private static final List<Formula> FORMULAS =
            List.of(
                    NoiseSchedule.FORMULA,
                    DdpmSampler.FORMULA,
                    DdimSampler.FORMULA,
                    TimeEmbedding.FORMULA,
                    Generation.GUIDANCE_FORMULA,
                    Prediction.VELOCITY_FORMULA,
                    Ema.FORMULA,
                    DiffusionTraining.FORMULA);

    @Test
    void everySymbolThatIsExplainedStandsInItsFormula() {
        for (Formula formula : FORMULAS) {
            assertThat(formula.symbols()).isNotEmpty();
            formula.symbols()
                    .keySet()
                    .forEach(symbol -> assertThat(formula.tex()).contains(symbol));
        }
    }
}
