import dev.tenon.diffusion.DdimSampler;
import dev.tenon.diffusion.image.Picture;
import dev.tenon.diffusion.training.TrainedModel;
import dev.tenon.tensor.Rng;

/// Draws the digits of a number with a trained model. Run: ./tenon run examples/DrawDigits.java runs/digits 271828
void main(String[] args) {
    var model = TrainedModel.read(Path.of(args[0]));
    int[] digits = args[1].chars().map(Character::getNumericValue).toArray();
    var images = model.generation(new DdimSampler(25, 0), 1.5).draw(digits, Rng.of(7), (first, step, steps, x) -> {});
    Picture.writePng(Path.of("number.png"), Picture.grid(images, digits.length, 16, 4));
    IO.println("number.png");
}
