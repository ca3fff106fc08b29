package dev.tenon.diffusion;

import dev.tenon.nn.Formula;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.Arrays;

/// How much noise each of the T steps of the forward process adds (Ho et al. 2020, "Denoising
/// Diffusion Probabilistic Models").
///
/// Step t (0-based, 0 to T-1) turns `x_{t-1}` into `x_t`: `q(x_t | x_{t-1}) = N(sqrt(1 - beta_t)
/// x_{t-1}, beta_t I)`, and all steps up to t at once are `x_t = sqrt(alphaBar_t) x_0 + sqrt(1 -
/// alphaBar_t) eps` with `alphaBar_t = prod (1 - beta_s)`. Everything here is worked out in double
/// precision.
public final class NoiseSchedule {
    /// The closed form of the forward process and of the posterior.
    public static final Formula FORMULA =
            Formula.of(
                    "x_t = \\sqrt{\\bar\\alpha_t}\\,x_0 + \\sqrt{1-\\bar\\alpha_t}\\,\\varepsilon, \\quad"
                            + " \\bar\\alpha_t = \\prod_{s \\le t} (1-\\beta_s)",
                    "Ho et al. 2020, Denoising Diffusion Probabilistic Models",
                    "x_t",
                    "image after t steps of noise",
                    "x_0",
                    "clean image",
                    "\\varepsilon",
                    "standard normal noise",
                    "\\beta_s",
                    "variance that step s adds",
                    "\\bar\\alpha_t",
                    "share of the image's variance left");

    private final String name;
    private final double[] beta;
    private final double[] alphaBar;

    private NoiseSchedule(String name, double[] beta) {
        this.name = name;
        this.beta = beta;
        alphaBar = new double[beta.length];
        double product = 1;
        for (int t = 0; t < beta.length; t++) {
            product *= 1 - beta[t];
            alphaBar[t] = product;
        }
    }

    /// Returns the schedule with betas evenly spaced from `first` to `last`.
    ///
    /// @param steps T, at least 2; the DDPM article's value is 1000
    /// @param first beta of step 0, in (0, 1); the article's value is 1e-4
    /// @param last beta of step T-1, in (0, 1); the article's value is 0.02
    /// @throws TenonException if a value is outside its range
    public static NoiseSchedule linear(int steps, double first, double last) {
        checkSteps("linear", steps);
        if (!(first > 0 && first < 1 && last > 0 && last < 1)) {
            throw new TenonException(
                    "linear schedule: betas must be in (0, 1); got " + first + " to " + last);
        }
        double[] beta = new double[steps];
        for (int t = 0; t < steps; t++) {
            beta[t] = first + (last - first) * t / (steps - 1);
        }
        return new NoiseSchedule("linear", beta);
    }

    /// Returns the article's linear schedule for `steps` steps: 1e-4 to 0.02 at T = 1000; for
    /// another T the betas are scaled by `1000 / T`, so that as much noise is added in all, and
    /// kept below 0.999.
    public static NoiseSchedule linear(int steps) {
        double scale = 1000.0 / steps;
        return linear(steps, Math.min(1e-4 * scale, 0.999), Math.min(0.02 * scale, 0.999));
    }

    /// Returns the cosine schedule of Nichol and Dhariwal (2021, "Improved DDPM"): `alphaBar(u) =
    /// cos^2((u + 0.008) / 1.008 * pi/2)` for `u = t/T`, and `beta_t = 1 - alphaBar((t+1)/T) /
    /// alphaBar(t/T)`, at most 0.999.
    ///
    /// @param steps T, at least 2
    public static NoiseSchedule cosine(int steps) {
        checkSteps("cosine", steps);
        double[] beta = new double[steps];
        for (int t = 0; t < steps; t++) {
            beta[t] = Math.min(1 - squaredCosine(t + 1.0, steps) / squaredCosine(t, steps), 0.999);
        }
        return new NoiseSchedule("cosine", beta);
    }

