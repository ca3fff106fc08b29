package dev.tenon.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonTest {
    @TempDir Path folder;

    private static SequencedMap<String, Object> map(Object... keysAndValues) {
        SequencedMap<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }

    @Test
    void writesInTheOrderOfTheMap() {
        SequencedMap<String, Object> run =
                map(
                        "data",
                        "digits",
                        "steps",
                        600,
                        "seed",
                        Long.MAX_VALUE,
                        "loss",
                        0.1,
                        "done",
                        true,
                        "sizes",
                        List.of(8L, 8L),
                        "model",
                        map("width", 32L));
        assertThat(Json.text(run))
                .isEqualTo(
                        """
                        {
                          "data" : "digits",
                          "steps" : 600,
                          "seed" : 9223372036854775807,
                          "loss" : 0.1,
                          "done" : true,
                          "sizes" : [
                            8,
                            8
                          ],
                          "model" : {
                            "width" : 32
                          }
                        }
                        """);
    }

    @Test
    void writesAnEmptyOptionalAsNull() {
        assertThat(Json.text(map("peer", Optional.empty(), "peak", Optional.of(2.5))))
                .isEqualTo(
                        """
                        {
                          "peer" : null,
                          "peak" : 2.5
                        }
                        """);
    }

    @Test
    void readsBackWhatItWrote() {
        SequencedMap<String, Object> run =
                map(
                        "text",
                        "\u00e9\n\"\\",
                        "whole",
                        -3L,
                        "part",
                        1e-300,
                        "no",
                        false,
                        "list",
                        List.of(1L, "two", map("three", 3.0)),
                        "empty",
                        map());
        Path file = folder.resolve("run.json");
        Json.write(file, run);
        SequencedMap<String, Object> read = Json.read(file);
        assertThat(read).isEqualTo(run);
        assertThat(read.sequencedKeySet()).containsExactlyElementsOf(run.sequencedKeySet());
        Path array = folder.resolve("bench.json");
        Json.write(array, List.of(map("name", "gemm")));
        assertThat(array).hasContent("[\n  {\n    \"name\" : \"gemm\"\n  }\n]\n");
    }

    @Test
    void readsTheNullsOfOthersAsEmptyOptionals() {
        String text = "{\"seed\": null, \"shape\": [null, 28], \"config\": {\"dtype\": null}}";
        SequencedMap<String, Object> read = Json.readWithNulls(text, "config");
        assertThat(read)
                .isEqualTo(
                        map(
                                "seed",
                                Optional.empty(),
                                "shape",
                                List.of(Optional.empty(), 28L),
                                "config",
                                map("dtype", Optional.empty())));
        assertThat(Json.readWithNulls(Json.text(read), "again")).isEqualTo(read);
        assertThatThrownBy(() -> Json.read(text, "config"))
                .hasMessage(
                        "json: config: a value must be text, a number, true or false, an array or an object;"
                                + " got VALUE_NULL for seed");
    }

    @Test
    void refusesWhatJsonCannotSay() {
        assertThatThrownBy(() -> Json.text(map("run", map("losses", List.of(1.0, Double.NaN)))))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(
                        "json: a value must be text, a finite number, true or false, a list or a map that has an"
                                + " order; got NaN (Double) for run.losses[1]");
        assertThatThrownBy(() -> Json.text(map("file", Path.of("x"))))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("got x (UnixPath) for file");
        assertThatThrownBy(() -> Json.text(map("run", Map.of("a", 1))))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("got {a=1} (Map1) for run");
    }

    @Test
    void saysWhatIsWrongInAFile() {
        refuses("[1]", "must be an object; got START_ARRAY");
        refuses("{} 1", "nothing may follow the object; got VALUE_NUMBER_INT");
        refuses("{\"a\":1,\"a\":2}", "keys must be unique; got a more than once");
        refuses(
                "{\"a\":[null]}",
                "a value must be text, a number, true or false, an array or an object; got VALUE_NULL for a");
        refuses(
                "{\"a\":" + "[".repeat(100) + "]".repeat(100) + "}",
                "at most 64 levels of nesting; got more at a");
        refuses("{\"a\":1e999}", "numbers must be in the range of double; got 1e999 for a");
        refuses(
                "{\n\"a\":x}",
                "must be JSON; got Unrecognized token 'x': was expecting (JSON String, Number,"
                        + " Array, Object or token 'null', 'true' or 'false') (line 2, column 5)");
        Path missing = folder.resolve("run.json");
        assertThatThrownBy(() -> Json.read(missing))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("json: the file must exist; got " + missing);
    }

    private static void refuses(String text, String message) {
        assertThatThrownBy(() -> Json.read(text, "run.json"))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("json: run.json: " + message);
    }

    @Test
    void refusesAFileThatIsNotText() throws Exception {
        Path file = Files.write(folder.resolve("run.json"), new byte[] {'{', (byte) 0xff, '}'});
        assertThatThrownBy(() -> Json.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(
                        "json: " + file + ": the file must be readable UTF-8; got ");
    }
}
