package dev.tenon.diffusion.acgan;

import dev.tenon.diffusion.acgan.AcganTraining.Losses;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;

/// Draws the losses of a run by epoch: generation losses above, auxiliary losses below, each for
/// both networks, on images seen (full lines) and unseen (dashed); dots and circles where there is
/// one epoch. The paper is opaque and light, so that it reads on pages of any colour.
final class AcganPlot {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 320; // of one of the two charts
    private static final int LEFT = 64;
    private static final int RIGHT = 24;
    private static final int TOP = 56;
    private static final int BOTTOM = 40;
    private static final int TICKS = 5;
    private static final int GAP = 24; // between the words above a chart
    private static final Color PAPER = new Color(0xFBFBFA);
    private static final Color INK = new Color(0x2B2B30);
    private static final Color GRID = new Color(0xDCDCD8);
    private static final Color GENERATOR = new Color(0x1F6FB4);
    private static final Color DISCRIMINATOR = new Color(0xC4511F);

    private AcganPlot() {}

    static BufferedImage draw(AcganHistory history) {
        BufferedImage image = new BufferedImage(WIDTH, 2 * HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(
                RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setColor(PAPER);
        g.fillRect(0, 0, WIDTH, 2 * HEIGHT);
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
        chart(g, history, "Generation loss: real or drawn", AcganLoss::generation);
        g.translate(0, HEIGHT);
        chart(g, history, "Auxiliary loss: the class", AcganLoss::auxiliary);
        g.dispose();
        return image;
    }

    private static void chart(
            Graphics2D g, AcganHistory history, String title, Function<AcganLoss, Double> loss) {
        double top =
                Stream.concat(history.train().stream(), history.test().stream())
                        .flatMap(e -> Stream.of(e.generator(), e.discriminator()))
                        .mapToDouble(loss::apply)
                        .filter(Double::isFinite)
                        .max()
                        .orElse(1);
        top = rounded(Math.max(top, 1e-3));
        axes(g, title, history.train().size(), top);
        int y = 24;
        int end = WIDTH - RIGHT;
        g.setColor(INK);
        String unseen = history.train().size() == 1 ? "hollow: unseen" : "dashed: unseen";
        end -= g.getFontMetrics().stringWidth(unseen);
        g.drawString(unseen, end, y);
        end = legend(g, end - GAP, y, DISCRIMINATOR, "discriminator");
        legend(g, end - GAP, y, GENERATOR, "generator");
        Function<Losses, Double> generator = e -> loss.apply(e.generator());
        Function<Losses, Double> discriminator = e -> loss.apply(e.discriminator());
        line(g, history.train(), generator, GENERATOR, false, top);
        line(g, history.test(), generator, GENERATOR, true, top);
        line(g, history.train(), discriminator, DISCRIMINATOR, false, top);
        line(g, history.test(), discriminator, DISCRIMINATOR, true, top);
    }

    /// The next of 1, 2, 5, 10, ... above `value`.
    private static double rounded(double value) {
        double power = Math.pow(10, Math.floor(Math.log10(value)));
        for (double step : new double[] {1, 2, 2.5, 5}) {
            if (step * power >= value) {
                return step * power;
            }
        }
        return 10 * power;
    }

    private static void axes(Graphics2D g, String title, int epochs, double top) {
        g.setStroke(new BasicStroke(1));
        for (int tick = 0; tick <= TICKS; tick++) {
            double value = top * tick / TICKS;
            int y = (int) Math.round(y(value, top));
            g.setColor(GRID);
            g.drawLine(LEFT, y, WIDTH - RIGHT, y);
            g.setColor(INK);
            String text =
                    String.format(
                            Locale.ROOT, top >= 10 ? "%.0f" : top >= 1 ? "%.1f" : "%.2f", value);
            g.drawString(text, LEFT - 10 - g.getFontMetrics().stringWidth(text), y + 5);
        }
        int every = Math.max(1, (epochs + 9) / 10);
        for (int epoch = 1; epoch <= epochs; epoch++) {
            if (epoch == 1 || epoch % every == 0) {
                String text = "" + epoch;
                int x = (int) Math.round(x(epoch, epochs));
                g.drawString(
                        text, x - g.getFontMetrics().stringWidth(text) / 2, HEIGHT - BOTTOM + 20);
            }
        }
        g.drawString("epoch", WIDTH - RIGHT - 36, HEIGHT - 4);
        g.setFont(g.getFont().deriveFont(Font.BOLD));
        g.drawString(title, LEFT, 24);
        g.setFont(g.getFont().deriveFont(Font.PLAIN));
    }

    /// Draws a colour and its name so that they end at `end`, and returns where they begin.
    private static int legend(Graphics2D g, int end, int y, Color colour, String name) {
        int x = end - g.getFontMetrics().stringWidth(name) - 22;
        g.setColor(colour);
        g.fillRect(x, y - 6, 16, 3);
        g.setColor(INK);
        g.drawString(name, x + 22, y);
        return x;
    }

    private static double x(int epoch, int epochs) {
        double share = epochs == 1 ? 0.5 : (epoch - 1) / (double) (epochs - 1);
        return LEFT + 12 + share * (WIDTH - LEFT - RIGHT - 24);
    }

    private static double y(double value, double top) {
        return HEIGHT - BOTTOM - Math.clamp(value / top, 0, 1) * (HEIGHT - TOP - BOTTOM);
    }

    private static void line(
            Graphics2D g,
            List<Losses> epochs,
            Function<Losses, Double> loss,
            Color colour,
            boolean dashed,
            double top) {
        g.setColor(colour);
        float[] dashes = dashed ? new float[] {5, 4} : null;
        g.setStroke(
                new BasicStroke(2, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND, 1, dashes, 0));
        for (int i = 0; i < epochs.size(); i++) {
            double value = loss.apply(epochs.get(i));
            int x = (int) Math.round(x(i + 1, epochs.size()));
            int y = (int) Math.round(y(value, top));
            if (epochs.size() == 1 && dashed) {
                g.setStroke(new BasicStroke(2));
                g.drawOval(x - 4, y - 4, 8, 8);
            } else if (epochs.size() == 1) {
                g.fillOval(x - 3, y - 3, 7, 7);
            } else if (i > 0) {
                double before = loss.apply(epochs.get(i - 1));
                g.drawLine(
                        (int) Math.round(x(i, epochs.size())),
                        (int) Math.round(y(before, top)),
                        x,
                        y);
            }
        }
    }
}
