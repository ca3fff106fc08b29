package dev.tenon.designer.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.designer.action.Boxes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The frame around the canvas.
final class ScreenTest {
    @Test
    void isAComputersAtFirst() {
        Engine engine = new Engine(Boxes.REGISTRY);
        assertThat(engine.screen()).isEqualTo(Screen.PC);
        engine.screen(
                engine.screen()
                        .withKind(Screen.Kind.MOBILE)
                        .withFlip(true)
                        .withScale(0.5)
                        .withBackground("#fff"));
        assertThat(engine.screen())
                .isEqualTo(
                        new Screen(
                                Screen.Kind.MOBILE,
                                0.5,
                                null,
                                null,
                                true,
                                Screen.Status.NORMAL,
                                "#fff"));
    }

    @Test
    void keepsASideThatIsSetToNothing() {
        Screen screen =
                Screen.PC.withKind(Screen.Kind.RESPONSIVE).withSize(320, 480).withSize(0, 600);
        assertThat(screen.width()).isEqualTo(320);
        assertThat(screen.height()).isEqualTo(600);
        Screen all = screen.withStatus(Screen.Status.RESIZING).withoutSize();
        assertThat(all.width()).isNull();
        assertThat(all.height()).isNull();
        assertThat(all.status()).isEqualTo(Screen.Status.RESIZING);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY})
    void refusesWhatIsNoSize(double bad) {
        assertThatThrownBy(() -> Screen.PC.withSize(bad, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("screen: width must be a number above 0; got " + bad);
        assertThatThrownBy(() -> Screen.PC.withSize(1, bad))
                .hasMessage("screen: height must be a number above 0; got " + bad);
        assertThatThrownBy(() -> Screen.PC.withScale(bad))
                .hasMessage("screen: scale must be a number above 0; got " + bad);
    }

    @Test
    void aFrontEndHasViewsOfItsOwn() {
        Workbench workbench = new Engine(Boxes.REGISTRY).workbench();
        assertThat(workbench.view()).isEqualTo(Workbench.View.DESIGNABLE);
        workbench.view(new Workbench.View("DIFF"));
        assertThat(workbench.view().name()).isEqualTo("DIFF");
    }
}
