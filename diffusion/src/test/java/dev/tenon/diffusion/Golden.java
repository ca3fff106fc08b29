package dev.tenon.diffusion;

import dev.tenon.dtype.DType;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The numbers that the references gave, in `golden/diffusion.json` of the shared folder.
public final class Golden {
    private Golden() {}

    /// Returns a file or folder of the shared folder (system property `tenon.shared`), or skips the
    /// test where it is missing.
    public static Path shared(String name) {
        Path file = Path.of(System.getProperty("tenon.shared", "../../shared")).resolve(name);
        Assumptions.assumeTrue(
                Files.exists(file),
                () -> "skipped: " + file + " is missing; set -Dtenon.shared to the shared folder");
        return file;
    }

    /// Returns one case, or skips the test where the shared folder is missing.
    public static JsonNode diffusion(String name) {
        Path file = shared("golden/diffusion.json");
        return new JsonMapper().readTree(file.toFile()).get("cases").get(name);
    }

    /// Returns the numbers of an array.
    public static double[] doubles(JsonNode array) {
        double[] values = new double[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asDouble();
        }
        return values;
    }

    /// Returns a tensor whose element i is `formula(i)`.
    public static Tensor fill(DType type, Shape shape, IntToDoubleFunction formula) {
        double[] values = new double[Math.toIntExact(shape.count())];
        for (int i = 0; i < values.length; i++) {
            values[i] = formula.applyAsDouble(i);
        }
        return Tensor.of(values, shape.sizes()).to(type);
    }

    /// Returns a shape from its JSON.
    public static Shape shape(JsonNode array) {
        int[] sizes = new int[array.size()];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = array.get(i).asInt();
        }
        return Shape.of(sizes);
    }
}
