package dev.tenon.designer.settings.css;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonText;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// CSS values taken apart and put together.
final class CssTest {
    @Test
    void textIsSplitOutsideBracketsAndQuotes() {
        assertThat(CssText.words("1px  calc(1px + 2em) \"a b\" ' ) '"))
                .containsExactly("1px", "calc(1px + 2em)", "\"a b\"", "' ) '");
        assertThat(CssText.list("a(1, 2), b")).containsExactly("a(1, 2)", "b");
        assertThat(CssText.words("rgb(1, 2")).isNull();
        assertThat(CssText.words("1)")).isNull();
        assertThat(CssText.words("\"open")).isNull();
        assertThat(CssText.words("\"a\\\" b\" c")).containsExactly("\"a\\\" b\"", "c");
    }

    @Test
    void sizes() {
        assertThat(CssSize.read("-1.50px"))
                .isEqualTo(new CssSize.Length(new BigDecimal("-1.50"), CssSize.Unit.PX));
        assertThat(CssSize.read("50%"))
                .isEqualTo(new CssSize.Length(new BigDecimal("50"), CssSize.Unit.PERCENT));
        assertThat(CssSize.read(JsonNumber.of(12)).write()).isEqualTo("12px");
        assertThat(CssSize.read("Auto")).isEqualTo(new CssSize.Named(CssSize.Word.AUTO));
        assertThat(CssSize.read("cover").write()).isEqualTo("cover");
        for (String text :
                List.of("calc(100% - 2em)", "", "12", "1px 2px", "var(--w)", "1e400px")) {
            assertThat(CssSize.read(text)).isEqualTo(new CssSize.Text(text));
            assertThat(CssSize.read(text).write()).isEqualTo(text);
        }
    }

