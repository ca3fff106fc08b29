package dev.tenon.designer.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.designer.DesignException;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// JSON text in and out: nothing lost, nothing unbounded.
final class JsonTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "null",
                "true",
                "\"\\u0000\\n\\\"€\uD83D\uDE00\"",
                "0.10",
                "-0",
                "12345678901234567890.5",
                "{\"b\":1,\"a\":{\"__proto__\":[],\"constructor\":null}}",
                "[1,[2,[3,{\"x\":\"{{$self.value}}\"}]]]"
            })
    void whatIsReadIsWritten(String text) {
        Json value = JsonText.read("t", text);
        assertThat(JsonText.read("t", JsonText.compact(value))).isEqualTo(value);
        assertThat(JsonText.read("t", JsonText.indented(value))).isEqualTo(value);
    }

    @Test
    void namesKeepTheirOrderAndNumbersTheirDigits() {
        String text = "{\"z\":1.50,\"10\":2,\"a\":[1e400,0.1]}";
        assertThat(JsonText.compact(JsonText.read("t", text)))
                .isEqualTo("{\"z\":1.50,\"10\":2,\"a\":[1E+400,0.1]}");
    }

    @Test
    void halfACharacterStaysOne() {
        String text = "[\"a\\ud83db\",\"\\ude00\",\"\uD83D\uDE00\",\"\\ud83d\uD83D\uDE00\"]";
        Json value = JsonText.read("t", text);
        assertThat(((JsonArray) value).get(0)).isEqualTo(new JsonString("a\uD83Db"));
        assertThat(JsonText.compact(value)).isEqualTo(text);
        byte[] bytes = JsonText.indented(value).getBytes(StandardCharsets.UTF_8);
        assertThat(JsonText.read("t", new ByteArrayInputStream(bytes))).isEqualTo(value);
    }

    /// Few members are kept in another way than many.
    @Test
    void objectsOfAnySizeAreAlike() {
        var model = new LinkedHashMap<String, Json>();
        JsonObject grown = JsonObject.EMPTY;
        for (int i = 0; i < 20; i++) {
            assertThat(grown.size()).isEqualTo(i);
            assertThat(grown).isEqualTo(JsonObject.of(model));
            assertThat(grown).hasSameHashCodeAs(JsonObject.of(model));
            assertThat(List.copyOf(grown.names())).isEqualTo(List.copyOf(model.keySet()));
            assertThat(grown.names()).isEqualTo(model.keySet());
            assertThat(List.copyOf(grown.entries())).isEqualTo(List.copyOf(model.entrySet()));
            assertThat(grown.has("n" + i)).isFalse();
            assertThat(grown.names().contains("n" + (i - 1))).isEqualTo(i > 0);
            var told = new ArrayList<String>();
            grown.forEach((name, value) -> told.add(name));
            assertThat(told).isEqualTo(List.copyOf(model.keySet()));
            model.put("n" + i, JsonNumber.of(i));
            grown = grown.with("n" + i, JsonNumber.of(i));
            assertThat(grown.get("n" + i)).isEqualTo(JsonNumber.of(i));
        }
        JsonObject all = grown;
        assertThat(JsonObject.of("n3", "x").withAll(all))
                .isEqualTo(all)
                .isNotEqualTo(grown.without("n3"));
        assertThat(all.with("n3", JsonNull.NULL).names()).containsExactlyElementsOf(all.names());
        for (int i = 0; i < 20; i++) {
            model.remove("n" + i);
            grown = grown.without("n" + i);
            assertThat(grown).isEqualTo(JsonObject.of(model));
            assertThat(JsonObject.of(model)).isEqualTo(grown);
        }
        assertThat(grown).isSameAs(JsonObject.EMPTY);
        assertThatThrownBy(() -> all.names().remove("n1"))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> JsonObject.of("a", 1).names().iterator().remove())
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void numbersAreEqualByValue() {
        assertThat(JsonText.read("t", "[1, 1.0, 1e0, 100e-2]"))
                .isEqualTo(JsonText.read("t", "[1.0, 1, 1, 1]"))
                .hasSameHashCodeAs(JsonText.read("t", "[1.0, 1, 1, 1]"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | t: must hold a JSON value; it is empty",
                "{} {} | t: must hold one JSON value; more follows (line 1, column 4)",
                "{\"a\":1,\"a\":2} | t: must be JSON; Duplicate Object property \"a\" (line 1, column 11)",
                "{\"a\" | t: must be JSON; Unexpected end-of-input within/between Object entries (line 1, column 5)",
                "[1 | t: must be JSON; Unexpected end-of-input: expected close marker for Array (line 1, column 3)",
                "NaN | t: must be JSON; Non-standard token 'NaN' (line 1, column 4)",
                "[/**/] | t: must be JSON; Unexpected character ('/' (code 47)) (line 1, column 2)",
            })
    void badTextIsRefused(String text, String message) {
        assertThatThrownBy(() -> JsonText.read("t", text))
                .isInstanceOf(DesignException.class)
                .hasMessage(message);
    }

    @Test
    void depthIsBounded() {
        String deep = "[".repeat(100_000) + "]".repeat(100_000);
        assertThatThrownBy(() -> JsonText.read("t", deep))
                .isInstanceOf(DesignException.class)
                .hasMessage("t: nesting must be at most 1000 deep; it goes deeper");
    }

    @Test
    void sizeIsBounded() {
        InputStream endless =
                new InputStream() {
                    @Override
                    public int read() {
                        return ' ';
                    }
                };
        assertThatThrownBy(() -> JsonText.read("t", endless))
                .isInstanceOf(DesignException.class)
                .hasMessage("t: must have at most 32 MB; it has more");
        assertThatThrownBy(() -> JsonText.read("t", "[" + "0,".repeat(5_000_000) + "0]"))
                .isInstanceOf(DesignException.class)
                .hasMessage("t: must have at most 4000000 tokens; it has more");
    }

    @Test
    void bytesAreUtf8() {
        byte[] bytes = "\"é\"".getBytes(StandardCharsets.UTF_8);
        assertThat(JsonText.read("t", new ByteArrayInputStream(bytes)))
                .isEqualTo(new JsonString("é"));
    }
}
