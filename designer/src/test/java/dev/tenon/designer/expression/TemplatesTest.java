package dev.tenon.designer.expression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.expression.Evaluation.Failure;
import dev.tenon.designer.expression.Templates.Problem;
import dev.tenon.designer.json.JsonText;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Expressions within JSON.
class TemplatesTest {
    @Test
    void expressionsAreReplacedWhereverTheyStand() {
        var json =
                JsonText.read(
                        "json",
                        "{\"a\":\"{{1+1}}\",\"b\":[\"{{x}}\",\"x {{x}}\",{\"c/d\":\"{{x => x}}\"}],"
                                + "\"e~f\":{\"g\":\"{{no.x}}\"},\"h\":\"{{undefined}}\",\"{{i}}\":null}");
        var resolved =
                Templates.resolve(
                        json, ScriptObject.of(Map.of("x", JsonText.read("x", "{\"y\":true}"))));
        assertThat(resolved.json())
                .hasToString(
                        "{\"a\":2,\"b\":[{\"y\":true},\"x {{x}}\",{}],\"e~f\":{},\"{{i}}\":null}");
        assertThat(resolved.failures())
                .containsExactly(new Problem("/e~0f/g", new Failure("no is not defined", 1)));
    }

    /// Each is bounded, and so are all of one value together.
    @Test
    void manyThatLoopEndSoon() {
        String loop = "\"{{(() => { for (;;) 1 })()}}\"";
        var json = JsonText.read("json", "[" + "1,".repeat(3) + (loop + ",").repeat(900) + "1]");
        long time = System.nanoTime();
        var resolved = Templates.resolve(json, ScriptObject.of(Map.of()));
        assertThat(System.nanoTime() - time).as("ns").isLessThan(5_000_000_000L);
        assertThat(resolved.failures()).hasSize(900);
        assertThat(resolved.failures().getFirst().failure().message())
                .isEqualTo("it takes more than 1000000 steps");
        assertThat(resolved.failures().getLast().failure().message())
                .isEqualTo("the expressions before it take more than 5000000 steps");
    }
}