    private static double squaredCosine(double t, int steps) {
        double cosine = Math.cos((t / steps + 0.008) / 1.008 * Math.PI / 2);
        return cosine * cosine;
    }

    /// Returns the schedule called `name`: `linear` or `cosine`.
    ///
    /// @throws TenonException if there is none of that name
    public static NoiseSchedule of(String name, int steps) {
        return switch (name) {
            case "linear" -> linear(steps);
            case "cosine" -> cosine(steps);
            default ->
                    throw new TenonException("schedule: it must be linear or cosine; got " + name);
        };
    }

    private static void checkSteps(String name, int steps) {
        if (steps < 2) {
            throw new TenonException(name + " schedule: steps must be at least 2; got " + steps);
        }
    }

    /// Returns the schedule's name, `linear` or `cosine`.
    public String name() {
        return name;
    }

    /// Returns T, the number of steps.
    public int steps() {
        return beta.length;
    }

    /// Returns beta_t, the variance that step t adds.
    public double beta(int t) {
        return beta[t];
    }

    /// Returns alpha_t = 1 - beta_t.
    public double alpha(int t) {
        return 1 - beta[t];
    }

    /// Returns alphaBar_t, the share of the image's variance left after step t; 1 for t = -1, the
    /// image itself.
    public double alphaBar(int t) {
        return t < 0 ? 1 : alphaBar[t];
    }

    /// Returns betaTilde_t, the variance of `q(x_{t-1} | x_t, x_0)`: `(1 - alphaBar_{t-1}) / (1 -
    /// alphaBar_t) beta_t`.
    public double posteriorVariance(int t) {
        return (1 - alphaBar(t - 1)) / (1 - alphaBar(t)) * beta(t);
    }

    /// Returns the factor of x_0 in the mean of `q(x_{t-1} | x_t, x_0)`: `sqrt(alphaBar_{t-1})
    /// beta_t / (1 - alphaBar_t)`.
    public double posteriorMeanOfImage(int t) {
        return Math.sqrt(alphaBar(t - 1)) * beta(t) / (1 - alphaBar(t));
    }

    /// Returns the factor of x_t in the mean of `q(x_{t-1} | x_t, x_0)`: `sqrt(alpha_t) (1 -
    /// alphaBar_{t-1}) / (1 - alphaBar_t)`.
    public double posteriorMeanOfNoisy(int t) {
        return Math.sqrt(alpha(t)) * (1 - alphaBar(t - 1)) / (1 - alphaBar(t));
    }

    /// Returns `x_t = sqrt(alphaBar_t) x_0 + sqrt(1 - alphaBar_t) eps`, each sample at its own t.
    ///
    /// @param x0 clean samples `[N, ...]`
    /// @param noise eps, in the same shape
    /// @param t the step of each sample, N numbers in [0, T)
    public Tensor addNoise(Tensor x0, Tensor noise, int[] t) {
        return rotate(x0, noise, t, 1);
    }

    /// Returns `sqrt(alphaBar_t) a + sign sqrt(1 - alphaBar_t) b`, each sample at its own t: the
    /// forward process, and the velocity and its inverse, are of this form.
    Tensor rotate(Tensor a, Tensor b, int[] t, int sign) {
        double[] forA = Arrays.stream(t).mapToDouble(i -> Math.sqrt(alphaBar(i))).toArray();
        double[] forB =
                Arrays.stream(t).mapToDouble(i -> sign * Math.sqrt(1 - alphaBar(i))).toArray();
        return a.mul(perSample(forA, a)).add(b.mul(perSample(forB, b)));
    }

    private static Tensor perSample(double[] values, Tensor like) {
        int[] sizes = new int[like.rank()];
        Arrays.fill(sizes, 1);
        sizes[0] = values.length;
        return Tensor.of(values, sizes).to(like.type());
    }
}