    /// A text from outside may be megabytes long, a number have a billion zeros.
    @Test
    void sizesOfAnyLengthTakeLittleTime() {
        String digits = "1".repeat(1_000_000);
        assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () -> {
                    for (String text : List.of(digits, digits + "px", digits + "!")) {
                        assertThat(CssSize.read(text)).isInstanceOf(CssSize.Text.class);
                        assertThat(CssText.isSize(text)).isFalse();
                    }
                    assertThat(CssSize.read(new JsonNumber(new BigDecimal("1e999999999"))).write())
                            .isEqualTo("1E+999999999px");
                });
        assertThat(CssSize.read("1.px").write()).isEqualTo("1px");
        assertThat(CssSize.read(".5EM").write()).isEqualTo("0.5em");
    }

    @Test
    void sidesAndCorners() {
        assertThat(CssSides.read("1px")).isEqualTo(CssSides.all("1px"));
        assertThat(CssSides.read("1px 2px")).isEqualTo(new CssSides("1px", "2px", "1px", "2px"));
        assertThat(CssSides.read("1px 2px 3px"))
                .isEqualTo(new CssSides("1px", "2px", "3px", "2px"));
        CssSides sides = Objects.requireNonNull(CssSides.read("-1px calc(1px + 2%) 0 auto"));
        assertThat(sides).isEqualTo(new CssSides("-1px", "calc(1px + 2%)", "0", "auto"));
        assertThat(sides.write()).isEqualTo("-1px calc(1px + 2%) 0 auto");
        assertThat(sides.with(1, "auto").write()).isEqualTo("-1px auto 0");
        assertThat(CssSides.all("0").with(2, "1px").write()).isEqualTo("0 0 1px");
        assertThat(new CssSides("1", "2", "1", "2").write()).isEqualTo("1 2");
        assertThat(sides.get(3)).isEqualTo("auto");
        assertThat(CssSides.all("0").isUniform()).isTrue();
        for (String text : List.of("", "1px / 2px", "1px/2px", "1 2 3 4 5", "calc(1px")) {
            assertThat(CssSides.read(text)).as(text).isNull();
        }
    }

    @Test
    void shadows() {
        String text = "inset -1px 2px 3px 4px rgba(1, 2, 3), 0 0 red";
        List<CssShadow> shadows = Objects.requireNonNull(CssShadow.read(text));
        assertThat(shadows)
                .containsExactly(
                        new CssShadow(true, "-1px", "2px", "3px", "4px", "rgba(1, 2, 3)"),
                        new CssShadow(false, "0", "0", null, null, "red"));
        assertThat(CssShadow.write(shadows)).isEqualTo(text);
        assertThat(CssShadow.read("hsl(1 2% 3%) 1px 2px"))
                .containsExactly(new CssShadow(false, "1px", "2px", null, null, "hsl(1 2% 3%)"));
        assertThat(CssShadow.read("none")).isEmpty();
        assertThat(CssShadow.write(List.of())).isEqualTo("none");
        assertThat(new CssShadow(false, "1px", "2px", null, "3px", null).write())
                .isEqualTo("1px 2px 0 3px");
        for (String other :
                List.of("", "inherit", "1px red 2px", "1px", "1 2 3 4 5", "a 1px 2px b")) {
            assertThat(CssShadow.read(other)).as(other).isNull();
        }
    }

    @Test
    void colors() {
        assertThat(CssColor.read("#0F8")).isEqualTo(new CssColor(0, 255, 136, 1));
        assertThat(CssColor.read("#00ff8880")).isEqualTo(new CssColor(0, 255, 136, 0.502));
        assertThat(CssColor.read("rgb(1, 2, 300)")).isEqualTo(new CssColor(1, 2, 255, 1));
        assertThat(CssColor.read("rgb(10% 20% 30% / 50%)"))
                .isEqualTo(new CssColor(26, 51, 77, 0.5));
        assertThat(CssColor.read("hsl(120, 100%, 25%)")).isEqualTo(CssColor.read("green"));
        assertThat(CssColor.read("hsla(-120deg 100% 50% / .25)"))
                .isEqualTo(new CssColor(0, 0, 255, 0.25));
        assertThat(CssColor.read("transparent")).isEqualTo(new CssColor(0, 0, 0, 0));
        assertThat(new CssColor(1, 2, 3, 0.5).write()).isEqualTo("rgba(1, 2, 3, 0.5)");
        assertThat(new CssColor(1, 2, 3, 1).write()).isEqualTo("#010203");
        for (String other : List.of("", "#12", "#ggg", "rgb(1, 2)", "currentColor", "rgb(a b c)")) {
            assertThat(CssColor.read(other)).as(other).isNull();
        }
        assertThatThrownBy(() -> new CssColor(256, 0, 0, 1))
                .hasMessage(
                        "CssColor: red, green and blue must be 0 to 255, alpha 0 to 1; got [256, 0,"
                                + " 0, 1.0]");
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 500; i++) {
            CssColor color =
                    new CssColor(
                            random.nextInt(256),
                            random.nextInt(256),
                            random.nextInt(256),
                            random.nextInt(101) / 100.0);
            assertThat(CssColor.read(color.write())).isEqualTo(color);
        }
    }

    @Test
    void images() {
        assertThat(CssImage.read("url(a/b.png)")).isEqualTo(new CssImage("a/b.png"));
        assertThat(CssImage.read("url( 'a b(1).png' )")).isEqualTo(new CssImage("a b(1).png"));
        for (String address :
                List.of("", "a\"b", "a\\b", "a'b", "x) y(", "data:image/png;base64,A==")) {
            assertThat(CssImage.read(new CssImage(address).write()))
                    .isEqualTo(new CssImage(address));
        }
        for (String other :
                List.of("", "linear-gradient(red, blue)", "url(a b)", "url(\"a\"b)", "url(\"a)")) {
            assertThat(CssImage.read(other)).as(other).isNull();
        }
    }

    @Test
    void positions() {
        for (CssPosition.Place column : CssPosition.Place.values()) {
            for (CssPosition.Place row : CssPosition.Place.values()) {
                CssPosition position = new CssPosition(column, row);
                assertThat(CssPosition.read(position.write())).isEqualTo(position);
            }
        }
        assertThat(CssPosition.read("top left")).isEqualTo(CssPosition.read("left top"));
        assertThat(CssPosition.read("top")).isEqualTo(CssPosition.read("center top"));
        assertThat(CssPosition.read("right")).isEqualTo(CssPosition.read("100% 50%"));
        for (String other : List.of("", "10px 20px", "top top", "left right", "top 10% left 5%")) {
            assertThat(CssPosition.read(other)).as(other).isNull();
        }
    }

    private static JsonObject style(String json) {
        return (JsonObject) JsonText.read("style", json);
    }

    @Test
    void borders() {
        JsonObject style = style("{\"border\":\"1px solid rgba(1, 2, 3, .5)\",\"width\":\"1px\"}");
        CssBorder all = CssBorder.read(style, CssBorder.Side.ALL);
        assertThat(all).isEqualTo(new CssBorder("solid", "1px", "rgba(1, 2, 3, .5)"));
        JsonObject top = new CssBorder("dashed", "2px", null).in(style, CssBorder.Side.TOP);
        assertThat(top)
                .isEqualTo(
                        style(
                                "{\"width\":\"1px\",\"borderStyle\":\"solid\",\"borderWidth\":\"1px\","
                                        + "\"borderColor\":\"rgba(1, 2, 3, .5)\",\"borderTopStyle\":\"dashed\","
                                        + "\"borderTopWidth\":\"2px\"}"));
        assertThat(CssBorder.read(top, CssBorder.Side.TOP))
                .isEqualTo(new CssBorder("dashed", "2px", null));
        assertThat(new CssBorder("none", null, null).in(top, CssBorder.Side.ALL))
                .isEqualTo(style("{\"width\":\"1px\",\"borderStyle\":\"none\"}"));
        assertThat(CssBorder.NONE.in(style, CssBorder.Side.ALL))
                .isEqualTo(style("{\"width\":\"1px\"}"));
        JsonObject kept = style("{\"border\":\"var(--line)\"}");
        assertThat(CssBorder.read(kept, CssBorder.Side.ALL)).isEqualTo(CssBorder.NONE);
        assertThat(new CssBorder("solid", null, null).in(kept, CssBorder.Side.LEFT))
                .isEqualTo(style("{\"border\":\"var(--line)\",\"borderLeftStyle\":\"solid\"}"));
        assertThat(CssBorder.read(style("{\"borderWidth\":2}"), CssBorder.Side.ALL).width())
                .isEqualTo("2px");
    }

    /// Whatever the text: what is read and written reads the same again, and nothing throws.
    @Test
    void readingIsStable() {
        String[] words = {
            "1px",
            "-2em",
            "calc(1px + (2% - 3px))",
            "rgba(1, 2, 3)",
            "red",
            "inset",
            "auto",
            "/",
            ",",
            "none",
            "\"q",
            "'s'",
            "url(x)",
            "(",
            ")",
            "0",
            "#123",
            "50%",
            "left",
            "top",
            "\\"
        };
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 20_000; i++) {
            List<String> some = new ArrayList<>();
            for (int n = random.nextInt(6); n >= 0; n--) {
                some.add(words[random.nextInt(words.length)]);
            }
            String text = String.join(random.nextInt(4) == 0 ? "" : " ", some);
            stable(text, CssSides::read, CssSides::write);
            stable(text, CssShadow::read, CssShadow::write);
            stable(text, CssColor::read, CssColor::write);
            stable(text, CssImage::read, CssImage::write);
            stable(text, CssPosition::read, CssPosition::write);
            assertThat(CssSize.read(CssSize.read(text).write())).isEqualTo(CssSize.read(text));
        }
    }

    private static <T> void stable(
            String text, Function<String, @Nullable T> read, Function<T, String> write) {
        T value = read.apply(text);
        if (value != null) {
            assertThat(read.apply(write.apply(value))).as(text).isEqualTo(value);
        }
    }
}
